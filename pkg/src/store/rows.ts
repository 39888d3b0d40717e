// Policies as rows, and rows as policies.
import type { Effect } from "../types/generated/Effect.js";
import type { Enforcement } from "../types/generated/Enforcement.js";
import type { RuleExpr } from "../types/generated/RuleExpr.js";
import type { Scope } from "../types/generated/Scope.js";
import type { Visibility } from "../types/generated/Visibility.js";
import type { Parameter, Row } from "./connection.js";

/** What a policy says, whole. */
export interface PolicyContent {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly scope: Scope;
  readonly effect: Effect;
  readonly rule_expr: RuleExpr;
  /** The owner; `null` is the platform. */
  readonly tenant_id: string | null;
  readonly enabled: boolean;
  readonly enforcement: Enforcement;
  readonly visibility: Visibility;
}

/** A policy as it is stored. It can be given back as it is, to be replaced. */
export interface StoredPolicy extends PolicyContent {
  /** 1, and one more for each change. */
  readonly revision: number;
  /** RFC 3339 in UTC, to the millisecond. */
  readonly created_at: string;
  readonly updated_at: string;
  /** Who changed it last; `null` for those who don't own it. */
  readonly updated_by: string | null;
}

const TIME = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;
export const time = (column: string) => `to_char(${column} AT TIME ZONE 'UTC', ${TIME}) AS ${column}`;

/** Columns of a policy. What drivers read differently, such as times and JSON, is text. */
export const POLICY_COLUMNS = `id, name, description, scope, effect, rule_expr::text AS rule_expr, tenant_id, enabled,
  enforcement, visibility, revision, ${time("created_at")}, ${time("updated_at")},
  CASE WHEN :"schema".owns(tenant_id) THEN updated_by END AS updated_by`;

export const REVISION_COLUMNS = `policy_id, revision, operation, policy::text AS policy, ${time("revised_at")}, revised_by`;

export function policyOf(row: Row): StoredPolicy {
  return { ...row, rule_expr: JSON.parse(String(row["rule_expr"])) } as unknown as StoredPolicy;
}

/** Parameters of what can be written, in the order of `WRITTEN`. */
export function written(policy: PolicyContent): Parameter[] {
  const { name, description, scope, effect, rule_expr, enabled, enforcement, visibility } = policy;
  return [name, description, scope, effect, JSON.stringify(rule_expr), enabled, enforcement, visibility];
}

/** What can be written, and how its parameters are cast. */
export const WRITTEN = [
  ["name", "text"],
  ["description", "text"],
  ["scope", "text"],
  ["effect", "text"],
  ["rule_expr", "text::json"],
  ["enabled", "boolean"],
  ["enforcement", "text"],
  ["visibility", "text"],
] as const;
