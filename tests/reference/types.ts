/** The shapes that the reference reads and writes. It assumes policies that validation has accepted. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Scalar = boolean | number | string;

/** A path as policies write it: dotted, or a list of keys where a key has a dot or is empty. */
export type PathForm = string | string[];
export interface FieldRef {
  field: PathForm;
}

export const derivations = [
  "size",
  "keys",
  "lower",
  "timestamp",
  "number",
  "url_scheme",
  "url_host",
  "url_path",
  "host_class",
  "file_path",
  "email_domain",
  "utc_hour",
  "utc_weekday",
] as const;
export type Derivation = (typeof derivations)[number];

export const operators = [
  "eq",
  "ne",
  "lt",
  "lte",
  "gt",
  "gte",
  "in",
  "not_in",
  "includes",
  "includes_any",
  "includes_all",
  "starts_with",
  "ends_with",
  "contains",
  "matches",
  "within",
  "exists",
  "some",
  "every",
] as const;
export type Operator = (typeof operators)[number];
type Comparison = Exclude<Operator, "some" | "every">;

export type Leaf = {
  field?: PathForm;
  item?: PathForm;
  default?: Json;
  as?: Derivation;
  ignore_case?: boolean;
  some?: Condition;
  every?: Condition;
} & { [O in Comparison]?: Scalar | Scalar[] | FieldRef };

export type Condition = { all: Condition[] } | { any: Condition[] } | { not: Condition } | Leaf;

export const effects = ["deny", "require_approval", "modify", "allow"] as const;
export type Effect = (typeof effects)[number];
export const scopes = ["global", "tenant", "app", "tool", "workflow", "agent"] as const;
export type Scope = (typeof scopes)[number];
export type Mode = "draft" | "auto";

export const perNames = ["run", "tenant", "user", "app", "agent", "tool", "workflow"] as const;
export type Per = (typeof perNames)[number];

export interface Limit {
  meter: string | FieldRef;
  per: Per[];
  kind?: "budget" | "rate" | "concurrent";
  window?: string | null;
  max: number;
  burst?: number | null;
  on_exceed?: "deny" | "require_approval";
}

export interface Approval {
  approvers: { roles?: string[] | null; users?: string[] | null; field?: PathForm | null };
  quorum?: number | null;
  exclude_requester?: boolean | null;
  expires_in?: string | null;
}

export interface RuleExpr {
  target?: string[] | null;
  actions?: string[] | null;
  when?: Condition | null;
  unless?: Condition | null;
  message?: string | null;
  remedy?: string | null;
  approval?: Approval | null;
  then?: { mode?: "draft" | null; limits?: Limit[] | null } | null;
  delegate?: boolean | null;
}

export interface Policy {
  id: string;
  name: string;
  description?: string | null;
  scope: Scope;
  effect: Effect;
  rule_expr: RuleExpr;
  tenant_id?: string | null;
  enabled?: boolean | null;
  enforcement?: "enforce" | "shadow" | null;
  visibility?: "private" | "public" | null;
}

/** What a catalogue means to a decision: further actions, and the definitions that a request digest names. */
export interface Catalogue {
  actions?: string[] | { [name: string]: Json };
  tools?: { name: string; [key: string]: Json }[];
}

export interface Grant {
  policy_id: string;
  policy_digest: string;
  request_digest: string;
  mode: Mode;
}

export type ErrorCode =
  | "missing"
  | "wrong_type"
  | "unsupported"
  | "too_long"
  | "too_many"
  | "too_costly"
  | "underivable"
  | "invalid_request";

/** An error as decisions give it, without its prose. */
export interface ReportedError {
  code: ErrorCode;
  field: PathForm;
  pointer: string | null;
}

export interface Reason {
  policy_id: string | null;
  policy_name: string | null;
  effect: Effect;
  message?: string | null;
  remedy?: string | null;
  error: ReportedError | null;
}

export interface ResolvedLimit {
  policy_id: string;
  index: number;
  meter: string | FieldRef;
  kind: string;
  per: Per[];
  key: string[];
  window: string | null;
  max: number;
  burst: number | null;
  amount: number | null;
  on_exceed: string;
}

export interface RequiredApproval {
  policy_id: string;
  policy_digest: string;
  approvers: { roles: string[]; users: string[]; field: PathForm | null };
  quorum: number;
  exclude_requester: boolean;
  expires_in: string;
}

export interface Decision {
  effect: "allow" | "deny" | "require_approval";
  code: "allowed" | "denied_by_policy" | "no_matching_allow" | "approval_required" | "invalid_request";
  mode: Mode;
  reasons: Reason[];
  limits: ResolvedLimit[];
  approvals: RequiredApproval[];
  shadow: { policy_id: string; effect: Effect }[];
  policy_set: string;
}

/** Told the name of each rule that was used. See coverage.ts. */
export type Trace = (key: string) => void;
