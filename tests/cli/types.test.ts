// `portcullis types`: what it prints compiles, fits the package's own types, and finds wrong arguments.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { folder, portcullis } from "./run.js";

const file = folder();
const root = fileURLToPath(new URL("../../", import.meta.url));

const CATALOGUE = {
  actions: ["export"],
  entities: {
    user: {
      type: "object",
      properties: { roles: { type: "array", items: { type: "string" } }, team: { enum: ["web", "api", null] } },
      required: ["roles"],
    },
    tool: { type: "object", properties: { risk_level: { type: "string", enum: ["low", "high"] } } },
    usage: { type: "object", properties: { calls: { type: "integer" } } },
  },
  tools: [
    {
      name: "refund",
      description: "Pays money back. */ alert(1)",
      inputSchema: {
        type: "object",
        properties: {
          amount: { type: "integer", description: "In cents." },
          "cost-centre": { type: ["string", "null"] },
          to: {
            anyOf: [
              { type: "string" },
              { type: "object", properties: { iban: { type: "string" } }, required: ["iban"] },
            ],
          },
          labels: { type: "array", items: { enum: ["a | b", "{c}"] } },
          tree: { $ref: "#/$defs/node" },
          extra: { type: "object", additionalProperties: { type: "number" } },
          odd: { not: {} },
          pair: { type: "array", prefixItems: [{ type: "string" }] },
          both: { allOf: [{ anyOf: [{ const: "a" }, { const: "b" }] }, { type: "string" }] },
        },
        required: ["amount"],
        $defs: {
          node: { type: "object", properties: { value: {}, next: { $ref: "#/$defs/node" } }, required: ["value"] },
        },
      },
    },
    { name: "ping", inputSchema: { type: "object", properties: {} } },
    { name: "raw.query", inputSchema: { type: "object" } },
    { name: "untyped" },
  ],
};

function generated(catalogue: unknown): string {
  const { code, out, err } = portcullis(["types", "--catalogue", file("catalogue.json", JSON.stringify(catalogue))]);
  expect([code, err]).toEqual([0, ""]);
  return out;
}

/** What the compiler says of a program beside the generated types, as lines of that program. */
function errors(types: string, program: string): number[] {
  const typesFile = file("catalogue.ts", types);
  const programFile = join(dirname(typesFile), "program.ts");
  writeFileSync(programFile, program);
  const options: ts.CompilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    paths: { portcullis: [join(root, "pkg/dist/types/entrypoints/node.d.ts")] },
    types: [],
  };
  const compiled = ts.createProgram([programFile, typesFile], options);
  const found = ts.getPreEmitDiagnostics(compiled).map(({ file: at, start, messageText }) => {
    if (at?.fileName !== programFile) throw new Error(ts.flattenDiagnosticMessageText(messageText, "\n"));
    return at.getLineAndCharacterOfPosition(start ?? 0).line + 1;
  });
  return [...new Set(found)];
}

const HEAD = `import type { Request } from "portcullis";
import type { Action, CatalogueRequest, ToolCall, ToolInputs } from "./catalogue.js";
const facts = { now: 0, tenant: { id: "t" }, app: null, user: { id: "u", roles: ["r"], team: "web" }, workflow: null, agent: null } as const;
const call = { ...facts, action: "tool_call" } as const;
`;
const AFTER_HEAD = HEAD.split("\n").length;

/** Each line stands alone; answers the texts of those that are errors. */
function refused(types: string, lines: readonly string[]): string[] {
  return errors(types, `${HEAD}${lines.join("\n")}\n`).map((line) => lines[line - AFTER_HEAD] as string);
}

describe("types", () => {
  const types = generated(CATALOGUE);

  it("take what fits the catalogue, and are requests to the package", () => {
    const lines = [
      'const a: CatalogueRequest = { ...call, tool: { id: "refund" }, input: { amount: 5, to: { iban: "x" } } };',
      "const b: Request = a;",
      'const c: CatalogueRequest = { ...facts, action: "export", tool: null };',
      'const d: ToolCall<"ping"> = { ...call, tool: { id: "ping", risk_level: "low" }, input: {} };',
      'const e: CatalogueRequest = { ...call, tool: { id: "raw.query" }, input: { anything: 1 }, usage: { calls: 1 } };',
      'const f: ToolInputs["refund"] = { amount: 1, tree: { value: 1, next: { value: 2 } }, labels: ["{c}"], "cost-centre": null };',
      'const g: Action[] = ["export", "llm_call"];',
      'const h: ToolInputs["refund"] = { amount: 1, extra: { x: 1 }, odd: Symbol(), pair: [1, 2], both: "a" };',
      "export const decide = (request: CatalogueRequest, ask: (request: Request) => void) => ask(request);",
    ];
    expect(refused(types, lines)).toEqual([]);
  });

  const wrong = [
    'const a: CatalogueRequest = { ...call, tool: { id: "refund" }, input: { amount: "5" } };',
    'const b: CatalogueRequest = { ...call, tool: { id: "refund" }, input: {} };',
    'const c: CatalogueRequest = { ...call, tool: { id: "refnd" }, input: { amount: 5 } };',
    'const d: ToolCall<"refund"> = { ...call, tool: { id: "refund" }, input: { amount: 5, amuont: 6 } };',
    'const e: ToolInputs["refund"] = { amount: 1, labels: ["d"] };',
    'const f: ToolInputs["refund"] = { amount: 1, tree: { value: 1, next: {} } };',
    'const g: ToolInputs["refund"] = { amount: 1, to: { iban: 5 } };',
    'const h: Action = "exprt";',
    'const i: CatalogueRequest = { ...facts, user: { id: "u" }, action: "llm_call", tool: null };',
    'const j: CatalogueRequest = { ...facts, user: { id: "u", roles: [], team: "ops" }, action: "llm_call", tool: null };',
    'const k: ToolInputs["ping"] = { x: 1 };',
    'const l: ToolCall<"ping"> = { ...call, tool: { id: "ping", risk_level: "medium" }, input: {} };',
    'const m: ToolInputs["refund"] = { amount: 1, both: "c" };',
    'const n: ToolInputs["refund"] = { amount: 1, extra: { x: "1" } };',
    'const o: CatalogueRequest = { ...facts, action: "tool_call", tool: null };',
  ];
  it("find what does not fit", () => {
    expect(refused(types, wrong)).toEqual(wrong);
  });

  it("show the words of the catalogue, which can't end a comment", () => {
    expect(types).toContain("/** Pays money back. * / alert(1) */");
    expect(types).toContain("/** In cents. */");
  });

  it("compile for a large catalogue of real tools", () => {
    const { tools } = { tools: JSON.parse(readFileSync(join(root, "examples/data/github-mcp-tools.json"), "utf8")) };
    const real = generated({ tools: Array.isArray(tools) ? tools : tools.tools });
    const lines = [
      'const a: CatalogueRequest = { ...call, tool: { id: "get_me" }, input: {} };',
      "const b: Request = a;",
    ];
    expect(refused(real, lines)).toEqual([]);
  });

  it("are not made of a catalogue that does not load", () => {
    const catalogue = file("bad.yaml", "tools:\n  - nam: x\n");
    const { code, out, err } = portcullis(["types", "--catalogue", catalogue]);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain(`${catalogue}:2:`);
  });
});
