// Denials that are the enforcer's own, in the form of decisions, and the words in which an agent is told.
import type { Decision } from "../../types/generated/Decision.js";

/** Why an enforcer stops a call by itself. Decisions have the nearest of their own codes. */
const OWN = {
  input_not_json: { decision: "invalid_request", verdict: "Denied: the request is not well formed." },
  facts_unavailable: { decision: "invalid_request", verdict: "Denied: this can't be decided just now." },
  not_digestible: { decision: "invalid_request", verdict: "Denied: the request is not well formed." },
  draft_unsupported: { decision: "denied_by_policy", verdict: "Denied by policy." },
  approvals_unavailable: { decision: "engine_failure", verdict: "Denied: this can't be decided just now." },
  limit_exceeded: { decision: "limit_exceeded", verdict: "Denied: a limit is spent." },
  limiter_unavailable: { decision: "limit_exceeded", verdict: "Denied: this can't be decided just now." },
  estimate_missing: { decision: "limit_exceeded", verdict: "Denied: this can't be decided just now." },
  engine_failure: { decision: "engine_failure", verdict: "Denied: this can't be decided just now." },
} as const;

/** Codes of errors that no decision has, and of those that limits give. */
export type OwnCode = keyof typeof OWN;

/** What is told of a denial: to the agent that is stopped, and to the host. */
export interface Told {
  /** Without values and thresholds. */
  readonly message: string;
  readonly remedy: string;
  /** What the agent does next. */
  readonly next: string;
}

/** A denial as a decision, with what was decided before it, if anything. */
export function deniedBy(code: OwnCode, { message, remedy }: Told, before: Decision | null): Decision {
  return {
    effect: "deny",
    code: OWN[code].decision,
    mode: before?.mode ?? "draft",
    reasons: [
      { policy_id: null, policy_name: null, effect: "deny", message, remedy, error: null },
      ...(before?.reasons ?? []),
    ],
    limits: [],
    approvals: [],
    shadow: before?.shadow ?? [],
    policy_set: before?.policy_set ?? "",
  };
}

/** What an agent is told of a decision that the engine can't explain just now. */
export function plainText({ code, reasons }: Decision): string {
  const undecided = code === "policies_unavailable" || code === "engine_failure";
  const said = reasons.flatMap(({ effect, message }) =>
    effect === "deny" && message !== null ? [`- ${message}\n`] : [],
  );
  const verdict = undecided ? OWN.engine_failure.verdict : "Denied by policy.";
  return `${verdict}\n${said.join("")}Next: ${undecided ? "ask again later." : "tell the user that this was not allowed."}\n`;
}

/** The same in the voice in which the engine speaks to agents. */
export function agentText(code: OwnCode, { message, remedy, next }: Told): string {
  return `${OWN[code].verdict}\n- ${message}\n  What helps: ${remedy}\nNext: ${next}\n`;
}
