// Decisions as the log shows them.
import { DECISION_EFFECTS } from "../../engine/decision.js";
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

const ids = ["action", "app", "user", "workflow", "agent", "tool", "run", "call"];

export const LOG_SCHEMAS: Readonly<Record<string, Schema>> = {
  LoggedDecision: object({
    time: described(integer, "When it was taken, in milliseconds since 1970."),
    tenant: nullableText,
    effect: oneOf(...DECISION_EFFECTS),
    code: described(text, "That of the decision, or of what stopped the call undecided."),
    mode: nullable(ref("Mode")),
    enforced: described(boolean, "Whether what is denied was stopped."),
    policies: described(list(text), "Ids of the policies that applied, as far as the caller may read them."),
    shadow: described(list(text), "Ids of those in shadow that would have."),
    policy_set: nullableText,
    ...Object.fromEntries(ids.map((name) => [name, nullableText])),
    latency_us: { type: ["number", "null"] },
    request: described(anything, "What was asked, where the log keeps that."),
    complete: described(boolean, "Whether that is all of it, so that it can be decided again."),
  }),
  LogStatus: object({
    writer: described(text, "The chain of this process."),
    queued: described(integer, "Decisions that wait, or are being written."),
    queued_bytes: integer,
    written: described(integer, "Decisions that were acknowledged."),
    dropped: described(
      object({ allow: integer, deny: integer, require_approval: integer, unreadable: integer }),
      "Decisions that nobody took, for want of room.",
    ),
    sampled_out: integer,
    failures: described(integer, "Writes that failed since the last that did not."),
    failure: described(nullableText, "Why the last write failed; `null` if it didn't."),
    head: described(nullable(anything), "Up to where the chain was acknowledged."),
  }),
  LoggedDecisionPage: object({
    decisions: described(list(ref("LoggedDecision")), "The latest first."),
    next: described(nullableText, "The cursor of the next page; `null` if this is the last."),
  }),
};
