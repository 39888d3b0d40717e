// The database that an address names.
import type { Database } from "./connection.js";
import { invalidArgument } from "./errors.js";
import { pglite } from "./pglite.js";
import { type PostgresOptions, postgres } from "./postgres.js";

/** The address that stands for PGlite; with a folder after it, its data is kept there. */
const EMBEDDED = "pglite:";

/**
 * Opens the database at an address: `postgres://…`, `pglite:folder`, or `pglite:` for one in memory, which is also
 * what is opened without an address, but in production.
 *
 * @throws PortcullisError `invalid_argument` for any other address, and for none in production.
 */
export async function openDatabase(address: string | undefined, options?: PostgresOptions): Promise<Database> {
  if (address === undefined || address === "") {
    if (process.env["NODE_ENV"] === "production") {
      throw invalidArgument(
        "no database is named, and this is production",
        "Set DATABASE_URL to one of PostgreSQL, or to `pglite:folder` if an embedded one is meant.",
      );
    }
    return pglite();
  }
  if (address.startsWith(EMBEDDED)) return pglite(address.slice(EMBEDDED.length) || undefined);
  if (/^postgres(ql)?:/.test(address)) return postgres(address, options);
  throw invalidArgument(
    "the address of the database is none that is known",
    "Write `postgres://user@host/database`, or `pglite:folder`.",
  );
}
