// What goes wrong with the database, in words for people who call, without a word of the data or the statement.
import { PortcullisError } from "../engine/errors.js";

/** A write that was based on another revision than the current one. */
export class RevisionConflictError extends PortcullisError {
  /** The revision that the policy has now. */
  readonly current: number;

  constructor(id: string, expected: number, current: number) {
    super({
      code: "revision_conflict",
      message: `the policy \`${id}\` has revision ${current}, and the change was made to revision ${expected}`,
      remedy: "Read the policy again, apply the change to what it says now, and write that.",
      retryable: false,
    });
    this.current = current;
  }

  /** Whether something that was thrown is such an error; works across realms and bundles. */
  static override is(error: unknown): error is RevisionConflictError {
    return PortcullisError.is(error) && error.code === "revision_conflict";
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), current: this.current };
  }
}

export function invalidArgument(message: string, remedy: string): PortcullisError {
  return new PortcullisError({ code: "invalid_argument", message, remedy, retryable: false });
}

/** One for a policy that is not there, or that the caller may not see: which of them is not told. */
export function notFound(what = "policy"): PortcullisError {
  const message = `there is no such ${what}`;
  return new PortcullisError({ code: `${what}_not_found`, message, remedy: "List what there is.", retryable: false });
}

/** An error with what led to it, for logs; what callers are shown leaves that out. */
export function caused(error: PortcullisError, cause: unknown): PortcullisError {
  Object.defineProperty(error, "cause", { value: cause, enumerable: false, configurable: true, writable: true });
  return error;
}

/** The SQLSTATE of an error of a driver, or the code of one of a socket. */
export function stateOf(error: unknown): string {
  const { code } = (typeof error === "object" && error !== null ? error : {}) as { code?: unknown };
  return typeof code === "string" ? code : "";
}

/** What PostgreSQL can't store in a text, and what to do about it. */
export const NUL = ["a text holds the character NUL, which the database can't store", "Leave it out."] as const;

interface Kind {
  readonly matches: RegExp;
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly retryable: boolean;
}

/** By SQLSTATE; the first that matches. */
const KINDS: readonly Kind[] = [
  {
    matches: /^25006$/,
    code: "database_read_only",
    message: "the database takes no writes",
    remedy: "Connect to the primary server, and ask whoever runs it.",
    retryable: true,
  },
  {
    matches: /^(42P01|3F000|42703|42883)$/,
    code: "schema_missing",
    message: "the database lacks tables of Portcullis",
    remedy: "Run `portcullis migrate`, and give the store the name of that schema.",
    retryable: false,
  },
  {
    matches: /^(42501|22023|42704|28\w\w\w|3D000)$/,
    code: "database_refused",
    message: "the database refuses this user or role",
    remedy: "Run `portcullis migrate --roles`, and make the user a member of the role that it needs.",
    retryable: false,
  },
  {
    matches: /^(40001|40P01|55P03)$/,
    code: "database_conflict",
    message: "another transaction was in the way",
    remedy: "Run the whole transaction again.",
    retryable: true,
  },
  {
    matches: /^(22021|22P05)$/,
    code: "invalid_argument",
    message: NUL[0],
    remedy: NUL[1],
    retryable: false,
  },
  {
    // Connections lost or refused, servers that start, end or are full, statements that took too long.
    matches: /^(08\w\w\w|53\w\w\w|57\w\w\w|58\w\w\w|XX\w\w\w|E(?!RR_)[A-Z_]+)$/,
    code: "database_unavailable",
    message: "the database can't be reached, or doesn't answer",
    remedy: "Try again; if that goes on, look at the database.",
    retryable: true,
  },
];

/** Any error of a database, as one of this package. */
export function translated(error: unknown): PortcullisError {
  if (PortcullisError.is(error)) return error;
  const state = stateOf(error);
  // Drivers say in words alone that a connection has ended under a statement.
  const ended = state === "" && /connect|terminated|timeout|closed|not queryable/i.test(String(error));
  const kind = ended ? KINDS.at(-1) : KINDS.find(({ matches }) => matches.test(state));
  const { code, message, remedy, retryable } = kind ?? {
    code: "database_failed",
    message: "the database reports an error that is not expected",
    remedy: "See the `cause` of this error.",
    retryable: false,
  };
  return caused(new PortcullisError({ code, message, remedy, retryable }), error);
}

/** The connection was lost while the transaction was being committed. */
export function outcomeUnknown(cause: unknown): PortcullisError {
  const error = new PortcullisError({
    code: "outcome_unknown",
    message: "the connection was lost while the change was being saved; it may or may not have been",
    remedy: "Read the policy again: its revision tells.",
    retryable: false,
  });
  return caused(error, cause);
}

export function timedOut(milliseconds: number): PortcullisError {
  return new PortcullisError({
    code: "database_unavailable",
    message: `the database did not answer within ${milliseconds} ms`,
    remedy: "Try again; if that goes on, look at the database.",
    retryable: true,
  });
}
