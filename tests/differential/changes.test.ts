// An engine whose policies were replaced and removed decides as one that was loaded with what is left.
import { PolicyEngine, type Policy as Row } from "portcullis";
import { expect, test } from "vitest";
import { generateCase, type Policy, Random } from "../reference/index.js";
import { generateIndexed, generateIndexedPolicy } from "./support/indexed.js";
import { decide, withEngine } from "./support/node.js";
import { seed, share, timeout } from "./support/run.js";

/** Changes an engine step by step, and compares it with a fresh one now and then. */
function walk(start: Policy[], offered: Policy[], requests: unknown[], random: Random): void {
  const kept = new Map(start.map((policy) => [policy.id, policy]));
  const engine = PolicyEngine.loadSync({ policies: start as unknown as Row[] });
  try {
    for (let step = 0; step < 12; step += 1) {
      if (random.chance(0.4)) {
        const id = random.pick([...kept.keys(), "nobody"]);
        expect(engine.remove(id)).toBe(kept.delete(id));
      } else if (offered.length > 0) {
        const policy = random.pick(offered);
        engine.replace(policy as unknown as Row);
        kept.set(policy.id, policy);
      }
      if (step % 3 !== 2) continue;
      const now = random.sample([...kept.values()], kept.size);
      withEngine(now, (fresh) => {
        expect(engine.digest).toBe(fresh.digest);
        for (const request of requests) {
          const message = () => `PORTCULLIS_SEED=${seed}: ${JSON.stringify({ policies: now, request })}`;
          if (JSON.stringify(decide(engine, request)) === JSON.stringify(decide(fresh, request))) continue;
          expect(decide(engine, request), message()).toEqual(decide(fresh, request));
        }
      });
    }
  } finally {
    engine.close();
  }
}

test(
  "replace and remove, small sets",
  () => {
    const random = new Random(seed + 2);
    for (let done = 0; done < share(0.02); done += 1) {
      const [first, second] = [generateCase(random), generateCase(random)];
      walk(first.policies, second.policies, [...first.requests, ...second.requests], random);
    }
  },
  timeout,
);

test(
  "replace and remove, sets that the index splits",
  () => {
    const random = new Random(seed + 3);
    for (let done = 0; done < share(0.003); done += 1) {
      const { policies, requests } = generateIndexed(random);
      const offered = Array.from({ length: 40 }, (_, index) => generateIndexedPolicy(`p${index}`, random));
      walk(policies, offered, requests, random);
    }
  },
  timeout,
);
