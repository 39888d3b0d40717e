// Policies of the editor beside those of the server: which say the same, and how both are written.
import { equal } from "../source/edit.js";
import { formatJson } from "../source/format.js";
import type { PolicyValue } from "../state/form.js";
import type { Difference, StoredPolicy } from "./wire.js";

/** Columns of the table that are no part of what a policy says. */
const COLUMNS = ["revision", "created_at", "updated_at", "updated_by"];

/** What a policy says, with all that it leaves to the default. */
export function contentOf(policy: PolicyValue | StoredPolicy): PolicyValue {
  const said = Object.entries(policy).filter(([name, value]) => !COLUMNS.includes(name) && value !== null);
  const owner = (policy as PolicyValue)["tenant_id"] ?? null;
  return { ...defaults(owner), ...Object.fromEntries(said) };
}

function defaults(owner: unknown): PolicyValue {
  return {
    description: null,
    tenant_id: null,
    enabled: true,
    enforcement: "enforce",
    visibility: owner === null ? "private" : "public",
  };
}

export function same(one: PolicyValue | StoredPolicy, other: PolicyValue | StoredPolicy): boolean {
  return equal(contentOf(one), contentOf(other));
}

const shown = new WeakMap<StoredPolicy, PolicyValue>();

/** Whether a policy of the editor says what a stored one does: mostly it is as it was shown, which is seen at once. */
export function isAsStored(own: PolicyValue, policy: StoredPolicy): boolean {
  const known = shown.get(policy) ?? written(policy);
  shown.set(policy, known);
  return equal(own, known) || same(own, policy);
}

/** A stored policy as the editor shows it: without what goes without saying. */
export function written(policy: StoredPolicy): PolicyValue {
  const usual = defaults(policy.tenant_id);
  const { id, name, description, scope, effect, rule_expr, tenant_id, enabled, enforcement, visibility } = policy;
  const rest = Object.entries({ tenant_id, enabled, enforcement, visibility }).filter(
    ([key, value]) => value !== usual[key],
  );
  const about = description === null ? {} : { description };
  return { id, name, ...about, scope, effect, rule_expr, ...Object.fromEntries(rest) };
}

export function textOf(policies: Iterable<StoredPolicy>): string {
  return `${formatJson([...policies].map(written))}\n`;
}

/** Where two policies differ, at the deepest places; elements of lists are compared by their places. */
export function differences(before: unknown, after: unknown, pointer = ""): Difference[] {
  if (equal(before, after)) return [];
  if (!isHolder(before) || !isHolder(after) || Array.isArray(before) !== Array.isArray(after)) {
    return [{ pointer, before, after }];
  }
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) => {
    const at = `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    if (!Object.hasOwn(after, key)) return [{ pointer: at, before: before[key] }];
    if (!Object.hasOwn(before, key)) return [{ pointer: at, after: after[key] }];
    return differences(before[key], after[key], at);
  });
}

function isHolder(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
