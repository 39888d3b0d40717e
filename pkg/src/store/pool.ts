// Pools of `pg`: a connection for each transaction, and one of its own to listen.
import { setTimeout as pause } from "node:timers/promises";
import {
  begun,
  type Connection,
  connectionOf,
  type Database,
  type Listener,
  type Listening,
  lost,
  type Queryable,
  type TransactionOptions,
} from "./connection.js";
import { timedOut } from "./errors.js";

/** A client of `pg`, as much of it as is used. */
export interface PgClient extends Queryable {
  connect(): Promise<unknown>;
  end(): Promise<void>;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "end", listener: () => void): unknown;
  on(event: "notification", listener: (message: unknown) => void): unknown;
  unref?(): void;
}

interface PooledClient extends PgClient {
  release(destroy?: boolean): void;
  removeListener(event: "error", listener: (error: Error) => void): unknown;
}

/** A pool of `pg`, as much of it as is used. */
export interface PgPool extends Queryable {
  connect(): Promise<PooledClient>;
  readonly totalCount: number;
  readonly options: object;
  /** What its clients are made by. */
  readonly Client: new (
    config: object,
  ) => PgClient;
}

/** Milliseconds that a transaction may take, unless something else is said. */
const TIMEOUT = 30_000;
/** Milliseconds between attempts to listen again: the first, and the most. */
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 10_000;

/** The database of a pool, if it is one. */
export function poolOf(like: object): Database | undefined {
  return isPool(like) ? pooled(like, () => likeThoseOf(like)) : undefined;
}

export function isPool(like: unknown): like is PgPool {
  const { totalCount, connect } = (like ?? {}) as Partial<PgPool>;
  return typeof totalCount === "number" && typeof connect === "function";
}

/** Listens with what a pool's clients are made of, but not with one of them: it is kept for as long as someone listens. */
export function listeningBeside(pool: PgPool, channel: string, listener: Listener): Listening {
  return new Ear(() => likeThoseOf(pool), channel, listener);
}

function likeThoseOf(pool: PgPool): PgClient {
  return new pool.Client({ ...pool.options, ...secrets(pool.options), keepAlive: true });
}

/** Pools hide their password from enumeration. */
function secrets(options: object): object {
  const { password } = options as { password?: unknown };
  return password === undefined ? {} : { password };
}

export function pooled(pool: PgPool, newListener: (() => PgClient) | undefined): Database {
  return {
    transaction: (work, options) => inPool(pool, work, options),
    ...(newListener && { listen: (channel, listener) => new Ear(newListener, channel, listener) }),
  };
}

async function inPool<T>(
  pool: PgPool,
  work: Parameters<typeof begun<T>>[1],
  { timeoutMs = TIMEOUT, each = false }: TransactionOptions = {},
): Promise<T> {
  let client: PooledClient | undefined;
  let late = false;
  const progress = { committing: false };
  const ignore = () => undefined;
  const give = (destroy: boolean) => {
    client?.removeListener("error", ignore);
    client?.release(destroy);
    client = undefined;
  };
  const run = async () => {
    const got = await pool.connect();
    client = got;
    // A connection that breaks between two statements would else end the process.
    got.on("error", ignore);
    if (late) return give(false) as never;
    const connection = connectionOf(got);
    return begun(each ? answering(connection, () => timer?.refresh()) : connection, work, progress);
  };
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, fail) => {
    timer = setTimeout(() => {
      late = true;
      fail(timedOut(timeoutMs));
    }, timeoutMs);
  });
  try {
    const result = await Promise.race([run(), timeout]);
    give(false);
    return result;
  } catch (error) {
    const known = lost(error, progress);
    // Nobody knows what a connection is doing that did not answer.
    give(["database_unavailable", "outcome_unknown"].includes(known.code));
    throw known;
  } finally {
    clearTimeout(timer);
  }
}

/** The same connection, which tells of each answer. */
function answering(connection: Connection, answered: () => void): Connection {
  const told = async <T>(answer: Promise<T>): Promise<T> => {
    const value = await answer;
    answered();
    return value;
  };
  return {
    rows: (text, parameters) => told(connection.rows(text, parameters)),
    script: (text) => told(connection.script(text)),
  };
}

/** Listens on a connection of its own, and again when it breaks. */
class Ear implements Listening {
  readonly #newClient: () => PgClient;
  readonly #channel: string;
  readonly #listener: Listener;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;

  constructor(newClient: () => PgClient, channel: string, listener: Listener) {
    this.#newClient = newClient;
    this.#channel = channel;
    this.#listener = listener;
    this.#running = this.#run();
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    for (let wait = FIRST_PAUSE; !signal.aborted; wait = Math.min(wait * 2, LONGEST_PAUSE)) {
      if (await this.#listen(signal)) wait = FIRST_PAUSE;
      // Spread, so that instances that lost the same server don't come back at once.
      const spread = wait * (0.5 + Math.random() / 2);
      await pause(spread, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** Listens until the connection ends; answers whether it ever did. */
  async #listen(closing: AbortSignal): Promise<boolean> {
    const attempt = new AbortController();
    const { signal } = attempt;
    const giveUp = () => attempt.abort();
    closing.addEventListener("abort", giveUp, { once: true });
    let client: PgClient | undefined;
    let listened = false;
    try {
      client = this.#newClient();
      const ended = endOf(client, signal);
      client.on("notification", () => this.#listener.onNotify());
      const late = pause(CONNECTS_WITHIN, undefined, { signal, ref: false }).then(() => Promise.reject(TOO_LATE));
      await Promise.race([client.connect(), ended, late]);
      await Promise.race([client.query(`LISTEN "${this.#channel.replaceAll('"', '""')}"`), ended, late]);
      client.unref?.();
      listened = true;
      this.#listener.onState(true);
      await ended;
    } catch {
      // It is tried again, and whoever polls has said already that there is no database.
    } finally {
      closing.removeEventListener("abort", giveUp);
      attempt.abort();
      if (listened) this.#listener.onState(false);
      client?.end().catch(() => undefined);
    }
    return listened;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }
}

/** Milliseconds that a connection may take to come about. */
const CONNECTS_WITHIN = 10_000;
const TOO_LATE = timedOut(CONNECTS_WITHIN);

/** Rejects when a connection breaks, ends or is no longer wanted. */
function endOf(client: PgClient, signal: AbortSignal): Promise<never> {
  const ended = new Promise<never>((_, end) => {
    client.on("error", end);
    client.on("end", () => end(new Error("the connection ended")));
    signal.addEventListener("abort", () => end(new Error("nobody listens any more")), { once: true });
  });
  ended.catch(() => undefined);
  return ended;
}
