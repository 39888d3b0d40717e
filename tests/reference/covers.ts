/** Whether a policy covers a request: owner, actions, scope and target, of which false beats error. */
import { globMatches } from "./glob.js";
import type { Result } from "./kleene.js";
import { nameOf } from "./kleene.js";
import type { ErrorCode, Policy, Trace } from "./types.js";
import { isObject, kindOf, member } from "./value.js";

/** The request is valid, so its tenant has an id, and an id that is there is a string. */
export function covers(policy: Policy, request: object, trace: Trace): Result {
  const owner = policy.tenant_id ?? null;
  trace(owner === null ? "owner:platform" : owner === tenantOf(request) ? "owner:tenant" : "owner:other_tenant");
  if (owner !== null && owner !== tenantOf(request)) return false;

  const actions = policy.rule_expr.actions ?? null;
  if (actions !== null) trace("policy:actions");
  if (actions !== null && !actions.includes(member(request, "action") as string)) return false;

  const result = coversScope(policy, request);
  trace(`scope:${policy.scope}:${nameOf(result)}`);
  if (typeof result === "object")
    trace(`scope_error:${result.code}:${String(result.field).endsWith(".id") ? "id" : "entity"}`);
  return result;
}

export function tenantOf(request: object): string {
  return member(member(request, "tenant") as object, "id") as string;
}

function coversScope(policy: Policy, request: object): Result {
  const { scope } = policy;
  if (scope === "global") return true;
  const entity = member(request, scope);
  // Null says that there is none. Nothing at all says that the caller did not think of it.
  if (entity === null) return false;
  if (entity === undefined) return scopeError("missing", scope);
  if (kindOf(entity) === "unsupported") return scopeError("unsupported", scope);
  if (!isObject(entity)) return scopeError("wrong_type", scope);
  const id = member(entity, "id");
  if (kindOf(id) === "absent") return scopeError("missing", `${scope}.id`);
  return (policy.rule_expr.target ?? []).some((glob) => globMatches(glob, id as string));
}

function scopeError(code: ErrorCode, field: string): Result {
  return { code, field, pointer: "/scope" };
}
