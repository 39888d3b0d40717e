/**
 * Sets in which policies of the platform, of a tenant and of tools look at the same few places, each in its own way; and
 * requests with every kind of value there. They are about how requests are read, and less about what policies mean.
 */
import type { Condition, Json, Leaf, Policy, Random } from "../../reference/index.js";

const texts = ["a", "b", "", "admin", "é", "mallory", "u1", "acme", "search", "auto"];
/** Of a node with more literals the core alone knows them. */
const many = Array.from({ length: 300 }, (_, n) => `literal ${n}`);
/** More names of one object than a number has bits. */
const wide = Array.from({ length: 40 }, (_, n) => `input.w${n}`);
const longIds = ["x".repeat(257), "i".repeat(21_844), "i".repeat(21_845), "é".repeat(32_768), "i".repeat(65_537)];

const anywhere = [
  "a",
  "a.b",
  "a.b.c",
  "a.d",
  "text",
  "list",
  "rows",
  "number",
  "flag",
  "__proto__",
  "constructor",
  "0",
];
const scalars = [
  ...anywhere.map((name) => `input.${name}`),
  ...["user.id", "user.role", "user.a.b", "tool.id", "tool.risk", "tenant.id", "tenant.plan", "agent.id", "app.id"],
  ...["run.mode", "run.root_id", "run.id", "run.cost", "action", "now", "usage.n"],
  // What is below values that have no members.
  ...["user.id.now", "now.a", "action.user", "run.mode.id", "tenant.id.action", "run.root_id.now", "tool.a.id"],
];
const lists = ["input.list", "input.other", "user.roles", "input.a.list", "tool.tags", "input.text", "run.list"];

const numbers = [0, -0, 1, 2, 0.5, -1, 5000];
const splitFields = ["input.text", "input.number", "input.flag", "user.id", "run.mode", "tool.id", "user.role", "now"];

function equality(field: string, random: Random): Leaf {
  if (field === "input.number" || field === "now") return { field, eq: random.pick(numbers) };
  if (field === "input.flag") return { field, eq: random.chance(0.5) };
  if (field === "run.mode") return { field, eq: random.pick(["draft", "auto"]) };
  return { field, eq: random.pick(texts) };
}

/** Which leaves there are: those that ordinary requests are read for at once, or others too. */
interface Context {
  readonly random: Random;
  readonly odd: boolean;
}

function leaf({ random, odd }: Context): Leaf {
  const field = random.pick(random.chance(0.1) ? wide : scalars);
  const list = random.pick(lists);
  return random.weighted<() => Leaf>([
    [6, () => ({ field, eq: random.pick<string | number | boolean>([...texts, 1, 0, true, false]) })],
    [2, () => ({ field, ne: random.pick(texts) })],
    [3, () => ({ field, exists: random.chance(0.5) })],
    [2, () => ({ field, gt: random.pick([0, 1, 100]) })],
    [3, () => ({ field, starts_with: random.pick(["a", "ma", "literal 1", "i"]) })],
    [1, () => ({ field, contains: ["b", "dmi"] })],
    [1, () => ({ field, as: "lower", eq: "admin" })],
    [1, () => ({ field, as: "size", gt: random.pick([0, 1, 300]) })],
    [2, () => ({ field, in: random.chance(0.5) ? many : ["a", "b", "literal 7"] })],
    [1, () => ({ field, eq: { field: random.pick(scalars) } })],
    [1, () => ({ field, eq: "a", default: "a" })],
    [4, () => ({ field: list, includes: random.pick<string | number | boolean>(["a", "admin", 1, true]) })],
    [3, () => ({ field: list, includes_any: random.chance(0.2) ? many : ["b", "literal 7"] })],
    [2, () => ({ field: list, as: "size", gte: random.pick([1, 2, 257]) })],
    [2, () => ({ field: list, exists: true })],
    [2, () => ({ field: list, some: { starts_with: "a" } })],
    [2, () => ({ field: list, every: { ne: "b" } })],
    [1, () => ({ field, in: { field: list } })],
    [odd ? 2 : 0, () => ({ field: "input.rows", some: { item: random.pick(["a", "b"]), eq: random.pick(texts) } })],
    [odd ? 1 : 0, () => ({ field: "input.a", as: "keys", includes: "b" })],
  ])();
}

function condition(context: Context): Condition {
  return context.random.weighted<() => Condition>([
    [6, () => leaf(context)],
    [3, () => ({ all: [leaf(context), leaf(context)] })],
    [3, () => ({ any: [leaf(context), leaf(context), leaf(context)] })],
    [1, () => ({ not: leaf(context) })],
  ])();
}

