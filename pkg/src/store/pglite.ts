// PGlite by a folder: PostgreSQL in this very process, loaded when it is needed.
import type { Database } from "./connection.js";
import { databaseOf } from "./database.js";
import { caused, invalidArgument } from "./errors.js";

/** As much of the package as is used. */
interface Embedded {
  readonly waitReady: Promise<void>;
  query(text: string): Promise<unknown>;
  close(): Promise<void>;
}

/**
 * Opens PGlite with its data in a folder, or in memory without one. It serves one process and one connection.
 *
 * @throws PortcullisError `invalid_argument`.
 */
export async function pglite(folder?: string): Promise<Database> {
  const { PGlite } = await embedded();
  const db = new PGlite(folder);
  await db.waitReady;
  return { ...databaseOf(db), close: () => db.close() };
}

async function embedded(): Promise<{ PGlite: new (folder?: string) => Embedded }> {
  try {
    return (await import("@electric-sql/pglite")) as unknown as { PGlite: new (folder?: string) => Embedded };
  } catch (cause) {
    const message = "the package `@electric-sql/pglite` is not installed";
    throw caused(invalidArgument(message, "Run `npm install @electric-sql/pglite`."), cause);
  }
}
