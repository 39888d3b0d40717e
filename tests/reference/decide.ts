/** The decision over a set of policies: every policy is evaluated, and nothing depends on their order. */
import { evaluate } from "./condition.js";
import { covers, tenantOf } from "./covers.js";
import { policyDigest, policySetDigest, requestDigest } from "./digest.js";
import { isGranted } from "./grants.js";
import type { Result } from "./kleene.js";
import { all, isError, nameOf, not } from "./kleene.js";
import { resolveLimits } from "./limits.js";
import { validityError } from "./request.js";
import type {
  Catalogue,
  Decision,
  Mode,
  Policy,
  ReportedError,
  RequiredApproval,
  ResolvedLimit,
  Trace,
} from "./types.js";
import { effects } from "./types.js";
import { compareUtf8, Failure, fieldOf, isObject, kindOf, member, pathOf, readField } from "./value.js";

export interface Options {
  catalogue?: Catalogue;
  /** Untrusted: whatever is no grant is ignored. */
  grants?: unknown;
  trace?: Trace;
}

/** A policy that applies, and what its own clauses add to that. */
interface Applying {
  policy: Policy;
  error: ReportedError | null;
  /** Decides as a deny would: a limit that refuses, an approval that nobody may ask for. */
  countsAsDeny: boolean;
  limits: ResolvedLimit[];
  needsApproval: boolean;
}

export function referenceDecide(policies: Policy[], request: unknown, options: Options = {}): Decision {
  const trace = options.trace ?? (() => {});
  const catalogue = options.catalogue ?? {};
  const decision = decide(policies, request, catalogue, options.grants, trace);
  trace(`effect:${decision.effect}`);
  trace(`code:${decision.code}`);
  trace(`mode:${decision.mode}`);
  return decision;
}

function decide(policies: Policy[], request: unknown, catalogue: Catalogue, grants: unknown, trace: Trace): Decision {
  const invalidField = validityError(request, catalogue);
  if (invalidField !== null) {
    trace(`invalid:${invalidField}`);
    return invalidRequest(policies, request, invalidField);
  }
  const valid = request as object;

  const applying = inReportingOrder(policies)
    .filter((policy) => {
      trace(`enabled:${policy.enabled ?? true}`);
      return policy.enabled ?? true;
    })
    .map((policy) => ({ policy, result: evaluatePolicy(policy, valid, trace) }))
    .filter(({ policy, result }) => applies(policy, result));
  const enforced = applying.filter(({ policy }) => (policy.enforcement ?? "enforce") === "enforce");
  const shadow = applying.filter(({ policy }) => policy.enforcement === "shadow");

  const mode = decidedMode(
    enforced.map(({ policy }) => policy),
    valid,
  );
  const digest = requestDigest(valid, catalogue);
  const outcomes = enforced.map(({ policy, result }) => {
    const error = isError(result) ? result : null;
    return complete(policy, error, valid, { digest, mode, grants, trace });
  });

  const isDenied = outcomes.some(({ policy, countsAsDeny }) => policy.effect === "deny" || countsAsDeny);
  const isPermitted = permitted(
    outcomes.map(({ policy }) => policy),
    trace,
  );
  const needsApproval = outcomes.some((outcome) => outcome.needsApproval);
  const verdict = isDenied
    ? ({ effect: "deny", code: "denied_by_policy" } as const)
    : !isPermitted
      ? ({ effect: "deny", code: "no_matching_allow" } as const)
      : needsApproval
        ? ({ effect: "require_approval", code: "approval_required" } as const)
        : ({ effect: "allow", code: "allowed" } as const);

  const decision: Decision = {
    ...verdict,
    mode,
    reasons: outcomes.map(({ policy, error }) => ({
      policy_id: policy.id,
      policy_name: policy.name,
      effect: policy.effect,
      message: policy.rule_expr.message ?? null,
      remedy: policy.rule_expr.remedy ?? null,
      error,
    })),
    limits: verdict.effect === "deny" ? [] : outcomes.flatMap(({ limits }) => limits),
    approvals:
      verdict.effect === "deny"
        ? []
        : outcomes.filter((outcome) => outcome.needsApproval).map(({ policy }) => requiredApproval(policy)),
    shadow: shadow.map(({ policy }) => ({ policy_id: policy.id, effect: policy.effect })),
    policy_set: policySetDigest(policies, tenantOf(valid)),
  };
  traceDecision(decision, trace);
  return decision;
}

/** Deny, require_approval, modify, allow; then by id. */
function inReportingOrder(policies: Policy[]): Policy[] {
  return [...policies].sort(
    (left, right) => effects.indexOf(left.effect) - effects.indexOf(right.effect) || compareUtf8(left.id, right.id),
  );
}

