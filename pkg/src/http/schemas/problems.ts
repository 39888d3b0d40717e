// Problems, and what a server says of itself.
import { ROLES } from "../principal.js";
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

export const OTHER_SCHEMAS: Readonly<Record<string, Schema>> = {
  Problem: object(
    {
      type: described(text, "RFC 9457: always `about:blank`; `code` says more."),
      title: text,
      status: integer,
      code: described(text, "Stable and machine readable."),
      detail: text,
      remedy: described(text, "What can be done about it."),
      diagnostics: described(list(ref("Diagnostic")), "What the core found in a policy."),
      mistakes: described(
        list(object({ pointer: described(text, "JSON Pointer into the body, or a parameter's name."), message: text })),
        "What does not fit the schema.",
      ),
      current: described(integer, "The revision that the policy has now."),
    },
    ["diagnostics", "mistakes", "current"],
  ),
  Liveness: object({ status: { const: "ok" } }),
  Readiness: object({ status: oneOf("ok", "degraded") }),
  Caller: object({
    subject: described(text, "Who it is; revisions are signed with it."),
    tenant: described(nullableText, "The tenant that it belongs to; `null` is the platform."),
    roles: list(oneOf(...ROLES)),
    writes: described(boolean, "Whether they let it write what is its own."),
  }),
  Status: object({
    status: oneOf("ok", "degraded", "unavailable"),
    policy_set: nullableText,
    age_ms: { type: ["integer", "null"] },
    max_staleness_ms: { type: "number" },
    watching: boolean,
    enforcement: ref("Enforcement"),
    contained: list({ type: "object", description: "A stored policy that does not load, and what stands in for it." }),
    failure: nullable(object({ code: text, message: text, remedy: text, diagnostics: list(ref("Diagnostic")) })),
    sink_failures: integer,
    log: described(nullable(ref("LogStatus")), "`null` where this process logs no decisions."),
  }),
  Catalogue: described(anything, "What requests look like: actions, entities and tools."),
  OpenAPI: { type: "object", description: "This document." },
};
