// Runs every example of the documentation, and holds its tables against the code.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import {
  type Catalogue,
  type Decision,
  type Known,
  type Policy,
  PolicyEngine,
  type Request,
  validate,
} from "portcullis";
import { describe, expect, it } from "vitest";

const root = new URL("../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");
const pages = [...readdirSync(new URL("docs/", root)).map((name) => `docs/${name}`), "README.md"]
  .filter((path) => path.endsWith(".md") && existsSync(new URL(path, root)))
  .map((path) => ({ path, text: read(path) }));

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** What a condition comes to. */
interface Case {
  input?: Json;
  /** Entries of the request that replace those of the minimal one. */
  request?: { [key: string]: Json };
  is: "true" | "false" | "error";
  /** The code of the error, and the field that it names. */
  error?: string;
  field?: Json;
}

/** An example as pages write it; which keys it has says what is checked. */
interface Example extends Partial<Case> {
  condition?: { [key: string]: Json };
  cases?: Case[];
  policies?: Policy[];
  catalogue?: Catalogue;
  /** Entities that the request does not even state. */
  omit?: string[];
  grants?: { policy_id: string; policy_digest: string; request_digest: string; mode: "draft" | "auto" }[];
  expect?: { [key: string]: Json };
  /** What a preview answers while these fields are unknown. */
  unknown?: string[];
  preview?: { [key: string]: Json };
  /** Members of the request for which a residual is made, what it holds, and what is decided by it. */
  known?: string[];
  residual?: { [key: string]: Json };
  there?: { request?: { [key: string]: Json }; expect: { [key: string]: Json } }[];
  /** Codes of all errors of a set that does not load. */
  refused?: string[];
  /** Codes of all warnings of one that does. */
  warned?: string[];
  request_digest?: string;
  /** Values with their digests, so that a reader can make the same. */
  digests?: { of: Json; is: string }[];
}

interface Block {
  title: string;
  text: string;
  example: Example;
}

const KEYS: ReadonlySet<string> = new Set([
  ...["condition", "input", "request", "is", "error", "field", "cases"],
  ...["policies", "catalogue", "omit", "grants", "expect", "refused", "warned", "request_digest", "digests"],
  ...["unknown", "preview", "known", "residual", "there"],
]);

const minimal: { [key: string]: Json } = {
  action: "tool_call",
  now: 1795375800000,
  tenant: { id: "acme" },
  app: { id: "console" },
  user: { id: "u1", roles: ["developer"] },
  workflow: null,
  agent: null,
  tool: { id: "search", risk_level: "low", side_effects: [] },
  run: { id: "r1", root_id: "r1", mode: "auto" },
  input: {},
};

const fences = pages.flatMap(({ path, text }) =>
  [...text.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    at: `${path}:${text.slice(0, match.index).split("\n").length}`,
    language: match[1] as string,
    body: match[2] as string,
  })),
);
const blocks: Block[] = fences
  .filter(({ language }) => language.startsWith("json example"))
  .map(({ at, language, body }) => ({
    title: `${at}${language.slice("json example".length)}`,
    text: body,
    example: JSON.parse(body) as Example,
  }));

function ask(more: { [key: string]: Json } = {}, omit: readonly string[] = []): Request {
  const entries = Object.entries({ ...minimal, ...more }).filter(([key]) => !omit.includes(key));
  return Object.fromEntries(entries) as unknown as Request;
}

/** The condition as the `when` of a deny, beside an allow of everything. */
function probing(condition: { [key: string]: Json }): Policy[] {
  return [
    { id: "open", name: "open", scope: "global", effect: "allow", rule_expr: {} },
    { id: "probe", name: "probe", scope: "global", effect: "deny", rule_expr: { when: condition } },
  ];
}

function judge(decision: Decision): { is: string; error: string | null; field: unknown } {
  const reason = decision.reasons.find(({ policy_id }) => policy_id === "probe");
  const error = reason?.error ?? null;
  const is = reason === undefined ? "false" : error === null ? "true" : "error";
  return { is, error: error?.code ?? null, field: error?.field ?? null };
}

