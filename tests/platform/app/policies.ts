// The policies that a deployment begins with, one or more for each of the things that policies are for.
import type { PolicyInput } from "portcullis/service";

export const policies = [
  {
    id: "staff",
    name: "staff may work",
    scope: "global",
    effect: "allow",
    rule_expr: { when: { field: "user.roles", includes: "support" } },
  },
  {
    id: "agent-tools",
    name: "agents use their own tools",
    scope: "agent",
    effect: "deny",
    rule_expr: {
      target: ["*"],
      actions: ["tool_call"],
      unless: { field: "tool.id", in: { field: "agent.allowed_tools" } },
      message: "This agent may not use this tool.",
      remedy: "Use one of the agent's own tools.",
    },
  },
  {
    id: "known-hosts",
    name: "requests go to known hosts",
    scope: "tool",
    effect: "deny",
    rule_expr: {
      target: ["http_request"],
      unless: { field: "input.url", as: "host_class", in: ["loopback", "domain"] },
      message: "Requests to this address are not allowed.",
    },
  },
  {
    id: "app-scopes",
    name: "apps reach the network by a scope",
    scope: "app",
    effect: "deny",
    rule_expr: {
      target: ["*"],
      actions: ["tool_call"],
      when: { field: "tool.side_effects", includes: "network" },
      unless: { field: "app.scopes", includes: "network" },
      message: "This app was not given the network.",
    },
  },
  {
    id: "calls-in-all",
    name: "so many tool calls a run",
    scope: "global",
    effect: "deny",
    rule_expr: {
      actions: ["tool_call"],
      when: { field: "usage.tool_calls", gte: 20 },
      message: "This run has called enough tools.",
    },
  },
  {
    id: "large-refunds",
    name: "no large refunds",
    scope: "tool",
    effect: "deny",
    rule_expr: {
      target: ["refund"],
      when: { field: "input.amount_cents", gt: 50_000 },
      message: "This refund is too large.",
      remedy: "Ask a lead to make it.",
    },
  },
  {
    id: "writes-are-drafts",
    name: "database writes are drafts",
    scope: "tool",
    effect: "modify",
    rule_expr: {
      target: ["natural_language_db_write"],
      unless: { field: "user.roles", includes: "dba" },
      then: { mode: "draft" },
    },
  },
  {
    id: "deletions",
    name: "deletions need a second pair of eyes",
    scope: "tool",
    effect: "require_approval",
    rule_expr: {
      target: ["natural_language_db_write"],
      when: { field: "input.question", starts_with: "delete", ignore_case: true },
      message: "Deletions need a second pair of eyes.",
      approval: { approvers: { roles: ["dba"] }, quorum: 1 },
    },
  },
  {
    id: "calls-a-run",
    name: "so many model calls a run",
    scope: "global",
    effect: "modify",
    rule_expr: { actions: ["llm_call"], then: { limits: [{ meter: "llm_calls", per: ["run"], max: 4 }] } },
  },
  {
    id: "refund-budget",
    name: "so much is refunded a day",
    scope: "tool",
    effect: "modify",
    rule_expr: {
      target: ["refund"],
      then: { limits: [{ meter: { field: "input.amount_cents" }, per: ["tenant"], window: "1d", max: 60_000 }] },
    },
  },
  {
    id: "own-runs",
    name: "runs of one's own tenant",
    scope: "global",
    effect: "deny",
    rule_expr: {
      unless: { field: "run.tenant_id", eq: { field: "tenant.id" } },
      message: "There is no such run.",
    },
  },
] as unknown as PolicyInput[];

/** Of one tenant, and given their ids when they are stored. */
export const globexPolicies: PolicyInput[] = [
  {
    name: "globex refunds nothing",
    scope: "tool",
    effect: "deny",
    rule_expr: { target: ["refund"], message: "We make no refunds." },
  },
];
