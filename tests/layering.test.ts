import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";

/** Source text by path within pkg/src, with forward slashes. */
type Sources = ReadonlyMap<string, string>;

/** What only servers have: a browser never loads it. */
const SERVER = ["service", "log", "store", "approvals", "limits", "http", "nestjs", "cli"];
const DATABASES = /^(pg|postgres|@electric-sql\/pglite|kysely|drizzle-orm)(\/|$)/;
/** In capitals, as the project writes SQL: prose may well select something from a list. */
const SQL =
  /\b(SELECT\s[\s\S]+\sFROM|INSERT\s+INTO|UPDATE\s+\S+\s+SET|DELETE\s+FROM|(CREATE|ALTER|DROP)\s+(TABLE|SCHEMA|INDEX|ROLE|POLICY)|LISTEN\s+\w+|NOTIFY\s+\w+)\b/;

interface Import {
  to: string;
  typeOnly: boolean;
}

function readSource(path: string, text: string): { imports: Import[]; strings: string[] } {
  const imports: Import[] = [];
  const strings: string[] = [];
  const isText = (node: ts.Node): node is ts.LiteralLikeNode =>
    ts.isStringLiteralLike(node) || node.kind === ts.SyntaxKind.TemplateHead || ts.isTemplateMiddleOrTemplateTail(node);
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      imports.push({
        to: node.moduleSpecifier.text,
        typeOnly: node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword,
      });
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
      imports.push({ to: node.moduleSpecifier.text, typeOnly: node.isTypeOnly });
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      if (ts.isStringLiteral(node.argument.literal)) imports.push({ to: node.argument.literal.text, typeOnly: true });
    } else if (ts.isCallExpression(node)) {
      const [to] = node.arguments;
      const loads =
        node.expression.kind === ts.SyntaxKind.ImportKeyword ||
        (ts.isIdentifier(node.expression) && node.expression.text === "require");
      if (loads && to && ts.isStringLiteralLike(to)) imports.push({ to: to.text, typeOnly: false });
    }
    if (isText(node)) strings.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest));
  return { imports, strings };
}

/** The file of pkg/src that a relative import names, whether or not it is there. */
function resolve(from: string, to: string): string {
  return normalize(join(dirname(from), to))
    .replaceAll("\\", "/")
    .replace(/\.js$/, ".ts");
}

const folder = (path: string): string => (path.includes("/") ? path.slice(0, path.indexOf("/")) : "");

function violations(sources: Sources): string[] {
  const out: string[] = [];
  const read = new Map([...sources].map(([path, text]) => [path, readSource(path, text)]));

  for (const [path, { imports, strings }] of read) {
    const here = folder(path);
    for (const { to } of imports) {
      const there = to.startsWith(".") ? folder(resolve(path, to)) : "";
      if (here === "engine" && there === "entrypoints")
        out.push(`${path}: engine may not import an entry point (${to})`);
      if (here === "engine" && SERVER.includes(there)) out.push(`${path}: engine may not import ${there} (${to})`);
      if (there === "glue" && here !== "entrypoints") out.push(`${path}: only entrypoints import the glue (${to})`);
      if (DATABASES.test(to) && here !== "store") out.push(`${path}: only store knows databases (${to})`);
    }
    const files = imports.some(({ to }) => to.endsWith(".sql"));
    if (here !== "store" && (files || strings.some((text) => SQL.test(text)))) {
      out.push(`${path}: only store knows SQL`);
    }
  }

  // All that the browser's entry point loads, at once or later.
  const seen = new Set<string>();
  const follow = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const { to, typeOnly } of read.get(path)?.imports ?? []) {
      if (typeOnly) continue;
      if (to.startsWith("node:")) out.push(`${path}: the browser reaches ${to}`);
      if (!to.startsWith(".")) continue;
      const target = resolve(path, to);
      if (SERVER.includes(folder(target))) out.push(`${path}: the browser reaches ${target}`);
      follow(target);
    }
  };
  follow("entrypoints/browser.ts");
  return out;
}

function packageSources(): Sources {
  const root = join(import.meta.dirname, "../pkg/src");
  const paths = readdirSync(root, { recursive: true, encoding: "utf8" }).map((path) => path.replaceAll("\\", "/"));
  return new Map(
    paths
      .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts") && folder(path) !== "glue")
      .map((path) => [path, readFileSync(join(root, path), "utf8")]),
  );
}

describe("the package's layers", () => {
  it("hold", () => {
    expect(violations(packageSources())).toEqual([]);
  });

  it.each([
    ["engine/a.ts", 'import { load } from "../entrypoints/node.js";', "may not import an entry point"],
    ["engine/a.ts", 'import type { Load } from "../entrypoints/node.js";', "may not import an entry point"],
    ["engine/a.ts", 'export * from "../service/index.js";', "may not import service"],
    ["engine/a.ts", 'import type { Row } from "../store/connection.js";', "may not import store"],
    ["engine/a.ts", 'export const open = () => import("../store/open.js");', "may not import store"],
    ["engine/deep/a.ts", 'import init from "../../glue/portcullis.js";', "only entrypoints import the glue"],
    ["engine/a.ts", 'type A = import("../glue/portcullis.js").InitOutput;', "only entrypoints import the glue"],
    ["service/a.ts", 'const glue = await import("../glue/portcullis.js");', "only entrypoints import the glue"],
    ["service/a.ts", "const q = `SELECT id FROM $" + "{schema}.policies`;", "only store knows SQL"],
    ["limits/a.ts", 'const q = "UPDATE counters SET spent = 1";', "only store knows SQL"],
    ["service/a.ts", 'const q = "SELECT set_config($1, $2, true) FROM x";', "only store knows SQL"],
    ["service/a.ts", 'const { PGlite } = await import("@electric-sql/pglite");', "only store knows databases"],
    ["service/a.ts", 'import text from "../store/migrations/0001_policies.sql";', "only store knows SQL"],
    ["http/a.ts", 'import { Pool } from "pg";', "only store knows databases"],
    ["entrypoints/browser.ts", 'import { readFileSync } from "node:fs";', "the browser reaches node:fs"],
    ["entrypoints/browser.ts", 'export * from "../service/index.js";', "the browser reaches service/index.ts"],
  ])("find %s: %s", (path, text, message) => {
    expect(violations(new Map([[path, text]])).join("\n")).toContain(message);
  });

  it("follow what the browser loads, but not types", () => {
    const sources = new Map([
      ["entrypoints/browser.ts", 'import { a } from "../engine/a.js"; import type { T } from "../engine/t.js";'],
      ["engine/a.ts", 'export const a = () => import("./b.js");'],
      ["engine/b.ts", 'import { createHash } from "node:crypto";'],
      ["engine/t.ts", 'import { Buffer } from "node:buffer";'],
    ]);
    expect(violations(sources)).toEqual(["engine/b.ts: the browser reaches node:crypto"]);
  });

  it("allow what they should", () => {
    const sources = new Map([
      [
        "entrypoints/node.ts",
        'import { readFileSync } from "node:fs"; import { initSync } from "../glue/portcullis.js";',
      ],
      ["entrypoints/browser.ts", 'import init from "../glue/portcullis.js"; export * from "../engine/a.js";'],
      ["store/a.ts", 'import pg from "pg"; const q = "SELECT 1 FROM t";'],
      ["engine/a.ts", 'import { b } from "./b.js"; const prose = "select a policy from the list";'],
    ]);
    expect(violations(sources)).toEqual([]);
  });
});
