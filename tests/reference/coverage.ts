/** Counts which rules were used, so that a comparison over random cases can say what it compared. */

import type { Trace } from "./types.js";
import { derivations, effects, operators, scopes } from "./types.js";

export class Coverage {
  private readonly counts = new Map<string, number>();

  /** To be passed as the `trace` of referenceDecide. */
  readonly trace: Trace = (key) => {
    this.counts.set(key, this.count(key) + 1);
  };

  count(key: string): number {
    return this.counts.get(key) ?? 0;
  }

  missing(keys: readonly string[] = requiredKeys): string[] {
    return keys.filter((key) => this.count(key) === 0);
  }

  /** The required keys with their counts, the rarest first. */
  table(keys: readonly string[] = requiredKeys): string {
    const sorted = [...keys].sort((left, right) => this.count(left) - this.count(right) || (left < right ? -1 : 1));
    return sorted.map((key) => `${String(this.count(key)).padStart(9)}  ${key}`).join("\n");
  }
}

const truths = ["true", "false", "error"];
const cross = (prefix: string, names: readonly string[], results: readonly string[] = truths): string[] =>
  names.flatMap((name) => results.map((result) => `${prefix}:${name}:${result}`));
const named = (prefix: string, names: readonly string[]): string[] => names.map((name) => `${prefix}:${name}`);

const orders = ["lt", "lte", "gt", "gte"];
const patterns = ["starts_with", "ends_with", "contains", "matches"];
/** These have an answer for whatever is of the right type. */
const total = ["size", "keys", "lower"];

export const requiredKeys: readonly string[] = [
  ...cross("operator", operators),
  ...cross("right_field", ["eq", "ne", ...orders, "in", "not_in", "includes"]),
  ...cross("right_timestamp", orders),
  ...cross("ignore_case", patterns),
  ...named("patterns", [...patterns, "within"]),
  ...cross("as", derivations, ["ok", "wrong_type"]),
  ...cross(
    "as",
    derivations.filter((name) => !total.includes(name)),
    ["underivable"],
  ),
  ...named("host_class", ["domain", "public_ip", "private_ip", "loopback"]),
  ...named("error", ["missing", "wrong_type", "unsupported", "too_long", "too_many", "too_costly", "underivable"]),
  ...named("cap", [
    "too_long:string",
    "too_long:of_array",
    "too_long:sum_of_array",
    "too_long:sum_of_elements",
    "too_many:array",
    "too_many:keys",
    "too_many:cells",
    "too_costly:matches",
    "too_costly:contains",
    "too_costly:matches:element",
    "too_costly:contains:element",
  ]),
  "error_field:array",
  "path:array",
  "default:used",
  ...named("body", ["element", "item", "field"]),
  ...named("some", ["empty", "elements"]),
  ...named("every", ["empty", "elements"]),
  ...named("all", [...truths, "false_over_error"]),
  ...named("any", [...truths, "true_over_error"]),
  ...named("not", truths),
  ...named("owner", ["platform", "tenant", "other_tenant"]),
  "policy:actions",
  "scope:global:true",
  "scope:tenant:true",
  "scope:tenant:false",
  ...cross("scope", scopes.slice(2)),
  ...named("scope_error", ["missing:entity", "missing:id", "wrong_type:entity", "unsupported:entity"]),
  ...effects.flatMap((effect) => cross(`policy:${effect}`, ["enforce", "shadow"])),
  ...named("enabled", ["true", "false"]),
  ...cross("reason", effects.slice(0, 3), ["true", "error"]),
  "reason:allow:true",
  ...named("shadow", effects),
  ...named("effect", ["allow", "deny", "require_approval"]),
  ...named("code", ["allowed", "denied_by_policy", "no_matching_allow", "approval_required", "invalid_request"]),
  ...named("mode", ["draft", "auto"]),
  ...named("permitted_by", [
    "nothing",
    "opened",
    "delegated",
    "tenant",
    "delegated+tenant",
    "opened+delegated",
    "opened+tenant",
    "opened+delegated+tenant",
  ]),
  ...named("invalid", [
    "",
    "action",
    "now",
    "tenant.id",
    "app.id",
    "user.id",
    "workflow.id",
    "agent.id",
    "tool.id",
    "run.id",
    "run.mode",
  ]),
  ...named("limit", [
    "budget",
    "rate",
    "concurrent",
    "meter_name",
    "meter_field",
    "refuses:missing",
    "refuses:wrong_type",
    "refuses:unsupported",
  ]),
  ...named("limit:per", ["run", "tenant", "user", "app", "agent", "tool", "workflow"]),
  ...named("limits_with", ["allow", "require_approval"]),
  "approvals:several",
  "approval:no_requester:missing",
  "approval:no_requester:wrong_type",
  ...named("grant", [
    "valid",
    "malformed",
    "other_policy",
    "other_policy_digest",
    "other_request_digest",
    "looser_mode",
    "undigestible_request",
  ]),
];
