// The package's engine as a decider of cases, in Node and in browsers.
import type { Catalogue, Decision, Grant, Policy, PolicyEngine, Request } from "portcullis";
import type { Case, Decider } from "./cases.js";
import { decideCase } from "./cases.js";

/** A decision and the digest of its request, as text to compare byte by byte. */
export interface Outcome {
  decision: string;
  digest: string | null;
}

export function deciderOf(engine: PolicyEngine): Decider<Decision> {
  return {
    decide: (request, grants) =>
      engine.decide(
        request as unknown as Request,
        grants === undefined ? {} : { grants: grants as unknown as Grant[] },
      ),
    digest: (request) => {
      try {
        return engine.requestDigest(request as unknown as Request);
      } catch (error) {
        if ((error as Error).name === "DigestError") return null;
        throw error;
      }
    },
  };
}

/** Decides a case by an engine of its own. */
export function outcomeOf(Engine: typeof PolicyEngine, one: Case): Outcome {
  const { policies, catalogue } = one;
  const engine = Engine.loadSync({
    policies: policies as unknown as Policy[],
    catalogue: catalogue as unknown as Catalogue | undefined,
  });
  try {
    const decider = deciderOf(engine);
    return { decision: JSON.stringify(decideCase(decider, one)), digest: decider.digest(one.request) };
  } finally {
    engine.close();
  }
}
