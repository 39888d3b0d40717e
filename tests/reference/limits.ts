/** The limits of a modify, resolved for one request, or the error for which the first of them refuses. */
import type { Limit, Per, Policy, ReportedError, ResolvedLimit, Trace } from "./types.js";
import { Failure, fieldOf, pathOf, readField } from "./value.js";

export function resolveLimits(policy: Policy, request: object, trace: Trace): ResolvedLimit[] | ReportedError {
  const limits = policy.rule_expr.then?.limits ?? [];
  const resolved = limits.map((limit, index) => resolve(policy, limit, index, request, trace));
  const refusal = resolved.find((one): one is ReportedError => "code" in one);
  return refusal ?? (resolved as ResolvedLimit[]);
}

function resolve(
  policy: Policy,
  limit: Limit,
  index: number,
  request: object,
  trace: Trace,
): ResolvedLimit | ReportedError {
  try {
    const kind = limit.kind ?? "budget";
    const key = limit.per.map((per) => keyPart(per, request));
    const amount = typeof limit.meter === "string" ? null : fieldAmount(limit.meter.field, request);
    trace(`limit:${kind}`);
    trace(amount === null ? "limit:meter_name" : "limit:meter_field");
    for (const per of limit.per) trace(`limit:per:${per}`);
    return {
      policy_id: policy.id,
      index,
      meter: typeof limit.meter === "string" ? limit.meter : { field: fieldOf(pathOf(limit.meter.field)) },
      kind,
      per: limit.per,
      key,
      window: limit.window ?? null,
      max: limit.max,
      burst: kind === "rate" ? (limit.burst ?? limit.max) : null,
      amount,
      on_exceed: limit.on_exceed ?? "deny",
    };
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    trace(`limit:refuses:${failure.code}`);
    return { code: failure.code, field: fieldOf(failure.path), pointer: `/rule_expr/then/limits/${index}` };
  }
}

function keyPart(per: Per, request: object): string {
  // All runs below one root share its counters.
  const path = per === "run" ? ["run", "root_id"] : [per, "id"];
  const value = readField(request, path);
  if (typeof value !== "string") throw new Failure("wrong_type", path);
  return value;
}

function fieldAmount(form: string | string[], request: object): number {
  const value = readField(request, form);
  if (!Number.isInteger(value) || (value as number) < 0) throw new Failure("wrong_type", pathOf(form));
  return (value as number) + 0; // -0 is 0
}