function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.keys(value).sort();
  return `{${members.map((key) => `${JSON.stringify(key)}:${canonical(value[key] as Json)}`).join(",")}}`;
}

function sha256(value: Json): string {
  return `sha256:${createHash("sha256").update(canonical(value)).digest("hex")}`;
}

function casesOf(example: Example): Case[] {
  if (example.cases !== undefined) return example.cases;
  return example.is === undefined ? [] : [example as Case];
}

describe("every example", () => {
  it("is one that is run", () => {
    expect(fences.filter(({ language }) => /^json( |$)/.test(language)).length).toBe(blocks.length);
    expect(blocks.length).toBeGreaterThan(90);
    for (const { title, example } of blocks) {
      expect(
        Object.keys(example).filter((key) => !KEYS.has(key)),
        title,
      ).toEqual([]);
      const checks = [
        casesOf(example).length > 0,
        example.expect,
        example.refused,
        example.warned,
        example.preview,
        example.there,
      ];
      expect([...checks, example.request_digest, example.digests].some(Boolean), title).toBe(true);
    }
  });

  it("starts from the request that the page shows", () => {
    const shown = /<!-- minimal request -->\n```jsonc\n([\s\S]*?)^```$/m.exec(read("docs/language.md"));
    expect(JSON.parse(shown?.[1] ?? "null")).toEqual(minimal);
  });

  it.each(blocks)("$title", ({ example }) => {
    const { condition, catalogue } = example;
    const policies = condition === undefined ? (example.policies ?? []) : probing(condition);
    const found = validate(policies, catalogue).diagnostics;
    const codes = (severity: string) => found.filter((d) => d.severity === severity).map(({ code }) => code);
    expect(codes("error")).toEqual(example.refused ?? []);
    expect(codes("warning")).toEqual(example.warned ?? []);
    if (example.refused !== undefined) return;

    const engine = PolicyEngine.loadSync({ policies, catalogue });
    if (condition !== undefined) {
      for (const one of casesOf(example)) {
        const { is, error, field } = judge(engine.decide(ask({ input: one.input ?? {}, ...one.request })));
        const place = JSON.stringify(one);
        expect(is, place).toBe(one.is);
        if (one.error !== undefined) expect(error, place).toBe(one.error);
        if (one.field !== undefined) expect(field, place).toEqual(one.field);
      }
    }
    const request = ask(example.request, example.omit);
    if (example.expect !== undefined) {
      expect(engine.decide(request, { grants: example.grants })).toMatchObject(example.expect);
    }
    if (example.preview !== undefined) {
      expect(engine.preview(request, { unknown: example.unknown })).toMatchObject(example.preview);
    }
    if (example.known !== undefined) {
      const known = Object.entries(request).filter(([name]) => example.known?.includes(name));
      const residual = engine.residual(Object.fromEntries(known) as unknown as Known);
      expect(residual).toMatchObject(example.residual ?? {});
      const there = PolicyEngine.loadSync({ residual });
      for (const one of example.there ?? []) expect(there.decide(ask(one.request))).toMatchObject(one.expect);
      there.close();
    }
    if (example.request_digest !== undefined) expect(engine.requestDigest(request)).toBe(example.request_digest);
    for (const { of, is } of example.digests ?? []) expect(sha256(of)).toBe(is);
    engine.close();
  });
});

/** The text of the examples that show something to be true, not to be refused. */
const running = blocks.filter(({ example }) => example.refused === undefined).map(({ text }) => text);
const runs = (part: string) => running.some((text) => text.includes(part));
const language = read("docs/language.md");
const errors = read("docs/errors.md");

function captured(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].map((match) => match[1] as string))];
}

/** The variants of a Rust enum, as they are written in JSON. */
function variants(text: string, name: string): string[] {
  const body = new RegExp(`pub enum ${name} \\{([\\s\\S]*?)^\\}`, "m").exec(text)?.[1] ?? "";
  return captured(body, /^ {4}([A-Z]\w*)/gm).map((variant) =>
    variant.replace(/(?<=.)[A-Z]/g, (letter) => `_${letter}`).toLowerCase(),
  );
}

