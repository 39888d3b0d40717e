// What previews answer, case by case: by the package in Node. `tests/preview_vectors.rs` runs the same natively.
import { readdirSync, readFileSync } from "node:fs";
import { type Policy, PolicyEngine, type Request } from "portcullis";
import { describe, expect, it } from "vitest";

interface Case {
  readonly description: string;
  readonly policies?: readonly Policy[];
  readonly request?: object;
  readonly unknown: readonly string[];
  readonly expect: object;
}

interface Area {
  readonly defaults: { readonly policies: readonly Policy[]; readonly request: Request };
  readonly cases: readonly Case[];
}

const folder = new URL("vectors/preview/", import.meta.url);
const cases = readdirSync(folder).flatMap((name) => {
  const { defaults, cases }: Area = JSON.parse(readFileSync(new URL(name, folder), "utf8"));
  return cases.map((one) => ({ ...one, title: `${name}: ${one.description}`, defaults }));
});

describe("a preview answers as the case says", () => {
  it("finds the cases", () => expect(cases.length).toBeGreaterThanOrEqual(17));

  it.each(cases)("$title", ({ defaults, policies = [], request, unknown, expect: expected }) => {
    const own = new Set(policies.map(({ id }) => id));
    const all = [...defaults.policies.filter(({ id }) => !own.has(id)), ...policies];
    const engine = PolicyEngine.loadSync({ policies: all });
    expect(engine.preview({ ...defaults.request, ...request }, { unknown })).toMatchObject(expected);
    engine.close();
  });
});
