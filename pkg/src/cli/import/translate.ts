// Rules of which the first match decides, as policies whose order does not matter.
//
// A deny beats every allow here, so an allow needs no guard: where a deny of higher priority matches, that denies. A deny
// is guarded by the allows of higher priority: it applies where none of them matches. By induction over the first rule
// that matches, both decide alike.
import type { Condition } from "../../types/generated/Condition.js";
import type { Policy } from "../../types/generated/Policy.js";
import { type Translated, translateLeaf } from "./leaf.js";
import { isGroup, type OldCondition, type OldGroup, type OldRule, type Remark } from "./rules.js";

/** What is decided where no rule matches. */
export type Otherwise = "allow" | "deny";

/** Translates rules that are in their order. What can't be said is remarked, and its rule left out. */
export function translate(rules: readonly OldRule[], otherwise: Otherwise, remarks: Remark[]): Policy[] {
  const policies: Policy[] = [];
  const ids = new Ids();
  /** What the allows so far match. */
  const allowed: Condition[] = [];
  let allAllowed = false;
  for (const rule of rules) {
    const matches = group(rule, rule.pointer, remarks);
    if (matches === undefined) continue;
    if (matches === false || (rule.effect === "deny" && allAllowed)) {
      const why = matches === false ? "it never matches" : "a rule before it allows everything";
      const message = `the rule \`${rule.name}\` decides nothing: ${why}`;
      remarks.push({ code: "idle_rule", severity: "warning", pointer: rule.pointer, message, help: "it is left out" });
      continue;
    }
    warnOfOtherTypes(rule, remarks);
    const when = matches === true ? {} : { when: matches };
    const unless = rule.effect === "deny" && allowed.length > 0 ? { unless: joined("any", allowed) } : {};
    policies.push(policy(ids.take(rule.id ?? rule.name), rule, { ...when, ...unless }));
    if (rule.effect === "allow" && matches === true) allAllowed = true;
    if (rule.effect === "allow" && matches !== true) allowed.push(matches);
  }
  if (otherwise === "allow" && !allAllowed) {
    const name = "allowed where nothing else decides";
    policies.push({ id: ids.take(name), name, scope: "global", effect: "allow", rule_expr: {} });
  }
  return policies;
}

/** By these operators the older engine said of a value of another type that it matches; by the others, that it does not. */
const MATCHES = ["neq", "not_in"];
/** By this one either, as it asked texts and lists alike. */
const EITHER = "contains";

/** An error denies under a deny, and does not allow. Where the older engine decided otherwise, that is a finding. */
function warnOfOtherTypes(rule: OldRule, remarks: Remark[]): void {
  const denies = rule.effect === "deny";
  const differs = ({ operator }: OldCondition) => operator === EITHER || MATCHES.includes(operator) !== denies;
  const fields = new Set(typed(rule).flatMap((part) => (differs(part) ? [`\`${part.field}\``] : [])));
  if (fields.size === 0) return;
  const where = `where ${[...fields].join(" or ")} is of another type than it is compared with`;
  const message = denies
    ? `the rule \`${rule.name}\` denies ${where}; the older engine passed it over`
    : `the rule \`${rule.name}\` does not allow ${where}; the older engine did`;
  const help = "see that requests hold the type, or leave it so: what can't be compared is denied";
  remarks.push({ code: "other_type", severity: "warning", pointer: rule.pointer, message, help });
}

/** The conditions that compare. */
function typed({ conditions }: OldGroup): OldCondition[] {
  return conditions.flatMap((part) => (isGroup(part) ? typed(part) : part.operator === "exists" ? [] : [part]));
}

function policy(id: string, { name, description, effect }: OldRule, rule_expr: Policy["rule_expr"]): Policy {
  const described = description === undefined ? {} : { description };
  return { id, name, ...described, scope: "global", effect, rule_expr };
}

/** What a group comes to; nothing where a part of it can't be said. */
function group({ logic, conditions }: OldGroup, pointer: string, remarks: Remark[]): Translated | undefined {
  const parts = conditions.map((part, index) => {
    const at = `${pointer}/conditions/${index}`;
    return isGroup(part) ? group(part, at, remarks) : translateLeaf(part, at, remarks);
  });
  if (parts.includes(undefined)) return undefined;
  // Of AND false decides and true says nothing; of OR it is the other way round.
  const decides = logic === "OR";
  if (parts.includes(decides)) return decides;
  const asking = parts.filter((part): part is Condition => typeof part === "object");
  return asking.length === 0 ? !decides : joined(logic === "AND" ? "all" : "any", asking);
}

function joined(by: "all" | "any", conditions: readonly Condition[]): Condition {
  return conditions.length === 1 ? (conditions[0] as Condition) : { [by]: [...conditions] };
}

/** Ids made of names, each once. */
class Ids {
  readonly #taken = new Set<string>();

  take(name: string): string {
    const slug = name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-|-$/g, "");
    const base = slug === "" ? "rule" : slug.slice(0, 200);
    let id = base;
    for (let n = 2; this.#taken.has(id); n++) id = `${base}-${n}`;
    this.#taken.add(id);
    return id;
  }
}
