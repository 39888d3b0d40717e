// Policies as they are written, stored and compared. What a policy says comes from the core's own types.
import generated from "../../types/generated/policies.schema.json" with { type: "json" };
import {
  anything,
  boolean,
  described,
  integer,
  list,
  nullable,
  nullableText,
  object,
  ref,
  type Schema,
  text,
  time,
} from "./build.js";

/** The generated schemas, which refer to one another, in the place where a document has its schemas. */
const { Policy, ...parts } = JSON.parse(
  JSON.stringify(generated.$defs).replaceAll('"#/$defs/', '"#/components/schemas/'),
) as Record<string, Schema> & { Policy: Schema & { required: string[]; properties: Record<string, Schema> } };

const CONTENT = {
  id: text,
  name: text,
  description: nullableText,
  scope: ref("Scope"),
  effect: ref("Effect"),
  rule_expr: described(anything, "A `RuleExpr`, unless the row was edited by hand."),
  tenant_id: described(nullableText, "The owner; `null` is the platform."),
  enabled: boolean,
  enforcement: ref("Enforcement"),
  visibility: ref("Visibility"),
};

export const POLICY_SCHEMAS: Readonly<Record<string, Schema>> = {
  ...parts,
  PolicyDraft: {
    ...Policy,
    description: "A policy as it is written. A tenant's policies are given their ids; the platform may choose them.",
    required: Policy.required.filter((name) => name !== "id"),
  },
  StoredPolicy: object({
    ...CONTENT,
    revision: described(integer, "1, and one more for each change; the same as in the ETag."),
    created_at: time,
    updated_at: time,
    updated_by: described(nullableText, "Who changed it last; `null` for those who don't own it."),
  }),
  Saved: object({
    policy: ref("StoredPolicy"),
    warnings: described(list(ref("Diagnostic")), "What is legal and unwise in it."),
  }),
  PolicyPage: object({
    policies: list(ref("StoredPolicy")),
    next: described(nullableText, "The cursor of the next page; `null` if this is the last."),
  }),
  Revision: object({
    policy_id: text,
    revision: integer,
    operation: { type: "string", enum: ["create", "update", "delete"] },
    policy: described(nullable(object(CONTENT)), "As it was from then on; `null` once it was deleted."),
    revised_at: time,
    revised_by: text,
  }),
  Deleted: object({ revision: described(integer, "The revision that says so; restoring is based on it.") }),
  RevisionPage: object({
    revisions: described(list(ref("Revision")), "The latest first."),
    next: described({ type: ["integer", "null"] }, "`before` of the next page; `null` if this is the last."),
  }),
  Comparison: object({
    from: ref("Revision"),
    to: ref("Revision"),
    differences: list(
      object({ pointer: described(text, "JSON Pointer into the policy."), before: anything, after: anything }, [
        "before",
        "after",
      ]),
    ),
  }),
  Diagnostic: object({
    code: text,
    severity: { type: "string", enum: ["error", "warning"] },
    policy_id: nullableText,
    pointer: described(text, "JSON Pointer into the policy."),
    message: text,
    help: text,
  }),
  Validation: object({
    valid: described(boolean, "Whether it could be saved: warnings don't stand in the way."),
    diagnostics: list(ref("Diagnostic")),
  }),
};
