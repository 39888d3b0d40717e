// What a tenant's callers are shown of decisions: nothing of the platform's private policies but their messages.
import type { Decision } from "../types/generated/Decision.js";
import type { Explanation } from "../types/generated/Explanation.js";
import type { Preview } from "../types/generated/Preview.js";
import type { Reason } from "../types/generated/Reason.js";
import type { Principal } from "./principal.js";

/** Whether those who don't own a policy may know of it. */
export type Visible = (policyId: string) => boolean;

interface OfPolicy {
  readonly policy_id: string | null;
}

export interface View {
  decision(decision: Decision): Decision;
  explanation(explanation: Explanation): Explanation;
  preview(preview: Preview): Preview;
}

const WHOLE: View = { decision: (whole) => whole, explanation: (whole) => whole, preview: (whole) => whole };

/** What a caller may see. Those of the platform see all. */
export function viewOf(principal: Principal, visible: Visible): View {
  return principal.tenant === null ? WHOLE : partial(({ policy_id }) => policy_id === null || visible(policy_id));
}

function partial(seen: (of: OfPolicy) => boolean): View {
  const decision = (whole: Decision): Decision => {
    const { reasons, limits, approvals, shadow } = whole;
    if ([reasons, limits, approvals, shadow].every((of: readonly OfPolicy[]) => of.every(seen))) return whole;
    return {
      ...whole,
      reasons: told(reasons, seen),
      limits: limits.filter(seen),
      approvals: approvals.filter(seen),
      shadow: shadow.filter(seen),
    };
  };
  return {
    decision,
    explanation(whole) {
      const { policies, near_misses, smallest_change } = whole;
      const all = [...policies, ...near_misses].every(seen);
      return {
        ...whole,
        decision: decision(whole.decision),
        policies: policies.filter(seen),
        near_misses: near_misses.filter(seen),
        // Where a private policy has a part in it, a value that changes the effect tells what that policy looks at.
        smallest_change: all && (smallest_change === null || seen(smallest_change)) ? smallest_change : null,
        search_capped: all && whole.search_capped,
      };
    },
    preview(whole) {
      return {
        ...whole,
        decision: whole.decision === null ? null : decision(whole.decision),
        policies: whole.policies.filter(seen),
      };
    },
  };
}

/** The reasons, of private policies only what they tell whoever is stopped, once each: not even how many there are. */
function told(reasons: readonly Reason[], seen: (of: OfPolicy) => boolean): Reason[] {
  const said = new Set<string>();
  return reasons.flatMap((reason) => {
    if (seen(reason)) return [reason];
    const { effect, message, remedy } = reason;
    const words = JSON.stringify([effect, message, remedy]);
    if ((message === null && remedy === null) || said.has(words)) return [];
    said.add(words);
    return [{ policy_id: null, policy_name: null, effect, message, remedy, error: null }];
  });
}