const source = {
  caps: read("src/model/caps.rs"),
  codes: read("src/parse/codes.rs"),
  condition: read("src/model/condition.rs"),
  decision: read("src/model/decision.rs"),
  policy: read("src/model/policy.rs"),
  print: read("src/parse/print.rs"),
};

describe("the language's page", () => {
  const operators = captured(/fn operator\(&self\)[\s\S]*?\n {4}\}/.exec(source.print)?.[0] ?? "", /=> "([a-z_]+)"/g);
  const derivations = captured(source.condition, /^ {8}\("([a-z_]+)", Self::/gm);

  it("finds the names in the code", () => {
    expect(operators).toHaveLength(19);
    expect(derivations).toHaveLength(13);
  });

  it.each(operators)("documents and runs the operator %s", (name) => {
    expect(language).toMatch(new RegExp(`^(\\||#).*\`${name}\``, "m"));
    expect(runs(`"${name}":`)).toBe(true);
  });

  it.each(derivations)("documents and runs the derivation %s", (name) => {
    expect(language).toMatch(new RegExp(`^#.*\`${name}\``, "m"));
    expect(runs(`"as": "${name}"`)).toBe(true);
  });

  it.each(["Effect", "Scope", "Enforcement", "Mode", "LimitKind", "Per", "OnExceed"])(
    "runs each word of %s",
    (name) => {
      const words = variants(source.policy, name);
      expect(words.length).toBeGreaterThan(1);
      for (const word of words) {
        expect(language).toContain(`\`${word}\``);
        // What is left out is enforced.
        if (word !== "enforce") expect(runs(`"${word}"`), word).toBe(true);
      }
    },
  );

  it("shows each error of a condition that fits on a page", () => {
    const long = ["too_long", "too_many", "too_costly"];
    for (const code of variants(source.decision, "ErrorCode").filter((code) => !long.includes(code))) {
      expect(runs(`"${code}"`), code).toBe(true);
    }
  });

  it("states each cap as the code has it", () => {
    const table = /^## Caps$([\s\S]*?)^## /m.exec(language)?.[1] ?? "";
    const caps = [...source.caps.matchAll(/pub const (\w+): \w+ = ([\d_.e]+);/g)];
    expect(caps.length).toBeGreaterThan(15);
    for (const [, name, value] of caps) {
      const number = Number((value as string).replaceAll("_", ""));
      expect(table, name as string).toContain(` ${number.toLocaleString("en-US")} `);
    }
  });
});

describe("the page of errors", () => {
  const section = (title: string) =>
    new RegExp(`^## ${title}$([\\s\\S]*?)(?=^## |(?![\\s\\S]))`, "m").exec(errors)?.[1] ?? "";
  const rows = (title: string) => captured(section(title), /^\| `([a-z_]+)` \|/gm).sort();

  it("has each code of a decision", () => {
    expect(rows("Decisions")).toEqual(variants(source.decision, "Code").sort());
  });

  it("has each code of an error in a reason", () => {
    expect(rows("Errors in reasons")).toEqual(variants(source.decision, "ErrorCode").sort());
  });

  it("has each code of loading, and says which only warn", () => {
    const codes = [...source.codes.matchAll(/^ {4}[A-Z]\w+ "([a-z_]+)" "(.*)",$/gm)];
    expect(codes.length).toBeGreaterThan(50);
    expect(rows("Loading")).toEqual(codes.map(([, code]) => code as string).sort());
    const warnings = codes.filter(([, , what]) => what?.endsWith("(warning)")).map(([, code]) => code as string);
    expect(captured(section("Loading"), /^\| `([a-z_]+)` \| warning \|/gm).sort()).toEqual(warnings.sort());
  });
});

describe("the page of enforcing", () => {
  it("has each code that is the enforcer's own", () => {
    const codes = captured(read("pkg/src/service/enforce/denial.ts"), /^ {2}([a-z_]+): \{ decision:/gm);
    expect(codes.length).toBeGreaterThan(6);
    const decisions = variants(source.decision, "Code");
    const own = codes.filter((code) => !decisions.includes(code));
    expect(captured(read("docs/enforcing.md"), /^\| `([a-z_]+)` \|/gm)).toEqual(expect.arrayContaining(own));
  });
});
