/** Sets that are large enough for the index to split them, and requests at what they are split by. */

import { allowAll } from "../../reference/generate/policy.js";
import type { Condition, Effect, Json, Leaf, Policy, Random } from "../../reference/index.js";
import type { Question } from "./compare.js";

const prefixes = ["stripe", "stripe.", "stripe.re", "stripe.refund", "s", "db"];
const suffixes = ["write", "_write", "d", ".refund", "fund"];
export const tools = [
  "stripe.refund",
  "stripe",
  "stripe.re",
  "db_write",
  "s",
  "",
  "d",
  "stripe.x_write",
  "😀",
  "search",
  "s*",
];
export const owners = ["acme", "globex", "t1", "t2", "t3", "Acme", "nobody"];
const values: Json[] = [
  "a",
  "b",
  "admin",
  "",
  "é",
  0,
  -0,
  1,
  2,
  0.5,
  -1,
  true,
  false,
  null,
  1e300,
  [],
  {},
  ["a"],
  "a".repeat(65_537),
];

/** The same two leaves again and again, so that one bucket is split by the one and perhaps not by the other. */
function required(random: Random): Leaf {
  const field = random.pick([
    "input.kind",
    "input.kind",
    "input.count",
    "input.flag",
    "user.role",
    "action",
    "tool.id",
    "tenant.id",
  ]);
  const text = random.pick(["a", "b", "admin", "", "é", "tool_call", "acme", "stripe"]);
  const number = random.pick([0, -0, 1, 2, 0.5, -1]);
  switch (field) {
    case "input.count":
      return random.pick<Leaf>([
        { field, eq: number },
        { field, in: [...new Set([number + 0, 1, 7])] },
        { field, gt: number },
      ]);
    case "input.flag":
      return random.pick<Leaf>([
        { field, eq: random.chance(0.5) },
        { field, in: [true] },
      ]);
    default:
      return random.weighted<Leaf>([
        [6, { field, eq: text }],
        [3, { field, in: [...new Set([text, "b", "x"])] }],
        [1, { field, eq: text, default: "a" }],
        [1, { field, as: "lower", eq: "admin" }],
        [1, { field, ne: text }],
      ]);
  }
}

function condition(random: Random): Condition | undefined {
  return random.weighted<() => Condition | undefined>([
    [8, () => required(random)],
    [5, () => ({ all: Array.from({ length: random.between(1, 3) }, () => required(random)) })],
    [1, () => ({ any: [required(random), required(random)] })],
    [1, () => ({ not: required(random) })],
    [1, () => undefined],
  ])();
}

function target(random: Random): string[] {
  const glob = () =>
    random.weighted<() => string>([
      [4, () => random.pick(tools.filter((tool) => tool !== "" && !tool.includes("*")))],
      [4, () => `${random.pick(prefixes)}*`],
      [3, () => `*${random.pick(suffixes)}`],
      [2, () => `${random.pick(prefixes)}*${random.pick(suffixes)}`],
      [1, () => random.pick(["*", "?", "??", "*?", "s\\*", "*e*", "s?*"])],
    ])();
  return Array.from({ length: random.between(1, 3) }, glob);
}

export function generateIndexedPolicy(id: string, random: Random): Policy {
  const scope = random.weighted<Policy["scope"]>([
    [5, "global"],
    [5, "tool"],
    [1, "tenant"],
  ]);
  const effect = random.pick<Effect>(["allow", "deny", "require_approval", "modify"]);
  const when = condition(random);
  const policy: Policy = {
    id,
    name: id,
    scope,
    effect,
    rule_expr: {
      ...(scope === "tool" && { target: target(random) }),
      ...(scope === "tenant" && { target: [random.pick(["acme", "t*", "*", "*e", "glob*"])] }),
      ...(random.chance(0.2) && {
        actions: random.sample(["tool_call", "llm_call", "run_start"], random.between(1, 2)),
      }),
      ...(when && { when }),
      ...(random.chance(0.1) && { unless: required(random) }),
      ...(effect === "require_approval" && { approval: { approvers: { roles: ["dba"] } } }),
      ...(effect === "modify" && { then: { mode: "draft" as const } }),
    },
    tenant_id: random.chance(0.5) ? null : random.pick(owners),
  };
  if (random.chance(0.1)) policy.enforcement = "shadow";
  if (random.chance(0.1)) policy.enabled = false;
  return policy;
}

function entity(id: string, random: Random): Json | undefined {
  return random.weighted<Json | undefined>([
    [12, { id }],
    [1, null],
    [1, {}],
    [1, "x"],
    [1, undefined],
  ]);
}

export function generateIndexedRequest(random: Random): { [key: string]: Json } {
  const request: { [key: string]: Json } = {
    action: random.pick(["tool_call", "llm_call", "llm_call", "run_start"]),
    now: 0,
    tenant: { id: random.pick(owners) },
    app: null,
    user: { id: "u1", role: random.pick(values) },
    workflow: { id: "triage" },
    agent: null,
    run: null,
    input: { kind: random.pick(values), count: random.pick(values), flag: random.pick(values) },
  };
  const tool = entity(random.pick(tools), random);
  if (tool !== undefined) request["tool"] = tool;
  if (random.chance(0.05)) request["input"] = random.pick<Json>([null, "x", 1e300, []]);
  return request;
}

export function generateIndexed(random: Random): Question {
  const count = random.pick([15, 16, 17, 40, 120, 300]);
  const policies = Array.from({ length: count }, (_, index) => generateIndexedPolicy(`p${index}`, random));
  policies.push(allowAll("open", null, {}));
  const requests = Array.from({ length: 12 }, () => generateIndexedRequest(random));
  return { policies, requests, grants: requests.map(() => undefined) };
}
