// `portcullis import` against the older engine: the first rule that matches decides.
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { PolicyEngine, type Request } from "portcullis";
import { describe, expect, it } from "vitest";
import { type Remark, readRules } from "../../pkg/src/cli/import/rules.js";
import { type Otherwise, translate } from "../../pkg/src/cli/import/translate.js";
import { folder, OPEN, portcullis, request } from "./run.js";

interface OldCondition {
  field: string;
  operator: string;
  value?: unknown;
}
interface OldGroup {
  conditions: (OldCondition | OldGroup)[];
  logic: "AND" | "OR";
}
interface OldRule extends OldGroup {
  name: string;
  effect: "allow" | "deny";
  priority: number;
  enabled: boolean;
}

/** The older engine: strict comparisons, and a missing field is false whatever is asked of it, as are orders and texts of what has none. */
function oldDecision(rules: readonly OldRule[], facts: unknown, otherwise: string): string {
  const inOrder = rules.filter(({ enabled }) => enabled).sort((a, b) => b.priority - a.priority);
  return inOrder.find((rule) => matchesGroup(rule, facts))?.effect ?? otherwise;
}

function matchesGroup({ conditions, logic }: OldGroup, facts: unknown): boolean {
  const holds = (part: OldCondition | OldGroup) =>
    "conditions" in part ? matchesGroup(part, facts) : matchesOne(part, facts);
  return logic === "AND" ? conditions.every(holds) : conditions.some(holds);
}

function matchesOne({ field, operator, value }: OldCondition, facts: unknown): boolean {
  const follow = (at: unknown, name: string) => (at as Record<string, unknown> | null | undefined)?.[name];
  const found: unknown = field.split(".").reduce(follow, facts);
  const missing = found === undefined || found === null;
  if (operator === "exists") return missing !== (value ?? true);
  if (missing) return false;
  const ordered = typeof found === "number";
  const texts = typeof found === "string";
  switch (operator) {
    case "eq":
      return found === value;
    case "neq":
      return found !== value;
    case "gt":
      return ordered && found > (value as number);
    case "gte":
      return ordered && found >= (value as number);
    case "lt":
      return ordered && found < (value as number);
    case "lte":
      return ordered && found <= (value as number);
    case "in":
      return (value as unknown[]).includes(found);
    case "not_in":
      return !(value as unknown[]).includes(found);
    case "contains":
      return texts ? found.includes(String(value)) : Array.isArray(found) && found.includes(value);
    case "starts_with":
      return texts && found.startsWith(value as string);
    case "ends_with":
      return texts && found.endsWith(value as string);
    case "regex":
      return texts && new RegExp(value as string).test(found);
  }
  throw new Error(`no operator ${operator}`);
}

const text = fc.constantFrom("", "a", "ab", "b", "ba", "x.y", "|");
const number = fc.constantFrom(-1, 0, 1, 2.5);
const lists = <T>(element: fc.Arbitrary<T>) => fc.array(element, { maxLength: 3 });

const onText = fc.oneof(
  fc.record({ operator: fc.constantFrom("eq", "neq", "contains", "starts_with", "ends_with"), value: text }),
  fc.record({ operator: fc.constantFrom("in", "not_in"), value: lists(text) }),
  fc.record({
    operator: fc.constant("regex"),
    value: fc.constantFrom("^a", "b$", "^ab$", "a", "^(a|ba)$", "(?:b|x\\.y)$", "\\|", "^x\\.y"),
  }),
);
const onNumber = fc.oneof(
  fc.record({ operator: fc.constantFrom("eq", "neq", "gt", "gte", "lt", "lte"), value: number }),
  fc.record({ operator: fc.constantFrom("in", "not_in"), value: lists(number) }),
);
const onBoolean = fc.record({ operator: fc.constantFrom("eq", "neq"), value: fc.boolean() });
const onRoles = fc.record({ operator: fc.constant("contains"), value: fc.constantFrom("dba", "lead", "") });
const onNumbers = fc.record({ operator: fc.constant("contains"), value: number });
const existence = fc.oneof(
  fc.record({ operator: fc.constant("exists"), value: fc.boolean() }),
  fc.constant({ operator: "exists" }),
);
/** Fields, each of one type. */
const asked: Record<string, fc.Arbitrary<{ operator: string; value?: unknown }>> = {
  "input.s": onText,
  "input.deep.s": onText,
  "input.n": onNumber,
  "run.cost_cents": onNumber,
  "input.b": onBoolean,
  "user.roles": onRoles,
  "input.ns": onNumbers,
};
const condition: fc.Arbitrary<OldCondition> = fc.oneof(
  ...Object.entries(asked).map(([field, test]) =>
    fc.oneof({ weight: 5, arbitrary: test }, { weight: 1, arbitrary: existence }).map((t) => ({ field, ...t })),
  ),
);
const group = fc.record({
  conditions: fc.array(
    fc.oneof(
      { weight: 6, arbitrary: condition },
      {
        weight: 1,
        arbitrary: fc.record({
          conditions: fc.array(condition, { maxLength: 2 }),
          logic: fc.constantFrom("AND", "OR"),
        }),
      },
    ),
    { maxLength: 3 },
  ),
  logic: fc.constantFrom("AND", "OR"),
});
const rule = fc
  .record({
    name: fc.constantFrom("first", "second", "third"),
    effect: fc.constantFrom("allow", "deny"),
    priority: fc.integer({ min: 0, max: 4 }),
    enabled: fc.constantFrom(true, true, true, false),
  })
  .chain((head) => group.map((body) => ({ ...head, ...body }) as OldRule));

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null, freq: 4 });
const facts = fc.record({
  user: maybe(fc.record({ id: fc.constant("u"), roles: maybe(lists(fc.constantFrom("dba", "lead", "dev"))) })),
  run: maybe(fc.record({ id: fc.constant("r"), cost_cents: maybe(number) })),
  input: fc.record(
    {
      s: maybe(text),
      deep: maybe(fc.record({ s: maybe(text) }, { requiredKeys: [] })),
      n: maybe(number),
      b: maybe(fc.boolean()),
      ns: maybe(lists(number)),
    },
    { requiredKeys: [] },
  ),
});

