// A policy with another effect or scope: what belongs to the old one goes, what the new one needs comes.
import type { PolicyValue } from "../state/form.js";
import { isRecord } from "../state/schema-types.js";

/** What an effect can't be without. */
const NEEDS: Readonly<Record<string, readonly [key: string, start: unknown]>> = {
  require_approval: ["approval", { approvers: { roles: ["lead"] } }],
  modify: ["then", { mode: "draft" }],
};
const OWN: Readonly<Record<string, string>> = { approval: "require_approval", then: "modify", delegate: "allow" };

export function effectChange(policy: PolicyValue, effect: string): PolicyValue {
  const rule = Object.entries(ruleOf(policy)).filter(([key]) => OWN[key] === undefined || OWN[key] === effect);
  const need = NEEDS[effect];
  if (need !== undefined && !rule.some(([key]) => key === need[0])) rule.push([need[0], need[1]]);
  return { ...policy, effect, rule_expr: Object.fromEntries(rule) };
}

/** A target names ids at the scope, so those of another scope are of no use. */
export function scopeChange(policy: PolicyValue, scope: string): PolicyValue {
  const { target: _, ...rule } = ruleOf(policy);
  return { ...policy, scope, rule_expr: scope === "global" ? rule : { target: ["*"], ...rule } };
}

function ruleOf(policy: PolicyValue): PolicyValue {
  return isRecord(policy["rule_expr"]) ? policy["rule_expr"] : {};
}
