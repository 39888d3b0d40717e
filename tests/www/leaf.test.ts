// The form takes a leaf apart and puts it together again: nothing that it shows is lost, and the rest is left as JSON.
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { conditionOf, leafOf, withField, withOperator } from "../../www/src/builder/leaf.js";
import { OPERATOR } from "../../www/src/builder/vocabulary.js";
import { loadSet } from "../../www/src/engine/set.js";
import { equal } from "../../www/src/source/edit.js";

/** Every object of the vectors and the lessons, conditions among them. */
function* objects(value: unknown): Iterable<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) yield value as Record<string, unknown>;
  for (const inner of Object.values(value)) yield* objects(inner);
}

const folders = ["../vectors/decide/", "../../examples/policies/", "../../examples/github/"];
const all = folders.flatMap((folder) => {
  const url = new URL(folder, import.meta.url);
  const files = readdirSync(url).filter((file) => file.endsWith(".json"));
  return files.flatMap((file) => [...objects(JSON.parse(readFileSync(new URL(file, url), "utf8")))]);
});

it.each([true, false])("what it takes apart is put together as it was (within a quantifier: %s)", (nested) => {
  const shown = all.flatMap((condition) => {
    const leaf = leafOf(condition, nested);
    return leaf === undefined ? [] : [{ condition, leaf }];
  });
  expect(shown.length).toBeGreaterThan(100);
  for (const { condition, leaf } of shown)
    expect(equal(conditionOf(leaf), condition), JSON.stringify(condition)).toBe(true);
});

const KINDS = ["string", "number", "boolean", "list", "object", undefined] as const;

it("a leaf with another operator or another field loads, of whatever kind the field is", () => {
  const refused: string[] = [];
  const entities = {
    user: {
      type: "object",
      properties: {
        string: { type: "string" },
        number: { type: "number" },
        boolean: { type: "boolean" },
        list: { type: "array", items: { type: "string" } },
        object: { type: "object", properties: {} },
        undefined: {},
      },
    },
  };
  const loads = (condition: unknown) => {
    const policy = { id: "a", name: "a", scope: "global", effect: "deny", rule_expr: { when: condition } };
    const { findings, engine } = loadSet({
      policies: JSON.stringify([policy]),
      catalogue: JSON.stringify({ entities }),
    });
    engine?.close();
    if (findings.some(({ severity }) => severity === "error")) {
      refused.push(`${JSON.stringify(condition)}: ${findings[0]?.message}`);
    }
  };
  const fieldOf = (kind: (typeof KINDS)[number]) => ({
    path: `user.${kind}`,
    kind,
    element: kind === "list" ? ("string" as const) : undefined,
    choices: undefined,
  });
  for (const from of KINDS) {
    const first = leafOf({ field: "run.mode", eq: "auto" }, false);
    if (first === undefined) throw new Error("the form does not know its own first condition");
    const start = withField(first, `user.${from}`, fieldOf(from));
    if (from !== undefined) loads(conditionOf(start));
    for (const [operator, { on }] of Object.entries(OPERATOR)) {
      if (from === undefined || !on.includes(from)) continue;
      const turned = withOperator(start, operator, from, from === "list" ? "string" : undefined);
      loads(conditionOf(turned));
      for (const to of KINDS) loads(conditionOf(withField(turned, `user.${to}`, fieldOf(to))));
    }
  }
  expect(refused).toEqual([]);
});
