// The messages of AuthZEN's Authorization API 1.0.
import {
  anything,
  boolean,
  described,
  integer,
  list,
  object,
  oneOf,
  ref,
  type Schema,
  text,
} from "../schemas/build.js";
import { DECISION_SCHEMAS } from "../schemas/decisions.js";
import { OBLIGATIONS } from "./obligations.js";

const DECISION = DECISION_SCHEMAS["Decision"] as Schema & { properties: object };

/** Members that the standard does not know are passed over, as it asks. */
function open(schema: Schema): Schema {
  return { ...schema, additionalProperties: true };
}

const properties = { type: "object", additionalProperties: true };
const PARTS = {
  subject: ref("AuthZenEntity"),
  action: ref("AuthZenAction"),
  resource: ref("AuthZenEntity"),
  context: { type: "object", additionalProperties: true },
};

/** Evaluations that one call may hold. */
export const MOST_EVALUATIONS = 1_000;

export const AUTHZEN_SCHEMAS: Readonly<Record<string, Schema>> = {
  AuthZenEntity: open(object({ type: text, id: text, properties }, ["properties"])),
  AuthZenAction: open(object({ name: text, properties }, ["properties"])),
  AuthZenEvaluation: open(object(PARTS, ["context"])),
  AuthZenPart: described(open(object(PARTS, Object.keys(PARTS))), "What it leaves out comes from the whole."),
  AuthZenEvaluations: open(
    object(
      {
        ...PARTS,
        evaluations: list(anything, { maxItems: MOST_EVALUATIONS }),
        options: open(
          object({ evaluations_semantic: oneOf("execute_all", "deny_on_first_deny", "permit_on_first_permit") }, [
            "evaluations_semantic",
          ]),
        ),
      },
      [...Object.keys(PARTS), "evaluations", "options"],
    ),
  ),
  AuthZenDecision: object({
    decision: described(boolean, "`true` for `allow` alone, and where the caller heeds all that it is bound to."),
    context: {
      anyOf: [ref("AuthZenContext"), object({ error: object({ status: integer, code: text, message: text }) })],
      description: "The whole decision; or why there is none for this evaluation.",
    },
  }),
  AuthZenContext: {
    ...DECISION,
    properties: {
      ...DECISION.properties,
      obligations: described(
        list(oneOf(...OBLIGATIONS)),
        "What an `allow` is bound to: the `mode`, which is stricter than what was asked for, and the `limits`.",
      ),
    },
  },
  AuthZenDecisions: object({ evaluations: list(ref("AuthZenDecision")) }),
  AuthZenConfiguration: object({
    policy_decision_point: text,
    access_evaluation_endpoint: text,
    access_evaluations_endpoint: text,
  }),
};
