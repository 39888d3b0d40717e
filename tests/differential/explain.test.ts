// What explanations say, held against decisions.
import type { Request } from "portcullis";
import { expect, test } from "vitest";
import { strings } from "../reference/generate/pools.js";
import { type Case, generateCase, type Json, type Policy, Random } from "../reference/index.js";
import { decide, withEngine } from "./support/node.js";
import { seed, share, timeout } from "./support/run.js";

interface Change {
  field: string | string[];
  from: Json;
  to: Json;
  effect: string;
  code: string;
}

type Node = { [key: string]: Json } | Json[];

const isNode = (value: Json | undefined): value is Node => typeof value === "object" && value !== null;

const own = (node: Node, key: string): Json | undefined =>
  Object.getOwnPropertyDescriptor(node, key)?.value as Json | undefined;

function setOwn(node: Node, key: string, value: Json): void {
  Object.defineProperty(node, key, { value, writable: true, enumerable: true, configurable: true });
}

/** Makes the change on a copy; objects on the way are made where they are absent. */
function changed(request: unknown, { field, from, to }: Change): unknown {
  const copy = structuredClone(request) as Node;
  const path = typeof field === "string" ? field.split(".") : field;
  const last = path.pop() as string;
  let at = copy;
  for (const key of path) {
    if (!isNode(own(at, key))) setOwn(at, key, {});
    at = own(at, key) as Node;
  }
  // A value that is left out for its size, or no JSON, is told as null.
  if (from !== null) expect(JSON.stringify(own(at, last))).toBe(JSON.stringify(from));
  setOwn(at, last, to);
  return copy;
}

function eachPair(count: number, seedOffset: number, check: (of: Case, request: unknown) => void): void {
  const random = new Random(seed + seedOffset);
  for (let done = 0; done < count; ) {
    const generated = generateCase(random);
    // Heavy cases are about caps, which explanations share with decisions.
    if (generated.policies.some(({ name }) => name === "heavy")) continue;
    for (const request of generated.requests) check(generated, request);
    done += generated.requests.length;
  }
}

test(
  "an explanation's decision is the decision",
  () => {
    eachPair(share(0.2), 5, ({ policies }, request) => {
      withEngine(policies, (engine) => {
        const { decision } = engine.explain(request as Request);
        expect(decision, `PORTCULLIS_SEED=${seed}`).toEqual(decide(engine, request));
      });
    });
  },
  timeout,
);

test(
  "the smallest change, made, gives the effect that it says",
  () => {
    let given = 0;
    eachPair(share(0.2), 6, ({ policies }, request) => {
      withEngine(policies, (engine) => {
        const change = engine.explain(request as Request)["smallest_change"] as Change | null;
        if (change === null) return;
        given += 1;
        const { effect, code } = decide(engine, changed(request, change));
        const message = () => `PORTCULLIS_SEED=${seed} ${JSON.stringify({ policies, request, change })}`;
        if (effect === change.effect && code === change.code) return;
        expect({ effect, code }, message()).toEqual({ effect: change.effect, code: change.code });
      });
    });
    expect(given).toBeGreaterThan(share(0.02));
  },
  timeout,
);

/** In place of the short words of the generators, one that no prose holds. */
function secretOf(text: string): string {
  return `sEcReT${strings.indexOf(text)}x`;
}

const compared = new Set(["eq", "ne", "in", "not_in", "includes", "includes_any", "includes_all", "default"]);

function conceal(value: Json, isCompared: boolean): Json {
  if (typeof value === "string") return isCompared && strings.includes(value) ? secretOf(value) : value;
  if (Array.isArray(value)) return value.map((element) => conceal(element, isCompared));
  if (typeof value !== "object" || value === null) return value;
  // What is derived could not give a secret.
  if ("as" in value && value["as"] !== "keys") return value;
  const entries = Object.entries(value).map(([key, member]): [string, Json] => [
    key,
    key === "field" || key === "item" ? member : conceal(member, isCompared || compared.has(key)),
  ]);
  return Object.fromEntries(entries);
}

const fixed = new Set(["action", "id", "mode", "root_id"]);

function concealValues(value: Json): Json {
  if (typeof value === "string") return strings.includes(value) ? secretOf(value) : value;
  if (Array.isArray(value)) return value.map(concealValues);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, fixed.has(key) ? member : concealValues(member)]),
  );
}

/** Words that anyone may say: the policies' own prose, and the names of fields. */
function sayable(policies: Policy[]): string {
  return policies.map(({ rule_expr }) => `${rule_expr.message ?? ""} ${rule_expr.remedy ?? ""}`).join(" ");
}

function* stringsIn(value: Json): Generator<string> {
  if (typeof value === "string") yield value;
  else if (isNode(value)) for (const member of Object.values(value)) yield* stringsIn(member);
}

test(
  "an agent is told no values of the request and no literals of policies",
  () => {
    let concealed = 0;
    eachPair(share(0.2), 7, (generated, request) => {
      const policies = generated.policies.map((policy) => ({
        ...policy,
        rule_expr: {
          ...policy.rule_expr,
          ...(policy.rule_expr.when && { when: conceal(policy.rule_expr.when as Json, false) }),
          ...(policy.rule_expr.unless && { unless: conceal(policy.rule_expr.unless as Json, false) }),
        },
      }));
      const asked = concealValues(request as Json);
      if (JSON.stringify(policies).includes("sEcReT") && JSON.stringify(asked).includes("sEcReT")) concealed += 1;
      withEngine(policies, (engine) => {
        const text = engine.explain(asked as unknown as Request, { reader: "agent" });
        expect(text).not.toContain("sEcReT");
        const allowed = sayable(generated.policies);
        const told = [...stringsIn(asked)].filter(
          (value) => value.length > 8 && text.includes(value) && !allowed.includes(value),
        );
        expect(told, `PORTCULLIS_SEED=${seed} ${text}`).toEqual([]);
        // Numbers of the generators with three digits or more are thresholds or values.
        const numbers = text.replaceAll(/`[^`]*`/g, "").match(/\d{3,}/g) ?? [];
        // 2028 is a character of a message, escaped.
        expect(numbers.filter((number) => number !== "2028" && !allowed.includes(number))).toEqual([]);
      });
    });
    expect(concealed).toBeGreaterThan(share(0.02));
  },
  timeout,
);
