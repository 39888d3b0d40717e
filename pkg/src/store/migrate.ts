// Brings a database's schema up to date.
import { PortcullisError } from "../engine/errors.js";
import type { Connection, Database, Row } from "./connection.js";
import { type DatabaseLike, databaseOf } from "./database.js";
import { caused, translated } from "./errors.js";
import {
  inSchema,
  lockStatement,
  MIGRATIONS,
  type Migration,
  type Names,
  NEWEST,
  type RoleNames,
  rolesScript,
  scriptOf,
} from "./migrations.js";

export interface MigrateOptions extends Omit<Names, "roles"> {
  /** Also makes the roles and grants them what they need; `true` for the names that they have by default. */
  readonly roles?: boolean | RoleNames;
  /** Milliseconds that one migration may take; default 10 minutes. */
  readonly timeoutMs?: number;
}

/** What was done. */
export interface Migrated {
  /** The names of the migrations that were applied now. */
  readonly applied: readonly string[];
  /** The version that the schema has. */
  readonly version: number;
}

const TIMEOUT = 600_000;

/**
 * Applies what is missing, each migration in a transaction of its own. Processes that do so at once wait for one
 * another.
 *
 * @throws PortcullisError `database_newer` if the schema is of a newer version than this package, `migration_edited`
 * if one was applied that differs from the one here, `migration_failed`, `database_unavailable`.
 */
export async function migrate(database: DatabaseLike, options: MigrateOptions = {}): Promise<Migrated> {
  const { roles, timeoutMs = TIMEOUT, schema } = options;
  const on = databaseOf(database);
  const applied: string[] = [];
  for (let next = await step(on, { schema }, timeoutMs); next !== undefined; ) {
    applied.push(next.name);
    next = await step(on, { schema }, timeoutMs);
  }
  if (roles !== undefined && roles !== false) {
    const script = rolesScript({ schema, roles: roles === true ? undefined : roles });
    await on.transaction(
      async (connection) => {
        // Grants and policies of two processes would get in one another's way.
        await connection.script(lockStatement({ schema }));
        await attempt("roles", () => connection.script(script));
      },
      { timeoutMs },
    );
  }
  return { applied, version: NEWEST };
}

/** Applies the next migration that is missing, if there is one. */
function step(database: Database, names: Names, timeoutMs: number): Promise<Migration | undefined> {
  return database.transaction(
    async (connection) => {
      // Before looking: another process may be about to apply the same.
      await connection.script(lockStatement(names));
      const migration = MIGRATIONS[checked(await recorded(connection, names))];
      if (migration !== undefined) await attempt(migration.name, () => connection.script(scriptOf(migration, names)));
      return migration;
    },
    { timeoutMs },
  );
}

async function attempt(name: string, apply: () => Promise<void>): Promise<void> {
  try {
    await apply();
  } catch (error) {
    const known = translated(error);
    if (known.retryable) throw known;
    const message = `\`${name}\` can't be applied: ${error instanceof Error ? error.message : String(error)}`;
    const remedy =
      known.code === "database_refused"
        ? "Run it as a user that may create schemas and, for `--roles`, roles; or have someone run what `--print` says."
        : "Nothing of it was kept. Put right what the database complains of, and run it again.";
    throw caused(new PortcullisError({ code: "migration_failed", message, remedy, retryable: false }), error);
  }
}

async function recorded(connection: Connection, names: Names): Promise<readonly Row[]> {
  const [found] = await connection.rows(
    inSchema(
      `SELECT EXISTS (SELECT FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
                      WHERE nspname = :'schema' AND relname = 'migrations') AS there`,
      names,
    ),
  );
  if (found?.["there"] !== true) return [];
  return connection.rows(inSchema(`SELECT version, name, checksum FROM :"schema".migrations ORDER BY version`, names));
}

/** How many migrations are applied, each as it is here. */
function checked(rows: readonly Row[]): number {
  if (rows.length > MIGRATIONS.length) throw newer(Number(rows.at(-1)?.["version"]));
  rows.forEach(({ version, name, checksum }, i) => {
    const migration = MIGRATIONS[i];
    if (migration === undefined || version !== i || checksum !== migration.checksum) throw edited(String(name), i);
  });
  return rows.length;
}

function edited(name: string, version: number): PortcullisError {
  return new PortcullisError({
    code: "migration_edited",
    message: `migration ${version}, \`${name}\`, was applied with another text than it has here`,
    remedy: "Use the release of Portcullis that applied it, or a newer one; applied migrations are never edited.",
    retryable: false,
  });
}

function newer(version: number): PortcullisError {
  return new PortcullisError({
    code: "database_newer",
    message: `the schema has version ${version}, and this release of Portcullis knows ${NEWEST}`,
    remedy: "Update Portcullis.",
    retryable: false,
  });
}

/** Checks once that the schema is of the version that this package needs. */
export class VersionCheck {
  #done = false;

  /** @throws PortcullisError `database_newer`, `schema_missing`. */
  async on(connection: Connection, names: Names): Promise<void> {
    if (!this.#done) await checkVersion(connection, names);
    this.#done = true;
  }
}

async function checkVersion(connection: Connection, names: Names): Promise<void> {
  const [row] = await connection.rows(inSchema(`SELECT max(version) AS version FROM :"schema".migrations`, names));
  const version = Number(row?.["version"] ?? -1);
  if (version > NEWEST) throw newer(version);
  if (version < NEWEST) {
    throw new PortcullisError({
      code: "schema_missing",
      message: `the schema has version ${version}, and this release of Portcullis needs ${NEWEST}`,
      remedy: "Run `portcullis migrate`.",
      retryable: false,
    });
  }
}
