// What a visitor finds: two policies, and calls that they decide differently.
import type { Bundle } from "./workspace.js";

function refund(amount_cents: number, id: string, role: string): Record<string, unknown> {
  return {
    action: "tool_call",
    now: 1_795_435_200_000,
    tenant: { id: "acme" },
    app: null,
    user: { id, roles: [role] },
    workflow: null,
    agent: { id: "helper" },
    tool: { id: "refund" },
    run: { id: "r1", root_id: "r1", mode: "auto" },
    input: { charge: "ch_1", amount_cents },
  };
}

export const STARTER: Bundle = {
  policies: [
    {
      id: "support-tools",
      name: "support agents may use tools",
      scope: "global",
      effect: "allow",
      rule_expr: { when: { field: "user.roles", includes: "support" } },
    },
    {
      id: "large-refunds",
      name: "large refunds need a lead",
      scope: "tool",
      effect: "require_approval",
      rule_expr: {
        target: ["refund"],
        when: { field: "input.amount_cents", gt: 10_000 },
        message: "Refunds above the limit need a second pair of eyes.",
        remedy: "Ask a lead to approve it.",
        approval: { approvers: { roles: ["lead"] } },
      },
    },
  ],
  cases: [
    { title: "A large refund", request: refund(25_000, "sam", "support") },
    { title: "A small refund", request: refund(2_500, "sam", "support") },
    { title: "A refund by someone else", request: refund(2_500, "kim", "sales") },
  ],
};
