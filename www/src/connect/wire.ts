// What the server says, as far as the page reads it.
import type { Diagnostic, Policy } from "portcullis";

/** What a policy says, whole. */
export interface Content {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly scope: Policy["scope"];
  readonly effect: Policy["effect"];
  readonly rule_expr: unknown;
  /** The owner; `null` is the platform. */
  readonly tenant_id: string | null;
  readonly enabled: boolean;
  readonly enforcement: "enforce" | "shadow";
  readonly visibility: "public" | "private";
}

export interface StoredPolicy extends Content {
  readonly revision: number;
  readonly updated_at: string;
  /** `null` for those who don't own it. */
  readonly updated_by: string | null;
}

export interface Caller {
  readonly subject: string;
  /** `null` is the platform. */
  readonly tenant: string | null;
  readonly roles: readonly string[];
  readonly writes: boolean;
}

export interface Saved {
  readonly policy: StoredPolicy;
  readonly warnings: readonly Diagnostic[];
}

export interface Validation {
  readonly valid: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

export interface Revision {
  readonly revision: number;
  readonly operation: "create" | "update" | "delete";
  /** `null` once it was deleted. */
  readonly policy: Content | null;
  readonly revised_at: string;
  readonly revised_by: string;
}

/** One place in which two policies differ; what is there on one side only has only that. */
export interface Difference {
  /** JSON Pointer into the policy. */
  readonly pointer: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

export interface LoggedDecision {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly tenant: string | null;
  readonly effect: "allow" | "deny" | "require_approval";
  readonly code: string;
  readonly mode: "auto" | "draft" | null;
  readonly policies: readonly string[];
  readonly action: string | null;
  readonly user: string | null;
  readonly workflow: string | null;
  readonly agent: string | null;
  readonly tool: string | null;
  readonly request: unknown;
  /** Whether that is the request as it was decided. */
  readonly complete: boolean;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next one begins; `null` if this is the last. */
  readonly next: string | number | null;
}
