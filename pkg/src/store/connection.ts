// Connections: what drivers have, made alike, and transactions on them.
import type { PortcullisError } from "../engine/errors.js";
import { outcomeUnknown, translated } from "./errors.js";

export type Row = Readonly<Record<string, unknown>>;
/** What statements are given; text for anything else, and cast in SQL, so that no driver's habits matter. */
export type Parameter = string | number | boolean | null;

/** What drivers have: a client of `pg`, a QueryRunner or an EntityManager of TypeORM, PGlite or its transaction. */
export interface Queryable {
  query(text: string, parameters?: Parameter[]): Promise<unknown>;
}

/** A connection within a transaction. */
export interface Connection {
  rows(text: string, parameters?: readonly Parameter[]): Promise<readonly Row[]>;
  /** Several statements, without parameters. */
  script(text: string): Promise<void>;
}

export interface TransactionOptions {
  /** After so many milliseconds it fails, and its connection is dropped where that is possible. */
  readonly timeoutMs?: number | undefined;
  /** Whether that is the time of each statement, where it is not known how many there are; else of the whole. */
  readonly each?: boolean;
}

export interface Database {
  /** Runs work in a transaction: all that it does is there afterwards, or nothing. */
  transaction<T>(work: (connection: Connection) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** Hears of changes; where there is none, they are found by polling alone. */
  readonly listen?: (channel: string, listener: Listener) => Listening;
  /** Closes what was opened for it, and nothing that was handed in. */
  close?(): Promise<void>;
}

export interface Listener {
  /** Something was announced. */
  onNotify(): void;
  /** Listening began, again or for the first time, or it ended. */
  onState(listening: boolean): void;
}

export interface Listening {
  close(): Promise<void>;
}

/** How far a transaction has come. */
export interface Progress {
  /** From here on, an error does not say that nothing was saved. */
  committing: boolean;
}

/** Runs work between BEGIN and COMMIT. */
export async function begun<T>(
  connection: Connection,
  work: (connection: Connection) => Promise<T>,
  progress: Progress = { committing: false },
): Promise<T> {
  try {
    await connection.rows("BEGIN");
    const result = await work(connection);
    progress.committing = true;
    await connection.rows("COMMIT");
    return result;
  } catch (error) {
    await connection.rows("ROLLBACK").catch(() => undefined);
    throw lost(error, progress);
  }
}

/** What an error comes to, by how far the transaction has come. */
export function lost(error: unknown, { committing }: Progress): PortcullisError {
  const known = translated(error);
  return committing && known.code === "database_unavailable" ? outcomeUnknown(error) : known;
}

interface Scripting {
  exec(text: string): Promise<unknown>;
}

/** Drivers answer `{ rows }` or the rows themselves; PGlite has another call for several statements. */
export function connectionOf(queryable: Queryable): Connection {
  return {
    async rows(text, parameters = []) {
      const result = await queryable.query(text, [...parameters]);
      return (Array.isArray(result) ? result : ((result as { rows?: Row[] } | undefined)?.rows ?? [])) as Row[];
    },
    async script(text) {
      const { exec } = queryable as Partial<Scripting>;
      await (exec === undefined ? queryable.query(text) : exec.call(queryable, text));
    },
  };
}
