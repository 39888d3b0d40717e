/** What an engine answers to a question, as text to compare byte by byte. It runs in browsers too. */
import type { Grant, Policy, PolicyEngine, Request } from "portcullis";

export interface Asked {
  readonly policies: readonly unknown[];
  readonly requests: readonly unknown[];
  /** For the request of the same index. */
  readonly grants: readonly (readonly unknown[] | null | undefined)[];
}

export function answerOf(Engine: typeof PolicyEngine, { policies, requests, grants }: Asked): string {
  const engine = Engine.loadSync({ policies: policies as readonly Policy[] });
  try {
    const decisions = requests.map((request, index) => {
      const given = grants[index] as readonly Grant[] | null | undefined;
      return given ? engine.decide(request as Request, { grants: given }) : engine.decide(request as Request);
    });
    return JSON.stringify({ decisions, digests: requests.map((request) => digestOf(engine, request as Request)) });
  } finally {
    engine.close();
  }
}

function digestOf(engine: PolicyEngine, request: Request): string | null {
  try {
    return engine.requestDigest(request);
  } catch (error) {
    if ((error as Error).name === "DigestError") return null;
    throw error;
  }
}
