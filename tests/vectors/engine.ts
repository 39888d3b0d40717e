// The package's engine as a decider of cases, in Node and in browsers.
import type { Catalogue, Decision, Grant, Known, Policy, PolicyEngine, Request } from "portcullis";
import type { Case, Decider, Json } from "./cases.js";
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

/** Members of requests that residuals are made for. */
export const KNOWN: readonly (readonly string[])[] = [
  ["tenant"],
  ["tenant", "app", "user"],
  ["tenant", "action", "tool", "run", "now", "agent", "workflow"],
];

/** The part of a request that has these members of it, where it is an object at all. */
export function partOf(request: Json, names: readonly string[]): Known | undefined {
  if (typeof request !== "object" || request === null || Array.isArray(request)) return undefined;
  const part = names.filter((name) => name in request).map((name) => [name, request[name]]);
  return Object.fromEntries(part) as unknown as Known;
}

/**
 * What a set of the case's policies decides, all made public, and what residuals of it do, as text: nothing where a policy is
 * kept on the server though it is public, so that the decision or its reasons are there. None where no residual can be made.
 */
export function byResidual(Engine: typeof PolicyEngine, one: Case): { whole: string; there: string | undefined }[] {
  const { catalogue, request } = one;
  const policies = one.policies.map((policy) => ({
    ...(policy as object),
    visibility: "public",
  })) as unknown as Policy[];
  const engine = Engine.loadSync({ policies, catalogue: catalogue as unknown as Catalogue | undefined });
  const whole = JSON.stringify(decideCase(deciderOf(engine), one));
  const decided = KNOWN.flatMap((names) => {
    const known = partOf(request, names);
    if (known === undefined) return [];
    let there: PolicyEngine;
    let isWhole: boolean;
    try {
      const residual = engine.residual(known);
      isWhole = residual.private.must.length === 0;
      there = Engine.loadSync({ residual: JSON.stringify(residual) });
    } catch (error) {
      if ((error as { code?: string }).code === "invalid_argument") return [];
      throw error;
    }
    const decision = decideCase(deciderOf(there), one);
    there.close();
    if (decision.code === "ask_server") return [{ whole, there: undefined }];
    if (isWhole) return [{ whole, there: JSON.stringify(decision) }];
    // But for the reasons, it decides as all do.
    const { effect, code, mode } = JSON.parse(whole) as Decision;
    const same = decision.effect === effect && decision.code === code && decision.mode === mode;
    return [{ whole, there: same ? undefined : JSON.stringify(decision) }];
  });
  engine.close();
  return decided;
}
