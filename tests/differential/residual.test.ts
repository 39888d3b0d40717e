// A residual, completed, decides as the whole set does at once; it holds nothing of other tenants and of private policies.
import { type Decision, type Known, PolicyEngine } from "portcullis";
import { expect, test } from "vitest";
import { type Case, generateCase, type Json, type Policy, Random } from "../reference/index.js";
import { decide, withEngine } from "./support/node.js";
import { say, seed, share, timeout } from "./support/run.js";

const told = (what: object) => `PORTCULLIS_SEED=${seed} ${JSON.stringify(what)}`;

type Request = { readonly [member: string]: Json };

/** Policies that may be public or private, beside some of another tenant. */
function visible({ policies }: Case, random: Random): Policy[] {
  const all = random.pick(["public", "private", undefined]);
  return policies.map((policy) => {
    const visibility = all ?? random.pick(["public", "private"]);
    return random.chance(0.9) ? ({ ...policy, visibility } as Policy) : policy;
  });
}

const isPublic = (policy: Policy) =>
  (policy.visibility ?? ((policy.tenant_id ?? null) === null ? "private" : "public")) === "public";

/**
 * Whether a residual must hold a policy where it may apply. One whose globs would be written otherwise than they were, such
 * as with fewer stars or escapes, is held back: another glob in its place could reach its cap on steps elsewhere. So may be
 * one with a quantifier or a default, which could tell what is settled.
 */
const isHeld = (policy: Policy) =>
  isPublic(policy) && !/\*\*|\\\\(?!\\\\|[*?])|"(ignore_case|some|every|default)":/.test(JSON.stringify(policy));

/** A part of a request, the tenant in it; nothing where it names none. */
function partOf(request: unknown, random: Random): Known | undefined {
  const { tenant, ...others } = (typeof request === "object" && request !== null ? request : {}) as Request;
  const { id } = (typeof tenant === "object" && tenant !== null ? tenant : {}) as Request;
  if (typeof id !== "string" || id === "") return undefined;
  const names = Object.keys(others).filter(() => random.chance(0.4));
  return Object.fromEntries([["tenant", tenant], ...names.map((name) => [name, others[name]])]) as Known;
}

/** All that a residual answers for: what the decisions are, and the reasons of the policies that it holds. */
function compared({ reasons, shadow: _, ...rest }: Decision, set: Policy[]): string {
  const seen = new Set(set.filter(isHeld).map(({ id }) => id));
  const visible = reasons.filter(({ policy_id }) => policy_id === null || seen.has(policy_id));
  return JSON.stringify({ ...rest, visible });
}

/** Texts may be long, and what is told of how they differ longer. */
function same(one: string, other: string, message: () => string): void {
  if (one !== other) throw new Error(`${message()}\n${one}\n${other}`);
}

/** Each set is made fewer for a part of one of its requests. */
function each(pairs: number, offset: number, check: (set: Policy[], of: Case, index: number, known: Known) => void) {
  const random = new Random(seed + offset);
  for (let done = 0; done < pairs; ) {
    const generated = generateCase(random);
    if (generated.policies.some(({ name }) => name === "heavy")) continue;
    const { requests } = generated;
    done += requests.length;
    const index = random.between(0, requests.length - 1);
    const known = partOf(requests[index], random);
    if (known !== undefined) check(visible(generated, random), generated, index, known);
  }
}

test(
  "residual then complete ≡ decide at once",
  () => {
    const seen = { decided: 0, asked: 0 };
    each(share(0.05), 31, (set, { requests, grants }, index, known) => {
      withEngine(set, (engine) => {
        const there = PolicyEngine.loadSync({ residual: JSON.stringify(engine.residual(known)) });
        try {
          // Other requests with what is known, too.
          for (const [i, other] of requests.entries()) {
            const base = typeof other === "object" && other !== null && !Array.isArray(other) ? other : {};
            const request = i === index ? other : { ...base, ...known };
            const message = () => told({ set, known, request, grants: grants[i] });
            const [here, answer] = [decide(engine, request, grants[i]), decide(there, request, grants[i])];
            expect(answer.policy_set, message()).toBe(here.policy_set);
            if (answer.code === "ask_server") {
              seen.asked += 1;
              expect(answer.effect).toBe("deny");
              expect(set.every(isHeld), message()).toBe(false);
            } else {
              seen.decided += 1;
              same(compared(answer, set), compared(here, set), message);
            }
          }
        } finally {
          there.close();
        }
      });
    });
    say(`residuals: ${seen.decided} decided, ${seen.asked} left to the server`);
    expect(seen.decided).toBeGreaterThan(seen.asked / 4);
  },
  timeout,
);

test(
  "nothing of other tenants and of private policies shows in the bytes",
  () => {
    each(share(0.03), 32, (set, { requests }, index, known) => {
      const isOwn = ({ tenant_id = null }: Policy) => tenant_id === null || tenant_id === known.tenant.id;
      const bytes = (policies: Policy[]) => withEngine(policies, (engine) => engine.residual(known));
      const whole = bytes(set);
      const message = () => told({ set, known, request: requests[index] });
      same(JSON.stringify(whole), JSON.stringify(bytes(set.filter(isOwn))), message);
      // But for the digest and what private policies may do, these might as well not be there.
      const { policy_set: _, private: parts, ...public_ } = whole;
      const {
        policy_set: __,
        private: none,
        ...alone
      } = bytes(set.filter((policy) => isOwn(policy) && isPublic(policy)));
      same(JSON.stringify(public_), JSON.stringify(alone), message);
      expect(parts.must.length + parts.may.length, message()).toBeLessThanOrEqual(5);
      if (!/\*|"(some|every|default)":/.test(JSON.stringify(set)))
        expect(none, message()).toEqual({ must: [], may: [] });
    });
  },
  timeout,
);

test(
  "each request that differs in what was known is refused",
  () => {
    let refused = 0;
    each(share(0.03), 33, (set, { requests }, index, known) => {
      withEngine(set, (engine) => {
        const there = PolicyEngine.loadSync({ residual: engine.residual(known) });
        for (const [i, other] of requests.entries()) {
          const differs = Object.entries(known).some(
            ([name, value]) => canonical((other as Request | null)?.[name]) !== canonical(value as Json),
          );
          const { code } = decide(there, other);
          if (differs) refused += 1;
          expect(code === "outside_residual", told({ set, known, other, i, index })).toBe(differs);
        }
        there.close();
      });
    });
    expect(refused).toBeGreaterThan(0);
  },
  timeout,
);

/** JSON with members in one order, and −0 as 0; nothing of what is missing. */
function canonical(value: Json | undefined): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value === 0 ? 0 : value) ?? "";
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join()}}`;
}
