// In what two decisions of one request differ, and by which policies.
import type { ApprovalRequirement, Decision, Limit, Reason } from "portcullis";
import type { Cause, Difference } from "./protocol.js";

/** None where both come to the same: effect, mode, limits and approvals. */
export function differencesOf(before: Decision, after: Decision): readonly Difference[] {
  const differences: Difference[] = [];
  if (before.effect !== after.effect) differences.push({ what: "effect", from: before.effect, to: after.effect });
  // What does not go ahead has no mode, no limits and no approvals to compare.
  if (before.effect === "deny" || after.effect === "deny") return differences;
  if (before.mode !== after.mode) differences.push({ what: "mode", from: before.mode, to: after.mode });
  lists(differences, "limits", before.limits.map(limitText), after.limits.map(limitText));
  lists(differences, "approvals", before.approvals.map(approvalText), after.approvals.map(approvalText));
  return differences;
}

function lists(differences: Difference[], what: "limits" | "approvals", before: string[], after: string[]): void {
  if (before.length === 0 && after.length === 0) return;
  const gone = before.filter((one) => !after.includes(one));
  const come = after.filter((one) => !before.includes(one));
  if (gone.length + come.length > 0) differences.push({ what, from: gone.join("; "), to: come.join("; ") });
}

/** Which policies make the difference. */
export function causesOf(before: Decision, after: Decision): Cause[] {
  const gone = only(before, after, "before");
  const come = only(after, before, "after");
  const isIn = (list: readonly Cause[], one: Cause) =>
    list.some((other) => other.policy === one.policy && other.effect === one.effect);
  const causes = [
    ...gone.filter((one) => !isIn(come, one)),
    ...come.map((one) => (isIn(gone, one) ? { ...one, side: "both" as const } : one)),
  ];
  if (causes.length > 0) return causes;
  // A reason does not say which mode its policy asks for: those that may are named.
  return after.reasons.filter(({ effect }) => effect === "modify").map((reason) => causeOf(reason, "both"));
}

function only(here: Decision, there: Decision, side: Cause["side"]): Cause[] {
  const bothGo = here.effect !== "deny" && there.effect !== "deny";
  const key = (reason: Reason, decision: Decision) => keyOf(reason, bothGo ? decision : { limits: [], approvals: [] });
  const known = new Set(there.reasons.map((reason) => key(reason, there)));
  return here.reasons.filter((reason) => !known.has(key(reason, here))).map((reason) => causeOf(reason, side));
}

function causeOf({ policy_id, policy_name, effect }: Reason, side: Cause["side"]): Cause {
  return { side, policy: policy_name ?? policy_id ?? "the request", effect };
}

/** A policy that limits otherwise, or asks others for approval, makes a difference as well. */
function keyOf(
  { policy_id, effect, error }: Reason,
  { limits, approvals }: Pick<Decision, "limits" | "approvals">,
): string {
  const own = <T extends { policy_id: string }>(list: readonly T[], text: (one: T) => string) =>
    list.filter((one) => one.policy_id === policy_id).map(text);
  return JSON.stringify([policy_id, effect, error?.code, own(limits, limitText), own(approvals, approvalText)]);
}

function limitText({ meter, max, window, kind, per, key, burst, amount, on_exceed }: Limit): string {
  const counted = typeof meter === "string" ? meter : [meter.field].flat().join(".");
  const span = kind === "concurrent" ? " at once" : window === null ? " in all" : ` per ${window}`;
  const whose = per.map((name, index) => `${name} ${key[index] ?? ""}`).join(", ");
  const more = [
    kind === "rate" && burst !== null ? `burst ${burst}` : "",
    amount === null ? "" : `takes ${amount}`,
    on_exceed === "deny" ? "" : "then approval",
  ].filter((part) => part !== "");
  return `${max} ${counted}${span} for ${whose}${more.length === 0 ? "" : ` (${more.join(", ")})`}`;
}

function approvalText({ approvers, quorum, exclude_requester, expires_in }: ApprovalRequirement): string {
  const { roles, users, field } = approvers;
  const who = [...roles.map((role) => `role ${role}`), ...users, ...(field === null ? [] : [[field].flat().join(".")])];
  return `${quorum} of ${who.join(" or ")}${exclude_requester ? "" : ", also the requester"}, within ${expires_in}`;
}
