// The command writes decisions by hand, for speed: what it writes is what `JSON.stringify` gives, on every vector.
import { type Catalogue, type Policy, PolicyEngine } from "portcullis";
import { describe, expect, it } from "vitest";
import { serialise } from "../../pkg/src/cli/requests/serialise.js";
import { decideCase } from "../vectors/cases.js";
import { deciderOf } from "../vectors/engine.js";
import { areas, LEAST } from "../vectors/files.js";

describe("a decision", () => {
  it("is written as JSON.stringify writes it", () => {
    let written = 0;
    for (const { cases } of areas) {
      for (const one of cases) {
        const { policies, catalogue } = one;
        const set = {
          policies: policies as unknown as Policy[],
          catalogue: catalogue as unknown as Catalogue | undefined,
        };
        const engine = PolicyEngine.loadSync(set);
        // The second time, parts of it are remembered.
        for (let time = 0; time < 2; time++) {
          const decision = decideCase(deciderOf(engine), one);
          expect(serialise(decision)).toBe(JSON.stringify(decision));
          written++;
        }
        engine.close();
      }
    }
    expect(written).toBeGreaterThan(LEAST * 2);
  });
});
