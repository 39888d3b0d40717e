// What is said of policies and catalogues, case by case: by the package in Node, as `tests/diagnostics.rs` has it natively, which
// tells how large input is written.
import { readdirSync, readFileSync } from "node:fs";
import { type Policy, PolicyEngine, PolicySetError, validate } from "portcullis";
import { describe, expect, it } from "vitest";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

interface Case {
  readonly description: string;
  readonly text?: Json;
  readonly policies?: Json;
  readonly catalogue?: Json;
  readonly expected: readonly { code: string; severity: string; pointer: string }[];
}

const folder = new URL("vectors/diagnostics/", import.meta.url);
const files = readdirSync(folder).map((name) => ({
  name,
  cases: JSON.parse(readFileSync(new URL(name, folder), "utf8")) as Case[],
}));

function expand(value: Json): Json {
  if (Array.isArray(value)) {
    return value.flatMap((element) => {
      const { $each, times } = (element ?? {}) as { $each?: Json; times?: number };
      return $each === undefined ? [expand(element)] : new Array<Json>(times as number).fill(expand($each));
    });
  }
  if (typeof value !== "object" || value === null) return value;
  const { $text, $nest, times, in: inner, then = "" } = value as { [key: string]: string };
  const count = Number(times);
  if ($text !== undefined) return $text.repeat(count) + then;
  if ($nest !== undefined) {
    let nested = expand(inner as Json);
    for (let level = 0; level < count; level += 1) nested = { [$nest]: nested };
    return nested;
  }
  // Members are made and not assigned, so that one named `__proto__` is as any other.
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, expand(member)]));
}

const isObject = (value?: Json) => typeof value === "object" && value !== null && !Array.isArray(value);

const told = (found: Case["expected"]) => found.map(({ code, severity, pointer }) => ({ code, severity, pointer }));

describe("the package says of policies what the case says", () => {
  it("finds the cases", () => {
    expect(files.flatMap(({ cases }) => cases).length).toBeGreaterThanOrEqual(120);
  });

  it.each(files)("$name", ({ cases }) => {
    for (const { description, text, policies, catalogue, expected } of cases) {
      const value = text === undefined ? expand(policies ?? null) : undefined;
      const given = { policies: text === undefined ? JSON.stringify(value) : (expand(text) as string) };
      const types = catalogue === undefined ? {} : { catalogue: JSON.stringify(expand(catalogue)) };
      const found = (policies: string | Policy[]) => told(validate(policies, types.catalogue).diagnostics);
      if (isObject(value)) {
        // A file of the package may hold one policy.
        expect(found(given.policies), description).toEqual(found([value as unknown as Policy]));
        continue;
      }
      if (expected.some(({ code }) => code === "nested_too_deep")) {
        // What is too deep for a text is no policy at all.
        expect(found(given.policies), description).toEqual([{ ...expected[0], pointer: "" }]);
        continue;
      }
      expect(found(given.policies), description).toEqual(expected);
      // In a list, a string is the text of a policy.
      if (Array.isArray(value) && !value.some((element) => typeof element === "string")) {
        expect(found(value as unknown as Policy[]), description).toEqual(expected);
      }
      // What has an error does not load, and is refused with the same findings.
      const fails = expected.some(({ severity }) => severity === "error");
      try {
        PolicyEngine.loadSync({ ...given, ...types }).close();
        expect(fails, description).toBe(false);
      } catch (error) {
        if (!(error instanceof PolicySetError)) throw error;
        expect(told(error.diagnostics), description).toEqual(expected);
      }
    }
  });
});
