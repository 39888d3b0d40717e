// What a visitor finds: one policy, and calls that it decides differently; and what comes next, two of them.
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

const cases = [
  { title: "A large refund", request: refund(25_000, "sam", "support") },
  { title: "A small refund", request: refund(2_500, "sam", "support") },
  { title: "A refund by someone else", request: refund(2_500, "kim", "sales") },
];

export const STARTER: Bundle = {
  policies: [
    {
      id: "small-refunds",
      name: "support makes small refunds",
      scope: "tool",
      effect: "allow",
      rule_expr: {
        target: ["refund"],
        when: {
          all: [
            { field: "user.roles", includes: "support" },
            { field: "input.amount_cents", lte: 10_000 },
          ],
        },
      },
    },
  ],
  cases,
};

export const REFUNDS: Bundle = {
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
  cases,
};
