// Hostile policies: each cap at and past it, as objects and as text, and what is large by its number or its depth.
import { type Policy, PolicyEngine, PolicySetError, PortcullisError, type Request } from "portcullis";
import { describe, expect, it } from "vitest";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Row = { [key: string]: Json };

/** Far more than anything here takes, on a machine that does much else. */
const SECONDS = 20_000;

const row = (rule_expr: Json, more: Row = {}): Row => ({
  id: "rule",
  name: "rule",
  scope: "global",
  effect: "deny",
  rule_expr,
  ...more,
});
const when = (condition: Json, more: Row = {}): Row => row({ when: condition }, more);
const leaf: Json = { field: "input.x", eq: "a" };
const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));

/** A rule of so many bytes: it is canonical as it is written. */
function ofBytes(bytes: number): Row {
  const bare = JSON.stringify({ message: "" }).length;
  return row({ message: "x".repeat(bytes - bare) });
}

function ofDepth(depth: number): Json {
  let condition: Json = leaf;
  for (let level = 1; level < depth; level++) condition = { not: condition };
  return condition;
}

const path = (names: number): Json => ({ field: times(names, () => "n"), exists: true });

interface Cap {
  readonly name: string;
  readonly most: number;
  readonly code: string;
  readonly make: (size: number) => Row;
}

const CAPS: readonly Cap[] = [
  { name: "bytes of a rule", most: 65_536, code: "rule_too_large", make: ofBytes },
  { name: "levels of conditions", most: 32, code: "condition_too_deep", make: (size) => when(ofDepth(size)) },
  {
    name: "conditions of a rule",
    most: 1_000,
    code: "too_many_conditions",
    make: (size) => when({ any: times(size - 1, () => leaf) }),
  },
  {
    name: "conditions of when and unless",
    most: 1_000,
    code: "too_many_conditions",
    make: (size) => row({ when: { any: times(498, () => leaf) }, unless: { any: times(size - 500, () => leaf) } }),
  },
  {
    name: "literals of a list",
    most: 10_000,
    code: "too_many_literals",
    make: (size) => when({ field: "input.x", in: times(size, (n) => n) }),
  },
  {
    name: "patterns of a leaf",
    most: 10_000,
    code: "too_many_literals",
    make: (size) => when({ field: "input.x", starts_with: times(size, (n) => n.toString(36)) }),
  },
  { name: "names of a path", most: 32, code: "path_too_long", make: (size) => when(path(size)) },
  { name: "bytes of an id", most: 256, code: "text_too_long", make: (size) => when(leaf, { id: "i".repeat(size) }) },
  { name: "bytes of a name", most: 256, code: "text_too_long", make: (size) => when(leaf, { name: "n".repeat(size) }) },
  {
    name: "a number",
    most: Number.MAX_SAFE_INTEGER,
    code: "unsupported_number",
    make: (size) => when({ field: "input.x", lt: size }),
  },
  {
    name: "a number below zero",
    most: Number.MAX_SAFE_INTEGER,
    code: "unsupported_number",
    make: (size) => when({ field: "input.x", gt: -size }),
  },
];

/** The codes that refuse policies; empty where they load. */
function refusal(policies: string | readonly (string | Policy)[]): string[] {
  const start = performance.now();
  try {
    PolicyEngine.loadSync({ policies }).close();
    return [];
  } catch (error) {
    if (!(error instanceof PolicySetError)) throw error;
    return error.diagnostics.filter(({ severity }) => severity === "error").map(({ code }) => code);
  } finally {
    expect(performance.now() - start).toBeLessThan(SECONDS);
  }
}

const asObject = (policy: Row) => refusal([policy as unknown as Policy]);
const asText = (policy: Row) => refusal(JSON.stringify([policy]));

describe.each(CAPS)("$name", ({ most, code, make }) => {
  it(`may be ${most} and one less`, () => {
    for (const size of [most - 1, most]) expect([asObject(make(size)), asText(make(size))]).toEqual([[], []]);
  });

  it(`is refused past ${most}`, () => {
    expect([asObject(make(most + 1)), asText(make(most + 1))]).toEqual([[code], [code]]);
  });
});

