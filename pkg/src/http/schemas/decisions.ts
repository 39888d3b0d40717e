// Requests, decisions, and what explains and foretells them.
import { DECISION_CODES, DECISION_EFFECTS } from "../../engine/decision.js";
import {
  anything,
  boolean,
  described,
  integer,
  list,
  nullable,
  nullableText,
  object,
  oneOf,
  ref,
  type Schema,
  text,
} from "./build.js";

const effect = oneOf(...DECISION_EFFECTS);
const code = oneOf(...DECISION_CODES);
const truth = oneOf("true", "false", "error");
const path = { anyOf: [text, list(text)] };

export const DECISION_SCHEMAS: Readonly<Record<string, Schema>> = {
  Request: {
    type: "object",
    description:
      "What is asked: `action`, `tenant`, `app`, `user`, `workflow`, `agent`, `tool`, `run`, `input`, and further facts. State every entity; `null` says that there is none. `now` is the server's time where it is left out, and `tenant` the caller's. What is amiss with it is no error but a decision: a deny, `invalid_request`.",
    properties: {
      action: described(anything, "`run_start`, `tool_call`, `agent_step`, `llm_call`, or one of the catalogue."),
      now: described(anything, "Milliseconds since 1970 in UTC."),
      tenant: described(anything, "`{ id }`"),
    },
    additionalProperties: true,
  },
  Fault: object({ code: text, field: path, pointer: nullableText, message: text }),
  Reason: object({
    policy_id: described(nullableText, "`null` where the request itself is amiss, or the policy is private."),
    policy_name: nullableText,
    effect: ref("Effect"),
    message: nullableText,
    remedy: nullableText,
    error: nullable(ref("Fault")),
  }),
  Limit: object({
    policy_id: text,
    index: integer,
    meter: { anyOf: [text, object({ field: path })] },
    kind: ref("LimitKind"),
    per: list(ref("Per")),
    key: list(text),
    window: nullableText,
    max: { type: "number" },
    burst: { type: ["number", "null"] },
    amount: { type: ["number", "null"] },
    on_exceed: ref("OnExceed"),
  }),
  ApprovalRequirement: object({
    policy_id: text,
    policy_digest: text,
    approvers: object({ roles: list(text), users: list(text), field: nullable(path) }),
    quorum: integer,
    exclude_requester: boolean,
    expires_in: text,
  }),
  Decision: object({
    effect,
    code,
    mode: ref("Mode"),
    reasons: list(ref("Reason")),
    limits: list(ref("Limit")),
    approvals: list(ref("ApprovalRequirement")),
    shadow: list(object({ policy_id: text, effect: ref("Effect") })),
    policy_set: described(text, "Digest of the platform's and the tenant's policies."),
  }),
  Clause: object({
    kind: oneOf("all", "any", "not", "leaf", "some", "every"),
    value: truth,
    pointer: text,
    element: { type: ["integer", "null"] },
    leaf: nullable({ type: "object", description: "What a leaf read, found and expected." }),
    children: list(ref("Clause")),
    omitted: integer,
  }),
  Explanation: object({
    decision: ref("Decision"),
    subject: object({
      ...Object.fromEntries(
        ["action", "tenant", "app", "user", "workflow", "agent", "tool", "run"].map((name) => [name, nullableText]),
      ),
      risk_level: anything,
      side_effects: anything,
      input: anything,
    }),
    policies: list(
      object({
        policy_id: text,
        policy_name: text,
        scope: ref("Scope"),
        effect: ref("Effect"),
        enforcement: ref("Enforcement"),
        covers: truth,
        value: truth,
        applies: boolean,
        error: nullable(ref("Fault")),
        clauses: list(ref("Clause")),
      }),
    ),
    near_misses: list(object({ policy_id: text, effect: ref("Effect"), pointer: text, field: path, needs: text })),
    smallest_change: nullable(
      object({ field: path, from: anything, to: anything, policy_id: text, pointer: text, effect, code }),
    ),
    search_capped: boolean,
  }),
  ExplanationText: object({ text }),
  Preview: object({
    effects: list(effect),
    modes: list(ref("Mode")),
    decision: nullable(ref("Decision")),
    may_be_invalid: boolean,
    policies: list(
      object({
        policy_id: text,
        policy_name: text,
        effect: ref("Effect"),
        outcome: oneOf("applies", "may_apply"),
        target: nullable(list(text)),
        actions: nullable(list(text)),
        tenant_id: nullableText,
        condition: described(anything, "A `Condition`, or `null` where nothing is left of it."),
        words: text,
      }),
    ),
    unknown: list(path),
  }),
  PreviewCell: object({ effects: list(effect), modes: list(ref("Mode")), settled: boolean, may_be_invalid: boolean }),
};
