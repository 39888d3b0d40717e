// What residuals hold and decide, by the package in Node: case by case as `tests/residual_vectors.rs` has it natively, and for
// every case of a decision, by a residual of a public set.
import { readdirSync, readFileSync } from "node:fs";
import { type Catalogue, type Known, type Policy, PolicyEngine, type Request } from "portcullis";
import { describe, expect, it } from "vitest";
import { byResidual } from "./vectors/engine.js";
import { areas } from "./vectors/files.js";

type Json = { readonly [key: string]: unknown };

interface Case {
  readonly description: string;
  readonly policies?: readonly Policy[];
  readonly catalogue?: Catalogue;
  readonly request?: Json;
  readonly known: readonly string[];
  readonly unknown?: readonly string[];
  readonly residual?: object;
  readonly without?: readonly string[];
  readonly decisions: readonly { readonly request?: Json; readonly expect: object }[];
  readonly previews?: readonly {
    readonly request?: Json;
    readonly unknown: readonly string[];
    readonly expect: object;
  }[];
}

interface Area {
  readonly defaults: { readonly policies: readonly Policy[]; readonly request: Json };
  readonly cases: readonly Case[];
}

const folder = new URL("vectors/residual/", import.meta.url);
const cases = readdirSync(folder).flatMap((name) => {
  const { defaults, cases }: Area = JSON.parse(readFileSync(new URL(name, folder), "utf8"));
  return cases.map((one) => ({ ...one, title: `${name}: ${one.description}`, defaults }));
});

/** A request with members of another in place of its own; one that is `{"$missing": true}` is taken out. */
function over(request: Json, other: Json = {}): Json {
  const isMissing = (member: unknown) => typeof member === "object" && member !== null && "$missing" in member;
  return Object.fromEntries(Object.entries({ ...request, ...other }).filter(([, member]) => !isMissing(member)));
}

describe("a residual holds and decides what the case says", () => {
  it("finds the cases", () => expect(cases.length).toBeGreaterThanOrEqual(24));

  it.each(cases)(
    "$title",
    ({ defaults, policies = [], catalogue, known, unknown, residual, without, decisions, previews = [], ...one }) => {
      const own = new Set(policies.map(({ id }) => id));
      const engine = PolicyEngine.loadSync({
        policies: [...defaults.policies.filter(({ id }) => !own.has(id)), ...policies],
        catalogue,
      });
      const request = over(defaults.request, one.request);
      const part = Object.fromEntries(known.map((name) => [name, request[name]])) as unknown as Known;
      const made = engine.residual(part, { unknown });
      expect(made).toMatchObject(residual ?? {});
      const text = JSON.stringify(made);
      for (const word of without ?? []) {
        const told = [made.policy_set, made.tool_definition ?? "-"].reduce(
          (rest, digest) => rest.replace(digest, ""),
          text,
        );
        expect(told).not.toContain(word);
      }
      const there = PolicyEngine.loadSync({ residual: text });
      for (const { request: other, expect: expected } of decisions) {
        const asked = over(request, other) as unknown as Request;
        const decision = there.decide(asked);
        expect(decision).toMatchObject(expected);
        if (decision.code === "ask_server" || decision.code === "outside_residual") continue;
        const { reasons: _, shadow: __, ...whole } = engine.decide(asked);
        expect(decision).toMatchObject(whole);
      }
      for (const { request: other, unknown, expect: expected } of previews) {
        const asked = over(request, other) as unknown as Request;
        const preview = there.preview(asked, { unknown });
        expect(preview).toMatchObject(expected);
        const { effects, modes, may_be_invalid } = preview;
        const cell = { effects, modes, may_be_invalid, settled: preview.decision !== null };
        expect(there.previewMany(asked, { unknown, vary: {} })).toEqual([cell]);
      }
      engine.close();
      there.close();
    },
  );
});

describe("a residual of a public set decides every case as the set", () => {
  const decided: number[] = [];
  let asked = 0;
  let all = 0;

  // The cases of the caps are large.
  it.each(areas)("$name", { timeout: 180_000 }, ({ cases }) => {
    for (const one of cases) {
      const both = byResidual(PolicyEngine, one);
      for (const { whole, there } of both) if (there !== undefined) expect(there, one.description).toBe(whole);
      const here = both.filter(({ there }) => there !== undefined).length;
      decided.push(here);
      asked += both.length - here;
      all += both.length;
    }
  });

  it("does so for most cases, and leaves few to the server", () => {
    expect(decided.filter((count) => count > 0).length).toBeGreaterThan(decided.length * 0.8);
    console.log(`residuals of vectors: ${all - asked} decided, ${asked} left to the server`);
    expect(asked).toBeLessThan(all * 0.01);
  });
});
