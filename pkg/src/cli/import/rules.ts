// The older format: rules with priorities, of which the first that matches decides. Reads it, and says what is amiss.
import { isObject } from "../types/schema.js";

/** One test of one field. */
export interface OldCondition {
  readonly field: string;
  readonly operator: string;
  readonly value?: unknown;
}

/** Conditions that are joined, and may hold such again. */
export interface OldGroup {
  readonly logic: "AND" | "OR";
  readonly conditions: readonly (OldCondition | OldGroup)[];
}

/** One rule. */
export interface OldRule extends OldGroup {
  readonly id?: string;
  readonly name: string;
  readonly description?: string;
  readonly effect: "allow" | "deny";
  readonly priority: number;
  readonly enabled: boolean;
  /** JSON Pointer of it in its file. */
  readonly pointer: string;
}

/** What is said of a rule, or of a part of it. */
export interface Remark {
  readonly code: string;
  readonly severity: "error" | "warning";
  readonly pointer: string;
  readonly message: string;
  readonly help: string;
}

const RULE_KEYS = ["id", "name", "description", "effect", "priority", "enabled", "conditions", "logic"];

/** Rules in the order in which they are asked: the highest priority first, and among equals as they stand. */
export function readRules(value: unknown, remarks: Remark[]): OldRule[] {
  const named = isObject(value) ? value["rules"] : value;
  const prefix = isObject(value) ? "/rules" : "";
  if (!Array.isArray(named)) {
    refuse(remarks, prefix, "the file holds no list of rules", "write a list, or an object with one under `rules`");
    return [];
  }
  const rules = named.flatMap((rule, index) => readRule(rule, `${prefix}/${index}`, remarks) ?? []);
  return rules.filter(({ enabled }) => enabled).sort((a, b) => b.priority - a.priority);
}

function readRule(value: unknown, pointer: string, remarks: Remark[]): OldRule | undefined {
  if (!isObject(value)) {
    refuse(remarks, pointer, "a rule is an object", "write `{…}`");
    return undefined;
  }
  const { id, name, description, effect, priority = 0, enabled = true } = value;
  const before = remarks.length;
  for (const key of Object.keys(value)) {
    if (!RULE_KEYS.includes(key)) {
      refuse(remarks, `${pointer}/${escaped(key)}`, `rules have no key \`${key}\``, `one of: ${RULE_KEYS.join(", ")}`);
    }
  }
  const check = (holds: boolean, key: string, what: string) => {
    if (!holds)
      refuse(remarks, key in value ? `${pointer}/${key}` : pointer, `\`${key}\` is no ${what}`, `give ${what}`);
  };
  check(typeof name === "string" && name !== "", "name", "text");
  check(id === undefined || (typeof id === "string" && id !== ""), "id", "text");
  check(description === undefined || description === null || typeof description === "string", "description", "text");
  check(effect === "allow" || effect === "deny", "effect", "`allow` or `deny`");
  check(typeof priority === "number", "priority", "number");
  check(typeof enabled === "boolean", "enabled", "boolean");
  const group = readGroup(value, pointer, remarks);
  if (remarks.length > before || group === undefined) return undefined;
  const texts = { ...(typeof id === "string" && { id }), ...(typeof description === "string" && { description }) };
  return { ...texts, ...group, pointer, name, effect, priority, enabled } as OldRule;
}

function readGroup(value: Record<string, unknown>, pointer: string, remarks: Remark[]): OldGroup | undefined {
  const { conditions = [], logic = "AND" } = value;
  if (logic !== "AND" && logic !== "OR")
    refuse(remarks, `${pointer}/logic`, "`logic` is neither `AND` nor `OR`", "name one");
  if (!Array.isArray(conditions)) {
    refuse(remarks, `${pointer}/conditions`, "`conditions` is no list", "write `[…]`");
    return undefined;
  }
  const read = conditions.map((part, i) => readCondition(part, `${pointer}/conditions/${i}`, remarks));
  return { logic: logic as OldGroup["logic"], conditions: read.filter((part) => part !== undefined) };
}

function readCondition(value: unknown, pointer: string, remarks: Remark[]): OldCondition | OldGroup | undefined {
  if (isObject(value) && "conditions" in value) return readGroup(value, pointer, remarks);
  if (isObject(value) && typeof value["field"] === "string" && typeof value["operator"] === "string") {
    return value as unknown as OldCondition;
  }
  refuse(remarks, pointer, "a condition needs a `field` and an `operator`, both text", "add them");
  return undefined;
}

export function isGroup(part: OldCondition | OldGroup): part is OldGroup {
  return "conditions" in part;
}

function escaped(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}

function refuse(remarks: Remark[], pointer: string, message: string, help: string): void {
  remarks.push({ code: "invalid_rule", severity: "error", pointer, message, help });
}