/** The same fields with values of any type. */
const any = fc.oneof(text, number, fc.boolean(), lists(text), lists(number), fc.constant({}));
const illTyped = fc.record({
  user: fc.record({ id: fc.constant("u"), roles: maybe(any) }),
  run: fc.record({ id: fc.constant("r"), cost_cents: maybe(any) }),
  input: fc.record({ s: any, deep: maybe(fc.record({ s: any })), n: any, b: any, ns: any }, { requiredKeys: [] }),
});

const file = folder();
const imported = (rules: unknown, ...args: string[]) => portcullis(["import", ...args], JSON.stringify(rules));

describe("import", () => {
  it("decides as the older engine does", { timeout: 120_000 }, () => {
    const seen = new Set<string>();
    let sets = 0;
    fc.assert(
      fc.property(
        fc.array(rule, { minLength: 1, maxLength: 6 }),
        fc.array(facts, { minLength: 40, maxLength: 40 }),
        fc.constantFrom<Otherwise>("allow", "deny"),
        (rules, requests, otherwise) => {
          const remarks: Remark[] = [];
          const policies = translate(readRules(rules, remarks), otherwise, remarks);
          expect(remarks.filter(({ severity }) => severity === "error")).toEqual([]);
          const engine = PolicyEngine.loadSync({ policies });
          for (const more of requests) {
            const asked = request(more);
            const { effect, reasons } = engine.decide(asked as Request);
            const wanted = oldDecision(rules, asked, otherwise);
            seen.add(wanted);
            if (effect !== wanted) throw new Error(`${effect}, not ${wanted}: ${JSON.stringify([asked, reasons])}`);
            expect(reasons.filter(({ error }) => error !== null)).toEqual([]);
          }
          engine.close();
          sets++;
        },
      ),
      { numRuns: 400 },
    );
    expect(sets).toBe(400);
    expect([...seen].sort()).toEqual(["allow", "deny"]);
  });

  it("is never looser on values of another type, and where it is stricter that was found", { timeout: 120_000 }, () => {
    let stricter = 0;
    fc.assert(
      fc.property(
        fc.array(rule, { minLength: 1, maxLength: 6 }),
        fc.array(illTyped, { minLength: 40, maxLength: 40 }),
        fc.constantFrom<Otherwise>("allow", "deny"),
        (rules, requests, otherwise) => {
          const remarks: Remark[] = [];
          const policies = translate(readRules(rules, remarks), otherwise, remarks);
          const found = remarks.filter(({ code }) => code === "other_type");
          const engine = PolicyEngine.loadSync({ policies });
          for (const more of requests) {
            const asked = request(more);
            const { effect, reasons } = engine.decide(asked as Request);
            const wanted = oldDecision(rules, asked, otherwise);
            if (effect === wanted) continue;
            stricter++;
            if (effect !== "deny") throw new Error(`${effect}, not ${wanted}: ${JSON.stringify([asked, reasons])}`);
            if (found.length === 0) throw new Error(`no finding: ${JSON.stringify([rules, asked, reasons])}`);
          }
          engine.close();
        },
      ),
      { numRuns: 400 },
    );
    expect(stricter).toBeGreaterThan(100);
  });

  it.each([
    ["deny", "gt", 1000, "1001", "denies where `input.x` is of another type"],
    ["deny", "eq", 5, "5", "denies where `input.x` is of another type"],
    ["deny", "in", [5], "5", "denies where `input.x` is of another type"],
    ["allow", "neq", 5, "5", "does not allow where `input.x` is of another type"],
    ["allow", "not_in", ["a"], 5, "does not allow where `input.x` is of another type"],
  ])("finds that a rule to %s by `%s` is stricter now", (effect, operator, value, x, message) => {
    const rules = [{ name: "r", effect, conditions: [{ field: "input.x", operator, value }] }];
    const { code, out, err } = imported(rules, "--otherwise", effect === "deny" ? "allow" : "deny");
    expect([code, err.match(/warning\[other_type\]/g)?.length]).toEqual([0, 1]);
    expect(err).toContain(message);
    const engine = PolicyEngine.loadSync({ policies: out });
    const asked = request({ input: { x } });
    expect(engine.decide(asked as Request).effect).toBe("deny");
    const old = rules.map((rule) => ({ ...rule, priority: 0, enabled: true, logic: "AND" }) as OldRule);
    expect(oldDecision(old, asked, effect === "deny" ? "allow" : "deny")).toBe("allow");
  });

  it.each([
    ["deny", "neq", 5],
    ["deny", "not_in", ["a"]],
    ["deny", "exists", true],
    ["allow", "eq", 5],
    ["allow", "gt", 5],
  ])("finds nothing of types in a rule to %s by `%s`, which decides as before", (effect, operator, value) => {
    const rules = [{ name: "r", effect, conditions: [{ field: "input.x", operator, value }] }];
    expect(imported(rules).err).not.toContain("other_type");
  });

  it("decides otherwise where nothing matches, as it is told", () => {
    const asked = request() as Request;
    for (const [args, effect] of [
      [[], "deny"],
      [["--otherwise", "allow"], "allow"],
    ] as const) {
      const engine = PolicyEngine.loadSync({ policies: imported([], ...args).out });
      expect(engine.decide(asked).effect).toBe(effect);
    }
  });

  it("guards a deny by the allows before it", () => {
    const rules = [
      {
        name: "leads",
        effect: "allow",
        priority: 9,
        conditions: [{ field: "user.roles", operator: "contains", value: "lead" }],
      },
      {
        name: "no deletes",
        effect: "deny",
        priority: 5,
        conditions: [{ field: "tool.id", operator: "eq", value: "delete" }],
      },
      { name: "rest", effect: "allow", priority: 1, conditions: [] },
    ];
    const policies = JSON.parse(imported({ rules }).out);
    expect(policies.map(({ id }: { id: string }) => id)).toEqual(["leads", "no-deletes", "rest"]);
    expect(policies[1].rule_expr.unless).toEqual(policies[0].rule_expr.when);
    expect(policies[2].rule_expr).toEqual({});
  });

  it("translates the example of the documentation", () => {
    const page = readFileSync(new URL("../../docs/command.md", import.meta.url), "utf8");
    const [, example = ""] = /```jsonc\n(.*?)```/s.exec(page) ?? [];
    const policies = imported(JSON.parse(example)).out;
    const engine = PolicyEngine.loadSync({ policies: [policies, JSON.stringify(OPEN)] });
    const transfer = (amount: number) => request({ tool: { id: "transfer" }, input: { amount } }) as Request;
    expect([engine.decide(transfer(1001)).effect, engine.decide(transfer(1000)).effect]).toEqual(["deny", "allow"]);
  });

  const one = (operator: string, value: unknown) => [
    { name: "r", effect: "deny", conditions: [{ field: "input.x", operator, value }] },
  ];
  it.each([
    ["a regular expression", one("regex", "^a.*b$"), "regex"],
    ["an order of text", one("gt", "100"), "type_coercion"],
    ["null", one("eq", null), "null_value"],
    ["a list of several types", one("in", ["a", 1]), "mixed_list"],
    ["an unknown operator", one("equals", 1), "unknown_operator"],
    ["a rule without an effect", [{ name: "r", conditions: [] }], "invalid_rule"],
    ["an unknown key", [{ name: "r", effect: "deny", conditions: [], when: 1 }], "invalid_rule"],
    ["an unknown logic", [{ name: "r", effect: "deny", conditions: [], logic: "XOR" }], "invalid_rule"],
    ["no list", 7, "invalid_rule"],
    ["a number that the engine can't hold", one("eq", 2 ** 60), "unsupported_number"],
  ])("prints no policies where %s can't be said", (_, rules, code) => {
    const ended = imported(rules);
    expect([ended.code, ended.out]).toEqual([1, ""]);
    expect(ended.err).toContain(`error[${code}]`);
  });

  it("says where", () => {
    const rules = file(
      "rules.yaml",
      "- name: r\n  effect: deny\n  conditions:\n    - {field: a.b, operator: regex, value: a+}\n",
    );
    expect(portcullis(["import", rules]).err).toContain(`${rules}:4:7: error[regex]`);
  });

  it.each([
    ["text that another type may have become", one("eq", "5"), "type_coercion"],
    ["text that may be a list", one("contains", "a"), "assumed_text"],
    ["a rule that never matches", one("in", []), "idle_rule"],
  ])("warns of %s", (_, rules, code) => {
    const ended = imported(rules);
    expect(ended.code).toBe(0);
    expect(ended.err).toContain(`warning[${code}]`);
  });
});