function policy(id: string, split: string | undefined, context: Context): Policy {
  const { random } = context;
  const scope = random.weighted<Policy["scope"]>([
    [5, "global"],
    [4, "tool"],
    [1, "agent"],
    [1, "tenant"],
  ]);
  const effect = random.pick(["allow", "deny", "deny", "require_approval", "modify"] as const);
  const when = split === undefined ? condition(context) : { all: [equality(split, random), leaf(context)] };
  const limit = { meter: "calls", per: [random.pick(["user", "tool", "run", "tenant"] as const)], max: 3 };
  return {
    id,
    name: id,
    scope,
    effect,
    rule_expr: {
      ...(scope === "tool" && { target: random.sample(["search", "s*", "*", "i*", "write"], 2) }),
      ...(scope === "agent" && { target: ["*"] }),
      ...(scope === "tenant" && { target: ["a*"] }),
      ...(random.chance(0.2) && { actions: ["tool_call"] }),
      when,
      ...(random.chance(0.1) && { unless: leaf(context) }),
      ...(effect === "require_approval" && {
        approval: { approvers: { roles: ["dba"] }, exclude_requester: random.chance(0.5) },
      }),
      ...(effect === "modify" && { then: random.chance(0.5) ? { limits: [limit] } : { mode: "draft" as const } }),
      ...(effect === "allow" && { delegate: random.chance(0.5) }),
    },
    tenant_id: effect !== "allow" && random.chance(0.4) ? "acme" : null,
    ...(random.chance(0.1) && { enforcement: "shadow" as const }),
  };
}

export function generateShaped(random: Random): Policy[] {
  const context = { random, odd: random.chance(0.25) };
  const split = random.chance(0.4) ? random.pick(splitFields) : undefined;
  const count = split === undefined ? random.between(2, 9) : random.between(17, 60);
  const policies = Array.from({ length: count }, (_, n) =>
    policy(`p${n}`, random.chance(0.9) ? split : undefined, context),
  );
  if (context.odd && random.chance(0.5)) policies.push(wideDeny());
  policies.push({ id: "open", name: "open", scope: "global", effect: "allow", rule_expr: {}, tenant_id: null });
  return policies;
}

/** Needs more members of one object than the quick way reads. */
function wideDeny(): Policy {
  const when = { any: wide.map((field): Leaf => ({ field, eq: "a" })) };
  return { id: "wide", name: "wide", scope: "global", effect: "deny", rule_expr: { when }, tenant_id: null };
}

const plainValues = [...texts, ...numbers, true, false, null, "literal 7", "literal 299", "other", "a".repeat(1_025)];
const oddValues: (() => unknown)[] = [
  ...[undefined, 2 ** 53, 1e300, Number.NaN, Number.POSITIVE_INFINITY, "\ud800", "x\udc00", 1n, Symbol("s")].map(
    (value) => () => value,
  ),
  ...[1_024, 1_025, 5_461, 16_384, 21_844, 21_845, 65_536, 65_537].map((length) => () => "a".repeat(length)),
  () => "é".repeat(8_192),
  () => () => 1,
  () => new Date(0),
];

function scalar({ random, odd }: Context): unknown {
  if (odd && random.chance(0.2)) return random.pick(oddValues)();
  return random.pick(random.chance(0.5) ? texts : plainValues);
}

/** Elements of one kind, of two, or of any; now and then as JSON does not make them. */
function list(context: Context): unknown {
  const { random, odd } = context;
  const length = random.weighted([
    [60, random.below(4)],
    [2, 255],
    [2, 256],
    [2, 257],
    [odd ? 1 : 0, 10_001],
  ]);
  const kind = random.below(odd ? 8 : 6);
  const array = Array.from({ length }, (_, n): unknown => {
    if (kind < 4) return n < 4 ? random.pick(texts) : `${n}`;
    if (kind === 4) return random.pick(numbers);
    if (kind === 5) return n === 0 ? "a" : scalar(context);
    return kind === 6
      ? random.chance(0.5)
      : n % 2 === 0
        ? "a"
        : random.pick<() => unknown>([() => null, () => 1, () => ["a"], () => ({})])();
  });
  return random.weighted<() => unknown>([
    [20, () => array],
    [1, () => Object.assign([...array], { extra: "a", "-1": "b" })],
    [
      odd ? 1 : 0,
      () => {
        delete array[0];
        return array;
      },
    ],
    [odd ? 1 : 0, () => new Proxy(array, {})],
    [odd ? 1 : 0, () => Object.setPrototypeOf([...array], null) as unknown],
  ])();
}

function object(context: Context, depth: number): unknown {
  const { random } = context;
  const members: [string, unknown][] = [];
  for (const name of ["a", "b", "c", "d", "list", "id", "now", "user", "action"]) {
    if (random.chance(0.4)) members.push([name, value(context, depth + 1)]);
  }
  return shaped(members, context);
}

