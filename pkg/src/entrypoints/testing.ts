// `portcullis/testing`: engines for tests.
import { PolicyEngine } from "./node.js";

export { type FixedNow, withNow } from "../testing.js";

import { allowing, denying } from "../testing.js";

/** An engine that allows every valid request. */
export function allowAll(): PolicyEngine {
  return PolicyEngine.loadSync({ policies: [allowing] });
}

/** An engine that denies every request. */
export function denyAll(): PolicyEngine {
  return PolicyEngine.loadSync({ policies: [denying] });
}
