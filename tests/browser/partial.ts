// What previews and residuals of the vectors come to, as text: in Node and in browsers alike. The tests of the package hold
// Node to what each case says.
import type { Catalogue, Known, Policy, PolicyEngine, Request } from "portcullis";

type Json = { readonly [key: string]: unknown };

interface Case {
  readonly policies?: readonly Policy[];
  readonly catalogue?: Catalogue;
  readonly request?: Json;
  readonly known?: readonly string[];
  readonly unknown?: readonly string[];
  readonly decisions?: readonly { readonly request?: Json }[];
}

interface Area {
  readonly defaults: { readonly policies: readonly Policy[]; readonly request: Json };
  readonly cases: readonly Case[];
}

/** The preview of each case of a file. */
export function previewsOf(Engine: typeof PolicyEngine, text: string): string[] {
  return each(Engine, text, (engine, { unknown = [] }, request) =>
    JSON.stringify(engine.preview(request as unknown as Request, { unknown })),
  );
}

/** The residual of each case of a file, with what it decides. */
export function residualsOf(Engine: typeof PolicyEngine, text: string): string[] {
  return each(Engine, text, (engine, { known = [], unknown, decisions = [] }, request) => {
    const part = Object.fromEntries(known.map((name) => [name, request[name]])) as unknown as Known;
    const residual = JSON.stringify(engine.residual(part, unknown === undefined ? {} : { unknown }));
    const there = Engine.loadSync({ residual });
    const decided = decisions.map((one) => there.decide(over(request, one.request) as unknown as Request));
    there.close();
    return JSON.stringify({ residual, decided });
  });
}

function each(
  Engine: typeof PolicyEngine,
  text: string,
  outcome: (engine: PolicyEngine, one: Case, request: Json) => string,
): string[] {
  const { defaults, cases }: Area = JSON.parse(text);
  return cases.map((one) => {
    const own = new Set(one.policies?.map(({ id }) => id));
    const policies = [...defaults.policies.filter(({ id }) => !own.has(id)), ...(one.policies ?? [])];
    const engine = Engine.loadSync({ policies, catalogue: one.catalogue });
    try {
      return outcome(engine, one, over(defaults.request, one.request));
    } finally {
      engine.close();
    }
  });
}

/** A request with members of another in place of its own; one that is `{"$missing": true}` is taken out. */
function over(request: Json, other: Json = {}): Json {
  const isMissing = (member: unknown) => typeof member === "object" && member !== null && "$missing" in member;
  return Object.fromEntries(Object.entries({ ...request, ...other }).filter(([, member]) => !isMissing(member)));
}
