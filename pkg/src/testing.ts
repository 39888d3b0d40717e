// Help for tests: policies that allow or deny everything, and a clock that stands still.
import type { DecideOptions, ExplanationReader, PolicyEngine } from "./engine/engine.js";
import type { Decision } from "./types/generated/Decision.js";
import type { Explanation } from "./types/generated/Explanation.js";
import type { Policy } from "./types/generated/Policy.js";
import type { Request } from "./types/inputs.js";

export const allowing: Policy = {
  id: "test-allow-all",
  name: "allow-all",
  scope: "global",
  effect: "allow",
  rule_expr: {},
};

export const denying: Policy = {
  id: "test-deny-all",
  name: "deny-all",
  scope: "global",
  effect: "deny",
  rule_expr: { message: "This engine denies everything.", remedy: "Use another engine in this test." },
};

/** An engine for which it is always the same time. */
export interface FixedNow {
  decide(request: Request, options?: DecideOptions): Decision;
  decideMany(requests: readonly Request[], options?: DecideOptions): Decision[];
  enforce(request: Request, options?: DecideOptions): Decision;
  explain(request: Request): Explanation;
  explain(request: Request, options: { readonly reader: ExplanationReader }): string;
  requestDigest(request: Request): string;
  readonly digest: string;
  close(): void;
}

/**
 * The same engine, for which it is always `now`, in milliseconds since 1970; what requests say of it is ignored.
 *
 * @example
 * const engine = withNow(allowAll(), Date.UTC(2030, 0, 1));
 */
export function withNow(engine: PolicyEngine, now: number): FixedNow {
  const at = (request: Request) => fixed(request, now);
  return {
    decide: (request, options) => engine.decide(at(request), options),
    decideMany: (requests, options) => engine.decideMany(requests.map(at), options),
    enforce: (request, options) => engine.enforce(at(request), options),
    explain: ((request: Request, options?: { readonly reader: ExplanationReader }) =>
      engine.explain(at(request), options)) as FixedNow["explain"],
    requestDigest: (request) => engine.requestDigest(at(request)),
    get digest() {
      return engine.digest;
    },
    close: () => engine.close(),
  };
}

/** A request that reads like another but for its `now`. Getters still run when the engine reads them, and once. */
function fixed(request: Request, now: number): Request {
  if (typeof request !== "object" || request === null) return request;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(request)) {
    if (key === "now") continue;
    Object.defineProperty(copy, key, { enumerable: true, get: () => request[key] });
  }
  Object.defineProperty(copy, "now", { enumerable: true, value: now });
  return copy as unknown as Request;
}
