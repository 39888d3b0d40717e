// PostgreSQL by an address: pools of `pg`, loaded when they are needed.
import type { Database } from "./connection.js";
import { caused, invalidArgument } from "./errors.js";
import { type PgClient, type PgPool, pooled } from "./pool.js";

/** How a database is reached by its address. */
export interface PostgresOptions {
  /** Connections at most; default 10. One more listens. */
  readonly connections?: number;
  /**
   * The address to listen at, where it is another: poolers and standbys pass no notifications on. `false` listens
   * nowhere, and changes are found by polling.
   */
  readonly listenAt?: string | false;
  /** What the server shows of who is connected; default `portcullis`. */
  readonly applicationName?: string;
}

/** As much of the driver as is used. */
interface Driver {
  readonly Pool: new (
    config: object,
  ) => PgPool & {
    on(event: "error", ignore: () => void): void;
    on(event: "connect", take: (client: PgClient) => void): void;
    end(): Promise<void>;
  };
  readonly Client: new (config: object) => PgClient;
}

/** Milliseconds to wait for a connection. */
const CONNECTS_WITHIN = 10_000;

/**
 * Opens PostgreSQL at an address such as `postgres://user@host/database`. Nothing is connected before it is needed.
 *
 * @throws PortcullisError `invalid_argument`, `driver_missing`.
 */
export async function postgres(url: string, options: PostgresOptions = {}): Promise<Database> {
  if (!/^postgres(ql)?:\/\//.test(url)) {
    throw invalidArgument("the address is none of PostgreSQL", "Write `postgres://user@host/database`.");
  }
  const { Pool, Client } = await driver();
  const common = {
    application_name: options.applicationName ?? "portcullis",
    connectionTimeoutMillis: CONNECTS_WITHIN,
    keepAlive: true,
  };
  const pool = new Pool({ ...common, connectionString: url, max: options.connections ?? 10, allowExitOnIdle: true });
  // A server that ends takes connections with it, also one that is just being handed over; who uses it finds out, and says so.
  const ignore = () => undefined;
  pool.on("error", ignore);
  pool.on("connect", (client) => client.on("error", ignore));
  const listenAt = options.listenAt ?? url;
  const newListener = () => new Client({ ...common, connectionString: listenAt });
  return { ...pooled(pool, listenAt === false ? undefined : newListener), close: () => pool.end() };
}

async function driver(): Promise<Driver> {
  try {
    const pg = (await import("pg")) as unknown as Driver & { default?: Driver };
    return pg.default ?? pg;
  } catch (cause) {
    throw caused(invalidArgument("the package `pg` is not installed", "Run `npm install pg`."), cause);
  }
}
