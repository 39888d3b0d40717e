// Who calls, and what that lets them do.

/** `approver` is for approvals, and lets nobody read or write policies. */
export const ROLES = ["reader", "author", "admin", "approver"] as const;
export type Role = (typeof ROLES)[number];

/** Someone whose credentials were checked. */
export interface Principal {
  /** Who it is; revisions are signed with it. */
  readonly subject: string;
  /** The tenant that it belongs to; `null` is the platform. */
  readonly tenant: string | null;
  readonly roles: ReadonlySet<Role>;
}

/** What a route asks of its caller: anyone, anyone known, those who read, those who write, readers of the platform. */
export type Access = "public" | "known" | "read" | "write" | "platform";

/** Whether a caller may do what a route does, to what is its own. */
export function may({ tenant, roles }: Principal, access: Access): boolean {
  // A tenant has authors and the platform has administrators; neither role means anything on the other side.
  const writes = roles.has(tenant === null ? "admin" : "author");
  if (access === "write") return writes;
  const reads = writes || roles.has("reader");
  if (access === "platform") return tenant === null && reads;
  return access !== "read" || reads;
}

/** The roles among some words; others mean nothing here. */
export function rolesAmong(words: readonly unknown[]): ReadonlySet<Role> {
  return new Set(ROLES.filter((role) => words.includes(role)));
}
