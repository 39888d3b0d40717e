// Every case of a decision as a preview with nothing unknown, and as residuals: in Node as natively, byte for byte.
import { type Catalogue, type Known, type Policy, PolicyEngine, type Request } from "portcullis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Native } from "./differential/support/native.js";
import { canonicalJson } from "./reference/canonical.js";
import type { Case, Json } from "./vectors/cases.js";
import { KNOWN, partOf } from "./vectors/engine.js";
import { areas, LEAST } from "./vectors/files.js";

let native: Native;
beforeAll(async () => {
  native = await Native.start();
}, 600_000);
afterAll(() => native.stop());

const text = (value: unknown): string => canonicalJson(JSON.parse(JSON.stringify(value)) as Json);

/** What Node says of a case, as text, beside its decision. */
function inNode({ policies, catalogue, request }: Case) {
  const engine = PolicyEngine.loadSync({
    policies: policies as unknown as Policy[],
    catalogue: catalogue as unknown as Catalogue | undefined,
  });
  const residual = (known: Known | undefined) => {
    try {
      return known === undefined ? null : engine.residual(known);
    } catch (error) {
      if ((error as { code?: string }).code === "invalid_argument") return null;
      throw error;
    }
  };
  try {
    const asked = request as unknown as Request;
    return {
      decision: engine.decide(asked),
      preview: engine.preview(asked),
      residuals: KNOWN.map((names) => residual(partOf(request, names))),
    };
  } finally {
    engine.close();
  }
}

describe("previews and residuals of a case are the same in Node as natively", () => {
  let previews = 0;
  let residuals = 0;

  it.each(areas)("$name", { timeout: 300_000 }, async ({ cases }) => {
    for (const one of cases) {
      const here = inNode(one);
      const { effect, mode } = here.decision;
      expect(here.preview, one.description).toMatchObject({ effects: [effect], modes: [mode], unknown: [] });
      expect(text(here.preview.decision), one.description).toBe(text(here.decision));
      const { policies, catalogue, request } = one;
      const question = { policies, catalogue, requests: [request], known: KNOWN };
      const there = JSON.parse(await native.ask(question)) as { previews: Json[]; residuals: Json[][] };
      expect(text(there.previews[0]), one.description).toBe(text(here.preview));
      expect(text(there.residuals[0]), one.description).toBe(text(here.residuals));
      previews += 1;
      residuals += here.residuals.filter((made) => made !== null).length;
    }
  });

  it("is asked of all of them", () => {
    expect(previews).toBe(areas.flatMap(({ cases }) => cases).length);
    expect(previews).toBeGreaterThanOrEqual(LEAST);
    expect(residuals).toBeGreaterThan(previews * 2);
  });
});
