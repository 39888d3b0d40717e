// What can be a database: anything that has `query(text, parameters)`.
import {
  begun,
  type Connection,
  connectionOf,
  type Database,
  type Listener,
  type Listening,
  type Queryable,
} from "./connection.js";
import { invalidArgument, stateOf, translated } from "./errors.js";
import { isPool, listeningBeside, poolOf } from "./pool.js";

/** What can be a database: one of this package's own, or what a driver gives. */
export type DatabaseLike = Database | Queryable;

/** The database that something is; a connection that is in a transaction already is joined. */
export function databaseOf(like: DatabaseLike): Database {
  if (typeof like !== "object" || like === null) throw unusable();
  if (!("query" in like) || typeof like.query !== "function") {
    if ("transaction" in like && typeof like.transaction === "function") return like;
    throw unusable();
  }
  const pool = poolOf(like);
  if (pool !== undefined) return pool;
  // PGlite or a DataSource of TypeORM, which begin transactions by themselves; an EntityManager may be in one.
  const within = "queryRunner" in like && like.queryRunner !== undefined;
  if (!within && "transaction" in like && typeof like.transaction === "function") {
    return transacting(like as Queryable & Transacting);
  }
  return joined(like);
}

function unusable() {
  return invalidArgument(
    "what was given is no database",
    "Give a pool or a client of `pg`, a QueryRunner of TypeORM, PGlite, or what `openDatabase` answers.",
  );
}

interface Transacting {
  transaction<T>(work: (inner: Queryable) => Promise<T>): Promise<T>;
  /** PGlite hears of what it announces itself. */
  listen?(channel: string, heard: () => void): Promise<() => Promise<void>>;
  /** TypeORM has a pool of `pg`, once it is connected. */
  readonly driver?: { readonly master?: unknown };
}

function transacting(like: Transacting): Database {
  const pool = like.driver?.master;
  return {
    ...(typeof like.listen === "function" && { listen: (channel, listener) => listening(like, channel, listener) }),
    ...(isPool(pool) && { listen: (channel, listener) => listeningBeside(pool, channel, listener) }),
    async transaction(work) {
      try {
        return await like.transaction((inner) => work(connectionOf(inner)));
      } catch (error) {
        throw translated(error);
      }
    },
  };
}

function listening(like: Transacting, channel: string, listener: Listener): Listening {
  const heard = () => listener.onNotify();
  const begins = like.listen?.(`"${channel.replaceAll('"', '""')}"`, heard).then((end) => {
    listener.onState(true);
    return end;
  });
  // Without it there is still the poll.
  begins?.catch(() => undefined);
  return { close: async () => (await begins?.catch(() => undefined))?.() };
}

/** What waits for each connection: the statements of two transactions must not mix. */
const queues = new WeakMap<Queryable, Promise<unknown>>();

/** A connection that belongs to the caller: within its transaction by a savepoint, else by one of its own. */
function joined(queryable: Queryable): Database {
  return {
    transaction(work) {
      const before = queues.get(queryable);
      const run = (before ?? Promise.resolve()).then(() => joinedTransaction(queryable, work));
      const settled = run.catch(() => undefined);
      queues.set(queryable, settled);
      return run;
    },
  };
}

async function joinedTransaction<T>(queryable: Queryable, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = connectionOf(queryable);
  try {
    await connection.rows("SAVEPOINT portcullis");
  } catch (error) {
    if (stateOf(error) !== NO_TRANSACTION) throw translated(error);
    return begun(connection, work);
  }
  try {
    const before = await connection.rows(READ_SETTINGS);
    const result = await work(connection);
    // The host's statements go on as whoever they were.
    await connection.rows(
      RESTORE_SETTINGS,
      SETTINGS.map((_, i) => String(before[0]?.[`s${i}`] ?? "")),
    );
    await connection.rows("RELEASE SAVEPOINT portcullis");
    return result;
  } catch (error) {
    await connection.rows("ROLLBACK TO SAVEPOINT portcullis").catch(() => undefined);
    throw translated(error);
  }
}

const NO_TRANSACTION = "25P01";
/** What a transaction of this package says of itself; `role` must be the last, since it takes rights away. */
const SETTINGS = [
  ...["portcullis.tenant", "portcullis.platform", "portcullis.actor", "portcullis.loader", "portcullis.log"],
  "portcullis.api_key",
  "role",
];
const READ_SETTINGS = `SELECT ${SETTINGS.map((name, i) => `current_setting('${name}', true) AS s${i}`).join(", ")}`;
const RESTORE_SETTINGS = `SELECT ${SETTINGS.map((name, i) => `set_config('${name}', $${i + 1}, true)`).join(", ")}`;
