// Requests and policies that several of these tests need.
import type { Policy, Request } from "portcullis";

/** A valid request about a tool. */
export function request(input: unknown, tool = "search"): Request {
  return {
    action: "tool_call",
    now: 1_795_375_800_000,
    tenant: { id: "acme" },
    app: null,
    user: { id: "u1" },
    workflow: null,
    agent: null,
    tool: { id: tool },
    run: { id: "r1", root_id: "r1", mode: "auto" },
    input,
  };
}

export const open: Policy = { id: "open", name: "open", scope: "global", effect: "allow", rule_expr: {} };

/** Denies a call with `bad` among the words of its input. */
export const words: Policy = {
  id: "words",
  name: "words",
  scope: "global",
  effect: "deny",
  rule_expr: { when: { field: "input.words", some: { as: "lower", eq: "bad" } } },
};

export const refunds: Policy = {
  id: "refunds",
  name: "refunds need a lead",
  scope: "tool",
  effect: "require_approval",
  rule_expr: { target: ["refund"], approval: { approvers: { roles: ["lead"] } } },
};