/** An object of these members: mostly as JSON makes it. */
function shaped(members: readonly (readonly [string, unknown])[], { random, odd }: Context): object {
  const made: object = {};
  for (const [key, value] of members) {
    Object.defineProperty(made, key, {
      value,
      enumerable: !odd || !random.chance(0.02),
      configurable: true,
      writable: true,
    });
  }
  return random.weighted<() => object>([
    [odd ? 30 : 100, () => made],
    [1, () => new Proxy(made, {})],
    [1, () => new Proxy(made, { getPrototypeOf: () => Object.prototype })],
    [odd ? 1 : 0, () => Object.create(made) as object],
    [
      1,
      () =>
        Object.assign(made, Object.fromEntries(Array.from({ length: random.between(60, 66) }, (_, n) => [`x${n}`, n]))),
    ],
    [1, () => Object.assign(made, Object.fromEntries(wide.map((field) => [field.slice(6), random.pick(texts)])))],
    [1, () => Object.defineProperty(made, Symbol("s"), { value: 1, enumerable: true })],
    [1, () => Object.freeze(made)],
  ])();
}

function value(context: Context, depth = 0): unknown {
  return context.random.weighted<() => unknown>([
    [12, () => scalar(context)],
    [4, () => list(context)],
    [depth < 3 ? 4 : 0, () => object(context, depth)],
  ])();
}

const id = (ids: readonly string[], random: Random) => (random.chance(0.03) ? random.pick(longIds) : random.pick(ids));

function entity(name: string, ids: readonly string[], context: Context): Json | object {
  const { random, odd } = context;
  if (random.chance(0.08)) return null;
  const members: [string, unknown][] = [];
  const others = ["role", "roles", "risk", "tags", "plan", "a", "cost", "list"].filter(() => random.chance(0.3));
  for (const other of others) members.push([other, value(context)]);
  if (!odd || random.chance(0.97))
    members.splice(random.below(members.length + 1), 0, [
      "id",
      odd && odd && random.chance(0.1) ? scalar(context) : id(ids, random),
    ]);
  if (name === "run") {
    if (random.chance(0.6))
      members.push(["mode", odd && random.chance(0.1) ? scalar(context) : random.pick(["auto", "draft"])]);
    if (random.chance(0.6))
      members.push(["root_id", odd && random.chance(0.1) ? scalar(context) : id(["r1", "u1"], random)]);
  }
  return shaped(members, context);
}

/** A request: mostly an ordinary one. */
export function generateShape(random: Random): { [key: string]: unknown } {
  const context = { random, odd: random.chance(0.3) };
  const { odd } = context;
  const members: [string, unknown][] = [
    [
      "action",
      odd && random.chance(0.05) ? scalar(context) : random.pick(["tool_call", "tool_call", "llm_call", "run_start"]),
    ],
    ["now", odd && random.chance(0.1) ? scalar(context) : random.pick([0, 1, 5000])],
    ["tenant", entity("tenant", ["acme", "acme", "globex"], context) ?? { id: "acme" }],
    ["app", random.chance(0.5) ? null : entity("app", ["console"], context)],
    ["user", entity("user", ["u1", "mallory", "alice"], context)],
    ["workflow", { id: "triage" }],
    ["agent", random.chance(0.5) ? null : entity("agent", ["planner", "u1"], context)],
    ["tool", entity("tool", ["search", "write", "stripe", "a"], context) ?? { id: "search" }],
    ["run", entity("run", ["r1", "a"], context)],
  ];
  const input: [string, unknown][] = [];
  for (const name of [
    "text",
    "number",
    "flag",
    "a",
    "list",
    "other",
    "rows",
    "__proto__",
    "constructor",
    "0",
    "w1",
    "w35",
  ]) {
    if (!random.chance(0.6)) continue;
    if (name === "number" && random.chance(0.7)) input.push([name, random.pick(numbers)]);
    else if (name === "flag" && random.chance(0.7)) input.push([name, random.chance(0.5)]);
    else if ((name === "list" || name === "other") && random.chance(0.7)) input.push([name, list(context)]);
    else if (name === "a" && random.chance(0.6)) input.push([name, object(context, 0)]);
    else if (name === "rows" && random.chance(0.6)) input.push([name, [object(context, 1), object(context, 1)]]);
    else input.push([name, value(context)]);
  }
  members.push(["input", random.chance(0.05) ? value(context) : shaped(input, context)]);
  if (random.chance(0.3)) members.push(["usage", { n: 3 }]);
  return Object.fromEntries(random.chance(0.05) ? random.sample(members, members.length) : members);
}
