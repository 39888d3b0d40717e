/** Grants for what a decision asks for, or would if nothing denied it: valid, stale in each way, and malformed. */
import { referenceDecide } from "../decide.js";
import { policyDigest, requestDigest } from "../digest.js";
import type { Grant, Json, Policy } from "../types.js";
import type { Random } from "./random.js";

const otherDigest = `sha256:${"0".repeat(64)}`;

/** Undefined for most requests that need none. */
export function generateGrants(policies: Policy[], request: unknown, random: Random): Json[] | undefined {
  const decision = referenceDecide(policies, request);
  const gates = policies.filter(
    ({ id, effect }) => effect === "require_approval" && decision.reasons.some(({ policy_id }) => policy_id === id),
  );
  if (gates.length === 0 || random.chance(0.2)) return random.chance(0.03) ? malformed(random) : undefined;
  const digest = requestDigest(request) ?? otherDigest;
  const allValid = random.chance(0.4);
  const grants = gates.map((policy): Json => {
    const grant: Grant = {
      policy_id: policy.id,
      policy_digest: policyDigest(policy),
      request_digest: digest,
      mode: decision.mode,
    };
    return allValid || random.chance(0.4)
      ? { ...grant, ...tighter(grant, random) }
      : { ...grant, ...staleness(random) };
  });
  return random.chance(0.15) ? [...malformed(random), ...grants] : grants;
}

/** Granted for auto covers draft. */
function tighter(grant: Grant, random: Random): Partial<Grant> {
  return grant.mode === "draft" && random.chance(0.5) ? { mode: "auto" } : {};
}

function staleness(random: Random): { [key: string]: Json } {
  return random.pick<{ [key: string]: Json }>([
    { policy_id: "another" },
    { policy_digest: otherDigest },
    { request_digest: otherDigest },
    { mode: "draft" },
    { mode: "manual" },
    { policy_digest: null },
    { request_digest: 1 },
  ]);
}

function malformed(random: Random): Json[] {
  return random.sample<Json>([null, "grant", 1, {}, [], { policy_id: 1 }, { mode: "auto" }], 2);
}
