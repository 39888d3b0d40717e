// Lists of policies: filters, and cursors that go on where a page ended.
import type { Parameter } from "./connection.js";
import { invalidArgument } from "./errors.js";
import type { PolicyContent, StoredPolicy } from "./rows.js";

/** What a list is of. */
export interface ListOptions
  extends Partial<Pick<PolicyContent, "scope" | "effect" | "enabled" | "enforcement" | "visibility">> {
  /** `own` for those that the caller owns, `platform` for those of the platform that it may read; both without it. */
  readonly owner?: "own" | "platform";
  /** Part of a name or of a description, in any case. */
  readonly search?: string;
  /** At most so many, 1 to 200; default 50. */
  readonly limit?: number;
  /** Where an earlier list ended. */
  readonly cursor?: string;
}

/** Some policies, by id. */
export interface PolicyPage {
  readonly policies: readonly StoredPolicy[];
  /** Where the next page begins; `null` if this is the last. */
  readonly next: string | null;
}

export const MOST_LISTED = 200;
const LISTED = 50;

const EQUAL: Readonly<Record<string, string>> = {
  scope: "text",
  effect: "text",
  enabled: "boolean",
  enforcement: "text",
  visibility: "text",
};

/**
 * The conditions of a list as SQL, and its parameters.
 * @throws PortcullisError `invalid_argument`.
 */
export function conditions(options: ListOptions): { where: string; parameters: Parameter[] } {
  const parameters: Parameter[] = [];
  const where: string[] = [];
  const parameter = (value: Parameter, type: string) => `$${parameters.push(value)}::${type}`;
  for (const [column, type] of Object.entries(EQUAL)) {
    const value = options[column as keyof ListOptions];
    if (value !== undefined) where.push(`${column} = ${parameter(value, type)}`);
  }
  if (options.owner === "own") where.push(`:"schema".owns(tenant_id)`);
  if (options.owner === "platform") where.push("tenant_id IS NULL");
  if (options.search !== undefined) {
    const text = parameter(options.search, "text");
    where.push(`position(lower(${text}) IN lower(name || ' ' || coalesce(description, ''))) > 0`);
  }
  if (options.cursor !== undefined) where.push(`id > ${parameter(readCursor(options.cursor), "text")}`);
  return { where: where.map((condition) => ` AND ${condition}`).join(""), parameters };
}

/** @throws PortcullisError `invalid_argument`. */
export function checkedLimit(limit: number = LISTED): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MOST_LISTED) return limit;
  throw invalidArgument(`\`limit\` is no integer from 1 to ${MOST_LISTED}`, "Ask for fewer, and go on by the cursor.");
}

/** A page of one row more than was asked for tells that there is another. */
export function pageOf(policies: StoredPolicy[], limit: number): PolicyPage {
  const listed = policies.slice(0, limit);
  const last = listed.at(-1);
  return { policies: listed, next: policies.length > limit && last !== undefined ? cursorAfter(last.id) : null };
}

const CURSOR = "1:";

function cursorAfter(id: string): string {
  return Buffer.from(CURSOR + id).toString("base64url");
}

function readCursor(cursor: string): string {
  const text = Buffer.from(cursor, "base64url").toString();
  if (text.startsWith(CURSOR) && cursorAfter(text.slice(CURSOR.length)) === cursor) return text.slice(CURSOR.length);
  throw invalidArgument("the cursor is none that a list has answered", "Begin without a cursor.");
}
