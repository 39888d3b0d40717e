/** Policies that validation accepts, of every scope, owner, effect and enforcement. */
import type { Approval, Effect, Limit, Policy, RuleExpr, Scope } from "../types.js";
import { perNames, scopes } from "../types.js";
import { generateCondition } from "./condition.js";
import type { Context } from "./leaf.js";
import { address } from "./leaf.js";
import * as pools from "./pools.js";
import type { Random } from "./random.js";
import { actions, ids, targets } from "./universe.js";

/** UTF-8 and UTF-16 put some of these in different orders. */
const policyIds = ["a", "p-1", "p-10", "p-2", "P", "é", "～", "😀", "z", "!", "0b6f", "\ue000", "\u{10000}"];
const durations = ["500ms", "30s", "15m", "24h", "7d"];

export function generatePolicies(context: Context): Policy[] {
  const { random } = context;
  const count = random.below(9);
  const unused = random.sample(policyIds, policyIds.length);
  const nextId = () => unused.pop() as string;
  const policies = Array.from({ length: count }, () => generatePolicy(nextId(), context));
  // Most random sets permit nothing, and then only one code is ever seen.
  if (random.chance(0.55)) policies.push(allowAll(nextId(), null, {}));
  else if (random.chance(0.5)) {
    policies.push(allowAll(nextId(), null, { delegate: true }));
    if (random.chance(0.6)) policies.push(allowAll(nextId(), "acme", {}));
  }
  return random.sample(policies, policies.length);
}

export function allowAll(id: string, tenantId: string | null, rule: RuleExpr): Policy {
  return { id, name: `open-${id}`, scope: "global", effect: "allow", rule_expr: rule, tenant_id: tenantId };
}

function generatePolicy(id: string, context: Context): Policy {
  const { random } = context;
  const effect = random.weighted<Effect>([
    [3, "allow"],
    [2, "deny"],
    [5, "require_approval"],
    [4, "modify"],
  ]);
  const scope = random.weighted<Scope>([[5, "global"], ...scopes.slice(1).map((name) => [2, name] as const)]);
  const tenantId = random.weighted([
    [7, null],
    [4, "acme"],
    [1, "globex"],
  ]);
  const policy: Policy = {
    id,
    name: `policy ${id}`,
    scope,
    effect,
    rule_expr: generateRule(scope, effect, tenantId, context),
  };
  if (tenantId !== null || random.chance(0.3)) policy.tenant_id = tenantId;
  if (random.chance(0.3)) policy.description = random.pick(["why", "ä 😀", "", null]);
  if (random.chance(0.2)) policy.enabled = random.chance(0.5);
  if (random.chance(0.3)) policy.enforcement = random.pick(["enforce", "shadow", "shadow"]);
  if (random.chance(0.2)) policy.visibility = random.pick(["private", "public"]);
  return policy;
}

function generateRule(scope: Scope, effect: Effect, tenantId: string | null, context: Context): RuleExpr {
  const { random } = context;
  const rule: RuleExpr = {};
  if (scope !== "global") rule.target = random.sample(targets[scope] as string[], random.between(1, 3));
  if (random.chance(0.2)) rule.actions = random.sample(actions, random.between(1, 3));
  if (random.chance(0.8)) rule.when = generateCondition(context);
  if (random.chance(0.2)) rule.unless = generateCondition(context);
  if (random.chance(0.3))
    rule.message = random.pick(["Ask first.", "Nicht jetzt: größer als erlaubt.", '"quoted" \u2028 😀']);
  if (random.chance(0.2)) rule.remedy = "Run in draft mode.";
  if (effect === "allow" && tenantId === null && random.chance(0.3)) rule.delegate = random.chance(0.8);
  if (effect === "require_approval") rule.approval = generateApproval(random);
  if (effect === "modify") rule.then = generateThen(context) ?? null;
  return rule;
}

function generateApproval(random: Random): Approval {
  const approvers: Approval["approvers"] = random.pick([
    { roles: ["dba"] },
    { roles: ["dba", "lead"], users: ["u9"] },
    { users: ["u7", "u8"] },
    { field: "user.manager_id" },
    { field: ["user", "line.manager"], roles: [] },
    { field: ["user", "manager_id"] },
  ]);
  const approval: Approval = { approvers };
  if (random.chance(0.3)) approval.quorum = random.between(1, 3);
  if (random.chance(0.4)) approval.exclude_requester = random.chance(0.3);
  if (random.chance(0.3)) approval.expires_in = random.pick(durations);
  return approval;
}

function generateThen(context: Context): RuleExpr["then"] {
  const { random } = context;
  const limits = Array.from({ length: random.between(1, 2) }, () => generateLimit(context));
  return random.weighted([
    [2, { mode: "draft" as const }],
    [4, { limits }],
    [1, { mode: "draft" as const, limits }],
  ]);
}

function generateLimit(context: Context): Limit {
  const { random } = context;
  const limit: Limit = {
    meter: random.pick(["cost_cents", "llm_calls", "tool_calls", "tokens", "my meter"]),
    per: random.sample(
      perNames,
      random.weighted([
        [5, 1],
        [3, 2],
        [1, 3],
      ]),
    ),
    max: random.pick([1, 2, 10, 10_000]),
  };
  if (random.chance(0.25)) {
    const path = random.pick([
      ["input", "amount"],
      ["run", "cost_cents"],
      ["input", "a.b", "n"],
    ]);
    limit.meter = { field: address(path, random) };
    context.asks.push({ path, type: "number", literals: [0, 1, 250, 0.5, -1, ...pools.numbers.slice(0, 2)] });
  }
  if (limit.per.includes("run"))
    context.asks.push({ path: ["run", "root_id"], type: "string", literals: ids["run"] as string[] });
  const kind = random.pick([undefined, "budget", "rate", "concurrent"] as const);
  if (kind) limit.kind = kind;
  if (kind === "rate") {
    limit.window = random.pick(durations);
    if (random.chance(0.5)) limit.burst = random.between(1, 20);
  } else if (kind !== "concurrent" && random.chance(0.6)) limit.window = random.pick(["1d", "1mo"]);
  if (random.chance(0.4)) limit.on_exceed = random.pick(["deny", "require_approval"]);
  return limit;
}
