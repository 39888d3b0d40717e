/** The engine under Node, given what the reference's generators make. */
import {
  type Catalogue,
  type Decision,
  DigestError,
  type Grant,
  type Policy,
  PolicyEngine,
  type Request,
} from "portcullis";

/** Runs something with an engine, and closes it. */
export function withEngine<T>(policies: readonly unknown[], use: (engine: PolicyEngine) => T, catalogue?: unknown): T {
  const engine = PolicyEngine.loadSync({
    policies: policies as readonly Policy[],
    catalogue: catalogue as Catalogue | undefined,
  });
  try {
    return use(engine);
  } finally {
    engine.close();
  }
}

export function decide(engine: PolicyEngine, request: unknown, grants?: unknown): Decision {
  return grants === undefined || grants === null
    ? engine.decide(request as Request)
    : engine.decide(request as Request, { grants: grants as readonly Grant[] });
}

/** Null where there is none. */
export function digestOf(engine: PolicyEngine, request: unknown): string | null {
  try {
    return engine.requestDigest(request as Request);
  } catch (error) {
    if (error instanceof DigestError) return null;
    throw error;
  }
}
