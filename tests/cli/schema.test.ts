// The JSON Schema of policies against the engine: it takes all that loads, and refuses what editors should see at once.
import { readdirSync, readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { validate } from "portcullis";
import { describe, expect, it } from "vitest";
import { areas } from "../vectors/files.js";
import { portcullis } from "./run.js";

const { code, out, err } = portcullis(["schema"]);
const schema = JSON.parse(out);
const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false });
const matches = ajv.compile(schema);

function errorsOf(file: unknown): unknown {
  return matches(file) ? [] : matches.errors?.slice(0, 5);
}

const loads = (policies: unknown[], catalogue?: unknown) =>
  !validate(policies as never, (catalogue ?? null) as never).diagnostics.some(({ severity }) => severity === "error");

const root = new URL("../../", import.meta.url);
const examples = readdirSync(new URL("examples/", root), { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".json") && !path.startsWith("data"))
  .map((path) => ({ path, content: JSON.parse(readFileSync(new URL(`examples/${path}`, root), "utf8")) }))
  .filter(({ content }) => Array.isArray(content.policies) || content[0]?.rule_expr !== undefined);

describe("the schema", () => {
  it("is the committed one", () => {
    const committed = readFileSync(new URL("pkg/src/types/generated/policies.schema.json", root), "utf8");
    expect([code, err]).toEqual([0, ""]);
    expect(schema).toEqual(JSON.parse(committed));
  });

  it("says what each key is for", () => {
    const silent = Object.entries<{ properties?: Record<string, { description?: string }> }>(schema.$defs).flatMap(
      ([name, { properties = {} }]) =>
        Object.entries(properties).flatMap(([key, { description }]) => (description ? [] : `${name}.${key}`)),
    );
    expect(silent).toEqual([]);
  });

  it("takes the examples", () => {
    expect(examples.length).toBeGreaterThanOrEqual(9);
    for (const { path, content } of examples) expect([path, errorsOf(content)]).toEqual([path, []]);
  });

  it("takes every vector that loads", () => {
    let taken = 0;
    for (const { name, cases } of areas) {
      for (const { description, policies, catalogue } of cases) {
        if (!loads(policies as unknown[], catalogue)) continue;
        expect([name, description, errorsOf(policies)]).toEqual([name, description, []]);
        taken++;
      }
    }
    expect(taken).toBeGreaterThan(300);
  });

  const good = { id: "a", name: "a", scope: "global", effect: "deny", rule_expr: {} };
  const when = (condition: unknown) => ({ ...good, rule_expr: { when: condition } });
  it.each<[string, unknown]>([
    ["an unknown key", { ...good, efect: "deny" }],
    ["a missing key", { ...good, effect: undefined }],
    ["an unknown scope", { ...good, scope: "user" }],
    ["an unknown effect", { ...good, effect: "block" }],
    ["an empty condition", when({})],
    ["an empty list of conditions", when({ all: [] })],
    ["a leaf without an operator", when({ field: "input.x" })],
    ["an unknown operator", when({ field: "input.x", equals: 1 })],
    ["an unknown derivation", when({ field: "input.x", as: "upper", eq: "A" })],
    ["a comparison with null", when({ field: "input.x", includes_any: [null] })],
    ["an empty list of literals", when({ field: "input.x", in: [] })],
    ["a field with more beside it", when({ field: "input.x", eq: { field: "input.y", as: "lower" } })],
    ["an approval that is not there", { ...good, effect: "require_approval" }],
    ["an approval of a deny", { ...good, rule_expr: { approval: { approvers: { roles: ["a"] } } } }],
    ["a modify without a then", { ...good, effect: "modify" }],
    ["a looser mode", { ...good, effect: "modify", rule_expr: { then: { mode: "auto" } } }],
    ["a target at the global scope", { ...good, rule_expr: { target: ["x"] } }],
    ["a scope without a target", { ...good, scope: "tool" }],
    ["an empty target", { ...good, scope: "tool", rule_expr: { target: [] } }],
    [
      "a quorum of none",
      { ...good, effect: "require_approval", rule_expr: { approval: { approvers: { roles: ["a"] }, quorum: 0 } } },
    ],
    [
      "a limit that counts for nobody",
      { ...good, effect: "modify", rule_expr: { then: { limits: [{ meter: "tokens", per: [], max: 1 }] } } },
    ],
  ])("refuses %s, as the engine does", (_, policy) => {
    const plain = JSON.parse(JSON.stringify(policy));
    expect(matches(plain)).toBe(false);
    expect(matches([good, plain])).toBe(false);
    expect(loads([plain])).toBe(false);
  });

  it("takes one policy, a list, and a list among other things", () => {
    for (const file of [good, [good], { title: "x", policies: [good] }]) expect(errorsOf(file)).toEqual([]);
  });
});
