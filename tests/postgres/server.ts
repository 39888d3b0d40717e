// Databases for tests: each file makes one of its own, with roles of its own, on a server that is there.
import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterwards } from "./cleanup.js";
import { dropOrphans } from "./orphans.js";

/** As a superuser; scripts/setup/postgres says where. */
export const SERVER = process.env["PORTCULLIS_POSTGRES"] ?? "postgres://postgres@127.0.0.1:5432/postgres";

/** A database, and addresses of it by user. */
export interface TestDatabase {
  readonly name: string;
  /** Owns the database and the tables, and is no superuser. */
  readonly owner: string;
  /** Is a member of the role `app`, and no more. */
  readonly app: string;
  /** Is a member of the role `loader`, and no more. */
  readonly loader: string;
  /** Is a member of the role `log`, and no more. */
  readonly log: string;
  /** The names that the roles get by migrating. */
  readonly roles: { readonly app: string; readonly loader: string; readonly log: string };
  /** As the superuser. */
  readonly superuser: string;
  /** Makes the users of `app`, `loader` and `log`, once the roles are there. */
  join(): Promise<void>;
}

/** Runs statements as someone. */
export async function sql(address: string, ...statements: string[]): Promise<pg.QueryResultRow[]> {
  const client = new pg.Client(address);
  await client.connect();
  try {
    let rows: pg.QueryResultRow[] = [];
    for (const statement of statements) ({ rows } = await client.query(statement));
    return rows;
  } finally {
    await client.end();
  }
}

let swept: Promise<void> | undefined;

/** Once in each process. */
function sweep(server: string): Promise<void> {
  swept ??= (async () => {
    const client = new pg.Client(server);
    await client.connect();
    await dropOrphans(client).finally(() => client.end());
  })();
  return swept;
}

/** A pool whose connections the server may end, as it does when a database is dropped before they are closed. */
export function newPool(config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool(config);
  const ignore = () => undefined;
  pool.on("error", ignore);
  pool.on("connect", (client) => client.on("error", ignore));
  return pool;
}

/** A database that is gone after the tests of the file. */
export async function newDatabase(server = SERVER): Promise<TestDatabase> {
  if (server === SERVER) await sweep(server);
  const name = `portcullis_test_${randomBytes(6).toString("hex")}`;
  const roles = { app: `${name}_app`, loader: `${name}_loader`, log: `${name}_log` };
  const [owner, appUser, loaderUser, logUser] = ["owner", "app_user", "loader_user", "log_user"].map(
    (user) => `${name}_${user}`,
  ) as [string, string, string, string];
  await sql(server, `CREATE ROLE ${owner} LOGIN CREATEROLE`, `CREATE DATABASE ${name} OWNER ${owner}`);
  afterwards(async () => {
    // The server may be one that the tests have stopped.
    await sql(
      server,
      `DROP DATABASE ${name} WITH (FORCE)`,
      ...[appUser, loaderUser, logUser, roles.app, roles.loader, roles.log, owner].map(
        (role) => `DROP ROLE IF EXISTS ${role}`,
      ),
    ).catch((error: unknown) => {
      if (server === SERVER) throw error;
    });
  });
  const as = (user: string) => {
    const url = new URL(server);
    url.username = user;
    url.pathname = `/${name}`;
    return url.href;
  };
  return {
    name,
    roles,
    owner: as(owner),
    app: as(appUser),
    loader: as(loaderUser),
    log: as(logUser),
    superuser: as(new URL(server).username),
    join: async () => {
      await sql(
        server,
        `CREATE ROLE ${appUser} LOGIN IN ROLE ${roles.app}`,
        `CREATE ROLE ${loaderUser} LOGIN IN ROLE ${roles.loader}`,
        `CREATE ROLE ${logUser} LOGIN IN ROLE ${roles.log}`,
      );
    },
  };
}
