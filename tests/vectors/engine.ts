// The package's engine as a decider of cases, in Node and in browsers.
import type { Catalogue, Decision, Grant, Known, Policy, PolicyEngine, Request } from "portcullis";
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

/** Members of requests that residuals are made for. */
const KNOWN: readonly (readonly string[])[] = [
  ["tenant"],
  ["tenant", "app", "user"],
  ["tenant", "action", "tool", "run", "now", "agent", "workflow"],
];

/**
 * What a set of the case's policies decides, all made public, and what residuals of it do, as text. None where a residual
 * can't be made, or leaves the decision to the server: a glob that can't be written as it costs keeps its policy there.
 */
export function byResidual(Engine: typeof PolicyEngine, one: Case): { whole: string; there: string }[] {
  const { catalogue, request } = one;
  if (typeof request !== "object" || request === null || Array.isArray(request)) return [];
  const policies = one.policies.map((policy) => ({
    ...(policy as object),
    visibility: "public",
  })) as unknown as Policy[];
  const engine = Engine.loadSync({ policies, catalogue: catalogue as unknown as Catalogue | undefined });
  const whole = JSON.stringify(decideCase(deciderOf(engine), one));
  const decided = KNOWN.flatMap((names) => {
    const known = Object.fromEntries(names.filter((name) => name in request).map((name) => [name, request[name]]));
    let there: PolicyEngine;
    try {
      there = Engine.loadSync({ residual: JSON.stringify(engine.residual(known as unknown as Known)) });
    } catch (error) {
      if ((error as { code?: string }).code === "invalid_argument") return [];
      throw error;
    }
    const decision = decideCase(deciderOf(there), one);
    there.close();
    return decision.code === "ask_server" ? [] : [{ whole, there: JSON.stringify(decision) }];
  });
  engine.close();
  return decided;
}