describe("depth", () => {
  const nest = (depth: number, open: string, inner: string, close: string) =>
    `${open.repeat(depth)}${inner}${close.repeat(depth)}`;

  it.each([
    ["arrays", "[", "", "]"],
    ["objects", '{"not":', "{}", "}"],
    ["arrays that never end", "[", "", ""],
    ["conditions", '{"all":[', "{}", "]}"],
  ])("of 100,000 in text is refused: %s", (_, open, inner, close) => {
    expect(refusal(nest(100_000, open, inner, close))).toEqual(["nested_too_deep"]);
    const rule = nest(100_000, open, inner, close);
    const text = JSON.stringify([row("here")]).replace('"here"', `{"when":${rule}}`);
    expect(refusal(text)).toEqual(["nested_too_deep"]);
  });

  it("of 100,000 in objects is refused", () => {
    let condition: Json = leaf;
    let list: Json = [];
    for (let n = 0; n < 100_000; n++) {
      condition = { not: condition };
      list = [list];
    }
    expect(asObject(when(condition))).not.toEqual([]);
    expect(asObject(when({ field: "input.x", in: list }))).not.toEqual([]);
    expect(asObject(when(list))).not.toEqual([]);
  });

  it("without end is refused", () => {
    const circular: { [key: string]: Json } = {};
    circular["not"] = circular;
    expect(asObject(when(circular))).not.toEqual([]);
    const list: Json[] = [];
    list.push(list);
    expect(asObject(when({ field: "input.x", in: list }))).not.toEqual([]);
  });
});

it("refuses a key that is there twice, at any depth", () => {
  const rule = JSON.stringify(when(leaf));
  for (const [once, twice] of [
    ['"effect":"deny"', '"effect":"deny","effect":"allow"'],
    ['"eq":"a"', '"eq":"a","eq":"b"'],
    ['"eq":"a"', '"eq":"a","\\u0065q":"b"'],
    ['"field":"input.x"', '"field":"input.x","field":"input.y"'],
    ['"rule_expr":', '"rule_expr":{},"rule_expr":'],
  ] as const) {
    expect(rule).toContain(once);
    expect(refusal(`[${rule.replace(once, twice)}]`)).toEqual(["duplicate_key"]);
  }
});

function decided(policies: readonly Row[], input: Json): { code: string; error: string | null; ms: number } {
  const open = row({}, { id: "open", effect: "allow" });
  const engine = PolicyEngine.loadSync({ policies: [open, ...policies] as unknown as Policy[] });
  const ids = { tenant: { id: "acme" }, tool: { id: "a".repeat(5_000) } };
  const none = { app: null, user: null, workflow: null, agent: null, run: null };
  const start = performance.now();
  const decision = engine.decide({ action: "tool_call", now: 0, ...ids, ...none, input } as unknown as Request);
  const ms = performance.now() - start;
  engine.close();
  return { code: decision.code, error: decision.reasons[0]?.error?.code ?? null, ms };
}

describe("globs that other matchers try back and forth", () => {
  const bomb = `${"*a".repeat(60)}b`;

  it("are matched in time that their length bounds", () => {
    const { code, error, ms } = decided([when({ field: "input.x", matches: bomb })], { x: "a".repeat(65_536) });
    expect([code, error]).toEqual(["allowed", null]);
    expect(ms).toBeLessThan(SECONDS);
  });

  it("are too costly where they are many", () => {
    const { code, error, ms } = decided([when({ field: "input.x", matches: times(400, (n) => `${bomb}${n}`) })], {
      x: "a".repeat(65_536),
    });
    expect([code, error]).toEqual(["denied_by_policy", "too_costly"]);
    expect(ms).toBeLessThan(SECONDS);
  });

  it("are matched as targets too", () => {
    const target = times(100, (n) => `${bomb}${n}`);
    const { code, ms } = decided([row({ target }, { scope: "tool" })], {});
    expect(code).toBe("allowed");
    expect(ms).toBeLessThan(SECONDS);
  });
});

it("holds a million literals of many policies", { timeout: 120_000 }, () => {
  const policies = times(200, (p) =>
    when({ field: "input.x", in: times(5_000, (n) => p * 5_000 + n) }, { id: `p${p}`, name: `p${p}` }),
  );
  expect(decided(policies, { x: 1_000_000 }).code).toBe("allowed");
  expect(decided(policies, { x: 999_999 }).code).toBe("denied_by_policy");
});

it("holds half a million words, each once", { timeout: 120_000 }, () => {
  const policies = times(100, (p) =>
    when({ field: "input.x", in: times(5_000, (n) => `w${p * 5_000 + n}`) }, { id: `p${p}`, name: `p${p}` }),
  );
  expect(decided(policies, { x: "w500000" }).code).toBe("allowed");
  expect(decided(policies, { x: "w499999" }).code).toBe("denied_by_policy");
});

it("replaces no policy by one that is refused, and says so alike", () => {
  const engine = PolicyEngine.loadSync({ policies: [when(leaf)] as unknown as Policy[] });
  const { digest } = engine;
  for (const { make, most } of CAPS) {
    expect(() => engine.replace(make(most + 1) as unknown as Policy)).toThrow(PolicySetError);
    expect(() => engine.replace(JSON.stringify(make(most + 1)))).toThrow(PortcullisError);
  }
  expect(engine.digest).toBe(digest);
  engine.close();
});
