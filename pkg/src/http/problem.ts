// What went wrong, as RFC 9457 says it, and which status it has.
import { STATUS_CODES } from "node:http";
import { PolicySetError, PortcullisError } from "../engine/errors.js";
import { RevisionConflictError } from "../store/errors.js";
import type { Diagnostic } from "../types/generated/Diagnostic.js";
import { type Answer, json } from "./call.js";

/** One thing that is wrong with a body or a query. */
export interface Mistake {
  /** JSON Pointer (RFC 6901) into the body, or the name of a parameter. */
  readonly pointer: string;
  readonly message: string;
}

/** What the API itself finds wrong, with its statuses. */
const FOUND = {
  malformed_json: 400,
  invalid_path: 400,
  invalid_query: 400,
  invalid_evaluation: 400,
  unauthorized: 401,
  forbidden: 403,
  route_not_found: 404,
  tenant_not_found: 404,
  catalogue_not_found: 404,
  revision_not_found: 404,
  address_unknown: 404,
  method_not_allowed: 405,
  revision_conflict: 412,
  body_too_large: 413,
  unsupported_media_type: 415,
  misdirected_request: 421,
  invalid_body: 422,
  revision_required: 428,
  internal_error: 500,
} as const;

/** What is thrown behind it and told to callers. */
const THROWN = {
  invalid_argument: 422,
  not_digestible: 422,
  policy_set_invalid: 422,
  policy_not_found: 404,
  revision_not_found: 404,
  not_owner: 403,
  policy_exists: 409,
  revision_conflict: 412,
  policies_unavailable: 503,
  engine_failure: 503,
  engine_closed: 503,
  engine_busy: 503,
  database_unavailable: 503,
  database_conflict: 503,
  database_read_only: 503,
  outcome_unknown: 503,
  keys_unavailable: 503,
} as const;

/** The status of every code that a problem may have. docs/http.md tells what they mean. */
export const STATUS = { ...FOUND, ...THROWN };
export type ProblemCode = keyof typeof STATUS;

/** The members of a problem beside those that RFC 9457 names. */
export interface ProblemDetails {
  /** Stable and machine readable. */
  readonly code: ProblemCode;
  readonly detail: string;
  /** What can be done about it. */
  readonly remedy: string;
  /** What the core found in a policy. */
  readonly diagnostics?: readonly Diagnostic[];
  readonly mistakes?: readonly Mistake[];
  /** The revision that the policy has now. */
  readonly current?: number;
}

/** A problem on its way to the caller. */
export class Problem extends Error {
  readonly status: number;
  readonly details: ProblemDetails;
  readonly headers: Readonly<Record<string, string>>;

  constructor(details: ProblemDetails, headers: Readonly<Record<string, string>> = {}) {
    super(details.detail);
    this.status = STATUS[details.code];
    this.details = details;
    this.headers = headers;
  }
}

export function answerOf({ status, details, headers }: Problem): Answer {
  const title = STATUS_CODES[status] ?? "Error";
  return json({ type: "about:blank", title, status, ...details }, status, {
    ...headers,
    "content-type": "application/problem+json",
  });
}

/** Anything that was thrown, as a problem. What is not expected says nothing of itself to the caller. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (!PortcullisError.is(error) || !isTold(error.code)) return unexpected();
  const { code, message: detail, remedy } = error;
  return new Problem(
    {
      code,
      detail: PolicySetError.is(error) ? "the policy is refused" : detail,
      remedy,
      ...(PolicySetError.is(error) && { diagnostics: error.diagnostics }),
      ...(RevisionConflictError.is(error) && { current: error.current }),
    },
    // Not where the call may have done what it was for.
    THROWN[code] === 503 && error.retryable ? { "retry-after": "1" } : {},
  );
}

function isTold(code: string): code is keyof typeof THROWN {
  return Object.hasOwn(THROWN, code);
}

function unexpected(): Problem {
  return new Problem({
    code: "internal_error",
    detail: "the server failed in a way that is not expected",
    remedy: "Ask the people who run this platform: the server's log says why.",
  });
}

/** What is not there, or not the caller's to see: which of them is not told. */
export function noSuch(what: "route" | "tenant" | "catalogue" | "revision"): Problem {
  return new Problem({
    code: `${what}_not_found`,
    detail: `there is no such ${what}`,
    remedy: what === "route" ? "See `/openapi.json`." : "List what there is.",
  });
}
