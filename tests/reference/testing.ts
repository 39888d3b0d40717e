/** Small helpers of the tests. */
import { referenceDecide } from "./decide.js";
import type { Condition, Decision, Effect, Json, Policy, ReportedError, RuleExpr } from "./types.js";

export const request = (more: object = {}): { [key: string]: Json } => ({
  action: "llm_call",
  now: 1795375800000,
  tenant: { id: "acme" },
  app: null,
  user: { id: "u1" },
  workflow: null,
  agent: null,
  tool: null,
  run: null,
  input: {},
  ...more,
});

export const policy = (effect: Effect, rule: RuleExpr, more: Partial<Policy> = {}): Policy => ({
  id: effect,
  name: effect,
  scope: "global",
  effect,
  rule_expr: rule,
  ...more,
});

export const open = policy("allow", {}, { id: "open" });

/** What a condition says of an input: as the `when` of a deny, so that errors are told. */
export function says(when: Condition, input: unknown): boolean | ReportedError {
  const decision = referenceDecide([policy("deny", { when }), open], request({ input }));
  const reason = decision.reasons.find(({ effect }) => effect === "deny");
  if (reason === undefined) return false;
  return reason.error ?? true;
}

/** The code of the error alone, for tables. */
export function verdict(when: Condition, input: unknown): boolean | string {
  const said = says(when, input);
  return typeof said === "object" ? said.code : said;
}

export const outcome = ({ effect, code }: Decision): string => `${effect} ${code}`;
