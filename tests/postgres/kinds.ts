// The databases that the store's suite runs on: PostgreSQL, each part as its role, and PGlite.
import { PGlite } from "@electric-sql/pglite";
import type pg from "pg";
import { type DatabaseLike, migrate } from "portcullis/service";
import { afterwards } from "./cleanup.js";
import { newDatabase, newPool } from "./server.js";

/** A connection of the host's, as both drivers have them. */
export interface Host {
  query(text: string, parameters?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
}

/** A database with the schema, ready for the store and the loader. */
export interface Prepared {
  /** For the store. */
  readonly app: DatabaseLike;
  readonly appRole: string | undefined;
  /** For the loader. */
  readonly loader: DatabaseLike;
  readonly loaderRole: string | undefined;
  /** For the decision log. */
  readonly log: DatabaseLike;
  readonly logRole: string | undefined;
  /** As the superuser, whom row level security does not bind. */
  readonly above: DatabaseLike;
  /** As the superuser, by hand. */
  hand(statement: string, parameters?: unknown[]): Promise<Record<string, unknown>[]>;
  /** Runs work on a connection of the store's in a transaction of the host. */
  transaction<T>(work: (connection: Host) => Promise<T>): Promise<T>;
}

async function onPostgres(): Promise<Prepared> {
  const database = await newDatabase();
  const [owner, app, loader, log, superuser] = [
    ...[database.owner, database.app, database.loader, database.log, database.superuser],
  ].map((connectionString) => newPool({ connectionString, max: 5 })) as [pg.Pool, pg.Pool, pg.Pool, pg.Pool, pg.Pool];
  // Before the database is dropped, which was added earlier.
  afterwards(() => Promise.all([owner, app, loader, log, superuser].map((pool) => pool.end())));
  await migrate(owner, { roles: database.roles });
  await database.join();
  return {
    app,
    appRole: undefined,
    loader,
    loaderRole: undefined,
    log,
    logRole: undefined,
    above: superuser,
    hand: async (statement, parameters) => (await superuser.query(statement, parameters)).rows,
    async transaction(work) {
      const client = await app.connect();
      try {
        await client.query("BEGIN");
        const result = await work(client);
        await client.query("COMMIT");
        return result;
      } catch (error) {
        await client.query("ROLLBACK");
        throw error;
      } finally {
        client.release();
      }
    },
  };
}

async function onPglite(): Promise<Prepared> {
  const db = new PGlite();
  afterwards(() => db.close());
  await migrate(db, { roles: true });
  return {
    app: db,
    appRole: "portcullis_app",
    loader: db,
    loaderRole: "portcullis_loader",
    log: db,
    logRole: "portcullis_log",
    above: db,
    hand: async (statement, parameters) => (await db.query<Record<string, unknown>>(statement, parameters)).rows,
    transaction: (work) => db.transaction((inner) => work(inner as unknown as Host)),
  };
}

export const KINDS: readonly (readonly [string, () => Promise<Prepared>])[] = [
  ["PostgreSQL", onPostgres],
  ["PGlite", onPglite],
];
