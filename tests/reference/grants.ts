/** Whether a grant covers a policy: bound to the policy as loaded, the request as given and the mode as decided. */
import { policyDigest } from "./digest.js";
import type { Mode, Policy, Trace } from "./types.js";
import { elementsOf, isObject, kindOf, member } from "./value.js";

export function isGranted(policy: Policy, grants: unknown, digest: string | null, mode: Mode, trace: Trace): boolean {
  if (kindOf(grants) !== "array") return false;
  const verdicts = elementsOf(grants as unknown[]).map((grant) => judge(grant, policy, digest, mode));
  for (const verdict of verdicts) trace(`grant:${verdict}`);
  return verdicts.includes("valid");
}

/** "valid", or the first thing that is wrong with it. */
function judge(grant: unknown, policy: Policy, digest: string | null, mode: Mode): string {
  if (!isObject(grant)) return "malformed";
  if (member(grant, "policy_id") !== policy.id) return "other_policy";
  if (member(grant, "policy_digest") !== policyDigest(policy)) return "other_policy_digest";
  if (digest === null) return "undigestible_request";
  if (member(grant, "request_digest") !== digest) return "other_request_digest";
  const granted = member(grant, "mode");
  if (granted === "auto") return "valid";
  if (granted === "draft") return mode === "draft" ? "valid" : "looser_mode";
  return "malformed";
}
