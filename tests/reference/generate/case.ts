/** One case: a set of policies, requests for it, and the grants that go with each request. */
import type { Json, Policy } from "../types.js";
import type { Ask } from "./ask.js";
import { generateGrants } from "./grants.js";
import { generateHeavyCase } from "./heavy.js";
import { generatePolicies } from "./policy.js";
import type { Random } from "./random.js";
import { generateRequest } from "./request.js";

export interface Case {
  policies: Policy[];
  /** I-JSON, but for a root that is no object at all. */
  requests: unknown[];
  /** For the request of the same index. */
  grants: (Json[] | undefined)[];
}

/** Caps take values of many kilobytes, so they are rare. */
const HEAVY = 0.08;

export function generateCase(random: Random): Case {
  if (random.chance(HEAVY)) return generateHeavyCase(random);
  const asks: Ask[] = [];
  const policies = generatePolicies({ random, asks, inBody: false });
  const requests = Array.from({ length: random.between(3, 7) }, () =>
    random.chance(0.004) ? random.pick<Json>([null, [], "x", 1, true]) : generateRequest(asks, random),
  );
  return { policies, requests, grants: requests.map((request) => generateGrants(policies, request, random)) };
}
