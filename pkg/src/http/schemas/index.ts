// All schemas: requests are checked by them, and the document is made of them.
import { AUTHZEN_SCHEMAS } from "../authzen/schemas.js";
import type { Schema } from "./build.js";
import { DECISION_SCHEMAS } from "./decisions.js";
import { LOG_SCHEMAS } from "./log.js";
import { POLICY_SCHEMAS } from "./policies.js";
import { OTHER_SCHEMAS } from "./problems.js";

export const SCHEMAS: Readonly<Record<string, Schema>> = {
  ...POLICY_SCHEMAS,
  ...DECISION_SCHEMAS,
  ...LOG_SCHEMAS,
  ...AUTHZEN_SCHEMAS,
  ...OTHER_SCHEMAS,
};
