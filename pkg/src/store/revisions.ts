// Revisions: who made a policy what it was, and how two of them differ.
import type { Row } from "./connection.js";
import type { PolicyContent } from "./rows.js";

/** What a policy was from some moment on. */
export interface Revision {
  readonly policy_id: string;
  readonly revision: number;
  readonly operation: "create" | "update" | "delete";
  /** `null` once it was deleted. */
  readonly policy: PolicyContent | null;
  /** RFC 3339 in UTC, to the millisecond. */
  readonly revised_at: string;
  /** As the caller named itself; `sql:USER` for who wrote without the store. */
  readonly revised_by: string;
}

/** One difference. What is only there before or after has only that. */
export interface Difference {
  /** JSON Pointer (RFC 6901) into the policy. */
  readonly pointer: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

export interface Comparison {
  readonly from: Revision;
  readonly to: Revision;
  readonly differences: readonly Difference[];
}

export function revisionOf(row: Row): Revision {
  const { policy } = row;
  return { ...row, policy: policy === null ? null : JSON.parse(String(policy)) } as unknown as Revision;
}

/** How two JSON values differ, at the deepest places; elements of arrays are compared by their places. */
export function differences(before: unknown, after: unknown, pointer = ""): Difference[] {
  if (before === after) return [];
  if (!isObject(before) || !isObject(after) || Array.isArray(before) !== Array.isArray(after)) {
    return [{ pointer, before, after }];
  }
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) => {
    const at = `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    if (!Object.hasOwn(after, key)) return [{ pointer: at, before: before[key] }];
    if (!Object.hasOwn(before, key)) return [{ pointer: at, after: after[key] }];
    return differences(before[key], after[key], at);
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
