// Under which terms a request goes ahead: approvals that are missing, limits to reserve, policies on trial.
import type { ApprovalRequirement, Decision, Limit } from "portcullis";
import { fieldText } from "./field.js";

export function Terms({ decision }: { decision: Decision }) {
  const { approvals, limits, shadow } = decision;
  if (approvals.length + limits.length + shadow.length === 0) return null;
  return (
    <dl class="terms">
      {approvals.length > 0 && (
        <>
          <dt>Approvals</dt>
          {approvals.map((approval) => (
            <dd key={approval.policy_id}>
              {approvalWords(approval)} <code>{approval.policy_id}</code>
            </dd>
          ))}
        </>
      )}
      {limits.length > 0 && (
        <>
          <dt>Limits</dt>
          {limits.map((limit) => (
            <dd key={`${limit.policy_id}:${limit.index}`}>
              {limitWords(limit)} <code>{limit.policy_id}</code>
            </dd>
          ))}
        </>
      )}
      {shadow.length > 0 && (
        <>
          <dt>In shadow</dt>
          {shadow.map(({ policy_id, effect }) => (
            <dd key={policy_id}>
              <code>{policy_id}</code> would {effect.replace("_", " ")}; it only reports
            </dd>
          ))}
        </>
      )}
    </dl>
  );
}

function approvalWords({ approvers, quorum, exclude_requester, expires_in }: ApprovalRequirement): string {
  const who = [
    approvers.roles.length > 0 ? `role ${approvers.roles.join(" or ")}` : "",
    approvers.users.length > 0 ? approvers.users.join(" or ") : "",
    approvers.field === null ? "" : `whom ${fieldText(approvers.field)} names`,
  ].filter((words) => words !== "");
  const people = quorum === 1 ? "one person" : `${quorum} people`;
  const not = exclude_requester ? ", not the requester" : "";
  return `${people}, ${who.join(" or ")}${not}; the question stands ${expires_in}`;
}

function limitWords({ meter, kind, max, window, burst, per, key, on_exceed, amount }: Limit): string {
  const counted = typeof meter === "string" ? meter : fieldText(meter.field);
  const span = kind === "concurrent" ? " at once" : window === null ? " in all" : ` per ${window}`;
  const whose = per.map((name, index) => `${name} ${key[index] ?? ""}`).join(", ");
  const extra = [
    burst === null ? "" : `burst ${burst}`,
    amount === null ? "" : `this call takes ${amount}`,
    `then ${on_exceed.replace("_", " ")}`,
  ].filter((words) => words !== "");
  return `${max} ${counted}${span}, for ${whose} (${extra.join("; ")})`;
}
