// Decisions on a few requests, as text to compare between hosts.
export const policies = [
  { id: "open", name: "open", scope: "global", effect: "allow", rule_expr: {} },
  {
    id: "strangers",
    name: "no mail to strangers",
    scope: "tool",
    effect: "deny",
    rule_expr: {
      target: ["mail.*"],
      when: { field: "input.to", some: { as: "url_host", not_in: ["example.com"] } },
      message: "Mail goes to people of the house.",
    },
  },
  {
    id: "refunds",
    name: "large refunds need a lead",
    scope: "tool",
    effect: "require_approval",
    rule_expr: {
      target: ["refund"],
      when: { field: "input.amount_cents", gt: 10000 },
      approval: { approvers: { roles: ["lead"] } },
    },
  },
  {
    id: "tokens",
    name: "tokens of a day",
    scope: "global",
    effect: "modify",
    rule_expr: { then: { mode: "draft", limits: [{ meter: "tokens", per: ["tenant"], window: "1d", max: 5 }] } },
  },
];

function about(tool, input) {
  return {
    action: "tool_call",
    now: 1_795_375_800_000,
    tenant: { id: "acme" },
    app: null,
    user: { id: "u1", roles: ["support"] },
    workflow: null,
    agent: { id: "helper" },
    tool: { id: tool },
    run: { id: "r1", root_id: "r1", mode: "auto" },
    input,
  };
}

export const allowed = about("search", { query: "größer 🔎" });
export const denied = about("mail.send", { to: ["https://example.com/a", "https://example.org/b"] });
export const paused = about("refund", { amount_cents: 25_000 });
const { user: _, ...amiss } = about("refund", { amount_cents: "25000" });
export const requests = [allowed, denied, paused, amiss];

export async function load(PolicyEngine) {
  return PolicyEngine.load({ policies });
}

/** The decisions, explanations and digests of requests. */
export function report(engine, about = requests) {
  const outcomes = about.map((request) => ({
    decision: engine.decide(request),
    explanation: engine.explain(request),
    told: engine.explain(request, { reader: "agent" }),
  }));
  return JSON.stringify({ digest: engine.requestDigest(about[2]), outcomes });
}

export async function decideAll(PolicyEngine) {
  const engine = await load(PolicyEngine);
  const text = report(engine);
  engine.close();
  return text;
}
