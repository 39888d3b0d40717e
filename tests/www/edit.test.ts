// A form changes one value of a text, and nothing else in it.
import fc from "fast-check";
import { expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { applied, type Edit, edited, equal } from "../../www/src/source/edit.js";
import { formatJson } from "../../www/src/source/format.js";

const YAML = `# The policies of the shop.
- id: open   # for now
  name: "open"
  scope: global
  effect: allow
  rule_expr: {}

# Refunds.
- id: refunds
  name: refunds
  scope: tool
  effect: deny
  rule_expr:
    target:
    - refund     # the tool
    - repay
    # Above the limit.
    when: {field: input.amount, gt: 100}
    message: |
      Too much.
      Ask a lead.
`;

it.each<[string, Edit, string, string]>([
  ["a scalar", { path: [1, "name"], set: "large refunds" }, "  name: refunds", "  name: large refunds"],
  ["a scalar between brackets", { path: [1, "rule_expr", "when", "gt"], set: 250 }, "gt: 100", "gt: 250"],
  [
    "text of several lines",
    { path: [1, "rule_expr", "message"], set: "No." },
    "message: |\n      Too much.\n      Ask a lead.\n",
    "message: No.\n",
  ],
  ["a member of a block", { path: [0, "enabled"], set: false }, "rule_expr: {}\n", "rule_expr: {}\n  enabled: false\n"],
  [
    "a member between brackets",
    { path: [1, "rule_expr", "when", "default"], set: 0 },
    "gt: 100}",
    "gt: 100, default: 0}",
  ],
  ["an element", { path: [1, "rule_expr", "target"], append: "pay, *" }, "- repay\n", "- repay\n    - pay, *\n"],
  ["an element taken away", { path: [1, "rule_expr", "target", 1], remove: true }, "    - repay\n", ""],
  [
    "the first element taken away",
    { path: [1, "rule_expr", "target", 0], remove: true },
    "refund     # the tool\n    - ",
    "",
  ],
  ["a member taken away", { path: [0, "scope"], remove: true }, "  scope: global\n", ""],
  ["the first member taken away", { path: [0, "id"], remove: true }, "id: open   # for now\n  ", ""],
  [
    "a condition for none",
    { path: [0, "rule_expr", "when"], set: { field: "a", eq: 1 } },
    "rule_expr: {}",
    "rule_expr: { when: { field: a, eq: 1 } }",
  ],
])("YAML: %s", (_, edit, before, after) => {
  expect(YAML).toContain(before);
  expect(edited(YAML, edit)).toBe(YAML.replace(before, after));
});

const JSON_TEXT = `[
  { "id": "a",   "effect": "allow" },
  {
    "id": "b",
    "rule_expr": {
      "target": ["x", "y"],
      "when": { "field": "user.id", "eq": "sam" }
    }
  }
]
`;

it.each<[string, Edit, string, string]>([
  ["a scalar", { path: [0, "effect"], set: "deny" }, '"allow"', '"deny"'],
  ["a member on a line", { path: [0, "enabled"], set: true }, '"allow" }', '"allow", "enabled": true }'],
  [
    "a member on lines",
    { path: [1, "rule_expr", "message"], set: "No." },
    '"sam" }\n',
    '"sam" },\n      "message": "No."\n',
  ],
  ["an element", { path: [1, "rule_expr", "target"], append: "z" }, '"y"]', '"y", "z"]'],
  ["an element taken away", { path: [1, "rule_expr", "target", 0], remove: true }, '"x", ', ""],
  [
    "the last member taken away",
    { path: [1, "rule_expr", "when"], remove: true },
    ',\n      "when": { "field": "user.id", "eq": "sam" }',
    "",
  ],
  ["a policy taken away", { path: [0], remove: true }, '{ "id": "a",   "effect": "allow" },\n  ', ""],
])("JSON: %s", (_, edit, before, after) => {
  expect(JSON_TEXT).toContain(before);
  expect(edited(JSON_TEXT, edit)).toBe(JSON_TEXT.replace(before, after));
});

it("what no longer fits on a line is spread over several", () => {
  const all = Array.from({ length: 4 }, (_, i) => ({ field: `input.amount_${i}`, gt: 100 }));
  const next = edited(JSON_TEXT, { path: [1, "rule_expr", "when"], set: { all } });
  expect(Math.max(...next.split("\n").map((line) => line.length))).toBeLessThan(97);
  expect(next.split("\n").slice(0, 6)).toEqual(JSON_TEXT.split("\n").slice(0, 6));
});

it("what an alias shares is changed at its place alone, or the text stays", () => {
  const text = "- &a\n  id: a\n  rule_expr: &r {when: {field: x, eq: 1}}\n- id: b\n  rule_expr: *r\n";
  const next = edited(text, { path: [1, "rule_expr"], set: {} });
  expect(parse(next)).toEqual([
    { id: "a", rule_expr: { when: { field: "x", eq: 1 } } },
    { id: "b", rule_expr: {} },
  ]);
});

const value = fc.letrec((tie) => ({
  node: fc.oneof(
    { depthSize: "small" },
    fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constantFrom("- x", "a: b", "#c", "1", "true", "x\ny\n", " ")),
    fc.array(tie("node"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("id", "when", "field", "a b", "0", "x: y"), tie("node"), { maxKeys: 4 }),
  ),
})).node;

function pathsOf(held: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof held !== "object" || held === null) return [path];
  const entries: [string | number, unknown][] = Array.isArray(held) ? [...held.entries()] : Object.entries(held);
  return [path, ...entries.flatMap(([key, inner]) => pathsOf(inner, [...path, key]))];
}

it("whatever is changed, the text then says exactly that", () => {
  const list = fc.array(fc.dictionary(fc.constantFrom("id", "name", "rule_expr"), value, { minKeys: 1 }), {
    minLength: 1,
    maxLength: 3,
  });
  fc.assert(
    fc.property(list, value, fc.nat(), fc.nat(3), fc.nat(2), (whole, next, at, kind, format) => {
      const paths = pathsOf(whole).slice(1);
      const path = paths[at % paths.length] as (string | number)[];
      const held = path.reduce<unknown>((inner, name) => (inner as Record<string | number, unknown>)[name], whole);
      const isMap = typeof held === "object" && held !== null && !Array.isArray(held);
      const edits: Edit[] = [
        { path, set: next },
        { path, remove: true },
        Array.isArray(held) ? { path, append: next } : { path, set: next },
        isMap ? { path: [...path, "new"], set: next } : { path, set: next },
      ];
      const edit = edits[kind] as Edit;
      const text = [formatJson(whole), stringify(whole), stringify(whole, { indentSeq: false })][format] as string;
      const after = edited(text, edit);
      expect(equal(format === 0 ? JSON.parse(after) : parse(after), applied(whole, edit))).toBe(true);
    }),
    { numRuns: 500 },
  );
});