function evaluatePolicy(policy: Policy, request: object, trace: Trace): Result {
  const coverage = covers(policy, request, trace);
  // False beats error, so what the conditions say of a request that is not covered can't matter.
  if (coverage === false) return false;
  const { when, unless } = policy.rule_expr;
  const scope = { request, trace };
  const parts: Result[] = [coverage];
  if (when) parts.push(evaluate(when, "/rule_expr/when", scope));
  if (unless) parts.push(not(evaluate(unless, "/rule_expr/unless", scope)));
  const result = all(parts);
  trace(`policy:${policy.effect}:${policy.enforcement ?? "enforce"}:${nameOf(result)}`);
  return result;
}

/** An allow must be true. What restricts also applies when it can't be told. */
function applies(policy: Policy, result: Result): boolean {
  return result === true || (isError(result) && policy.effect !== "allow");
}

function decidedMode(enforced: Policy[], request: object): Mode {
  const run = member(request, "run");
  const asked = isObject(run) && member(run, "mode") === "draft";
  const modified = enforced.some((policy) => policy.effect === "modify" && policy.rule_expr.then?.mode === "draft");
  return asked || modified ? "draft" : "auto";
}

interface Circumstances {
  digest: string | null;
  mode: Mode;
  grants: unknown;
  trace: Trace;
}

function complete(policy: Policy, error: ReportedError | null, request: object, about: Circumstances): Applying {
  const plain: Applying = { policy, error, countsAsDeny: false, limits: [], needsApproval: false };
  if (policy.effect === "modify") {
    const limits = resolveLimits(policy, request, about.trace);
    return Array.isArray(limits) ? { ...plain, limits } : { ...plain, error: error ?? limits, countsAsDeny: true };
  }
  if (policy.effect === "require_approval") {
    if (isGranted(policy, about.grants, about.digest, about.mode, about.trace)) return plain;
    const refusal = requesterError(policy, request);
    if (refusal === null) return { ...plain, needsApproval: true };
    about.trace(`approval:no_requester:${refusal.code}`);
    return { ...plain, error: error ?? refusal, countsAsDeny: true, needsApproval: true };
  }
  return plain;
}

/** Without a requester nobody can tell who is not to approve. */
function requesterError(policy: Policy, request: object): ReportedError | null {
  if (policy.rule_expr.approval?.exclude_requester === false) return null;
  try {
    readField(request, "user.id");
    return null;
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    return { code: failure.code, field: fieldOf(failure.path), pointer: "/rule_expr/approval/exclude_requester" };
  }
}

function permitted(applying: Policy[], trace: Trace): boolean {
  const allows = applying.filter((policy) => policy.effect === "allow");
  const platform = allows.filter((policy) => (policy.tenant_id ?? null) === null);
  const opened = platform.some((policy) => !policy.rule_expr.delegate);
  const delegated = platform.some((policy) => policy.rule_expr.delegate === true);
  const byTenant = allows.some((policy) => (policy.tenant_id ?? null) !== null);
  const grounds = [opened && "opened", delegated && "delegated", byTenant && "tenant"].filter(Boolean);
  trace(`permitted_by:${grounds.join("+") || "nothing"}`);
  return opened || (delegated && byTenant);
}

function requiredApproval(policy: Policy): RequiredApproval {
  const { approval } = policy.rule_expr;
  if (approval == null) throw new Error(`${policy.id} asks for an approval and names none`);
  const { roles, users, field } = approval.approvers;
  return {
    policy_id: policy.id,
    policy_digest: policyDigest(policy),
    approvers: { roles: roles ?? [], users: users ?? [], field: field == null ? null : fieldOf(pathOf(field)) },
    quorum: approval.quorum ?? 1,
    exclude_requester: approval.exclude_requester ?? true,
    expires_in: approval.expires_in ?? "24h",
  };
}

/** Nothing else is evaluated; the set is that of the tenant all the same, if it can be told. */
function invalidRequest(policies: Policy[], request: unknown, field: string): Decision {
  const tenant = isObject(request) ? member(request, "tenant") : undefined;
  const tenantId = isObject(tenant) ? member(tenant, "id") : undefined;
  return {
    effect: "deny",
    code: "invalid_request",
    mode: "draft",
    reasons: [
      { policy_id: null, policy_name: null, effect: "deny", error: { code: "invalid_request", field, pointer: null } },
    ],
    limits: [],
    approvals: [],
    shadow: [],
    policy_set: policySetDigest(policies, kindOf(tenantId) === "string" ? (tenantId as string) : null),
  };
}

function traceDecision(decision: Decision, trace: Trace): void {
  for (const { effect, error } of decision.reasons) trace(`reason:${effect}:${error ? "error" : "true"}`);
  for (const { effect } of decision.shadow) trace(`shadow:${effect}`);
  if (decision.limits.length > 0) trace(`limits_with:${decision.effect}`);
  if (decision.approvals.length > 1) trace("approvals:several");
}
