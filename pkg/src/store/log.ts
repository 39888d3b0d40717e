// The decision log in the database: where entries are kept.
import { PortcullisError } from "../engine/errors.js";
import { type Anchor, lineOf, type Sealed } from "../log/entry.js";
import type { ChainReader, LogFilter } from "../log/reader.js";
import type { LogSink } from "../log/sink.js";
import type { Row } from "./connection.js";
import { conditions, type DatabaseLogOptions, type Sql, Statements } from "./entries.js";
import { caused, invalidArgument, stateOf } from "./errors.js";

const PAGE = 1_000;
/** Milliseconds that retention, and a walk through all entries, may take. */
const LONG = 3_600_000;

const LINE = `'{"entry":' || entry::text || ',"hash":"' || hash || '"}' AS line`;

/** For the role `log`, or for the owner of the tables. */
export class DatabaseLog implements LogSink, ChainReader {
  readonly #statements: Statements;

  constructor(options: DatabaseLogOptions) {
    this.#statements = new Statements(options);
  }

  /**
   * One statement; what is there already was stored by an attempt whose answer was lost.
   *
   * @throws PortcullisError `entries_refused` for what the database will never take, and what any statement throws.
   */
  async write(batch: readonly Sealed[]): Promise<void> {
    const lines = `[${batch.map(lineOf).join(",")}]`;
    const written = this.#statements.run(LOG, (sql) =>
      sql(
        `INSERT INTO :"schema".decision_log (entry, hash)
         SELECT line->'entry', line->>'hash' FROM json_array_elements($1::text::json) line
         ON CONFLICT DO NOTHING`,
        [lines],
      ),
    );
    try {
      await written;
    } catch (error) {
      throw isOfData(error) ? refused(error) : error;
    }
  }

  /** Where each chain has come to. */
  anchors(): Promise<Anchor[]> {
    return this.#statements.run(LOG, anchors);
  }

  async *chains(): AsyncGenerator<{ anchors: readonly Anchor[] } | { lines: readonly string[] }> {
    // What is added meanwhile is beyond the heads, and left out; heads only grow.
    const heads = await this.anchors();
    yield { anchors: heads };
    for (const head of heads) yield* this.#chain(head);
    // Chains that no head knows.
    const strangers = await this.#statements.run(LOG, (sql) =>
      sql(
        `SELECT ${LINE} FROM :"schema".decision_log l
         WHERE NOT EXISTS (SELECT FROM :"schema".decision_log_heads h WHERE h.writer = l.writer)
         ORDER BY writer, seq LIMIT ${PAGE}`,
      ),
    );
    if (strangers.length > 0) yield { lines: strangers.map(({ line }) => String(line)) };
  }

  /** One chain up to its head. Where retention has gone on since the head was read, that is told before what is left. */
  async *#chain(head: Anchor): AsyncGenerator<{ anchors: readonly Anchor[] } | { lines: readonly string[] }> {
    let { from } = head;
    for (let after = -1, rows: readonly Row[] | undefined; rows === undefined || rows.length === PAGE; ) {
      // One statement, so that both are of one moment.
      const found = await this.#statements.run(LOG, (sql) =>
        sql(
          `SELECT h.pruned_seq::text, h.pruned_hash, l.place, l.line FROM :"schema".decision_log_heads h
           LEFT JOIN LATERAL (
             SELECT seq, seq::text AS place, ${LINE} FROM :"schema".decision_log
             WHERE writer = h.writer AND seq > $2::text::bigint AND seq <= $3::text::bigint ORDER BY seq LIMIT ${PAGE}
           ) l ON true WHERE h.writer = $1 ORDER BY l.seq`,
          [head.writer, String(after), String(head.seq)],
        ),
      );
      const removed = found[0] === undefined ? null : removedOf(found[0]);
      if (removed !== null && removed.seq > (from?.seq ?? -1)) {
        from = removed;
        yield { anchors: [{ ...head, from }] };
      }
      rows = found.filter(({ line }) => line !== null);
      if (rows.length > 0) yield { lines: rows.map(({ line }) => String(line)) };
      after = Number(rows.at(-1)?.["place"] ?? after);
    }
  }

  async *matching(filter: LogFilter): AsyncGenerator<readonly string[]> {
    const { where, parameters } = conditions(filter);
    for (let after: Place | undefined, rows: readonly Row[] | undefined; rows === undefined || rows.length === PAGE; ) {
      const from = parameters.length;
      const later = after === undefined ? "" : ` AND (time, writer, seq) > ${placeAt(from)}`;
      rows = await this.#statements.run(LOG, (sql) =>
        sql(
          `SELECT ${PLACE}, ${LINE} FROM :"schema".decision_log l
           WHERE kind = 'decision'${where}${later} ORDER BY time, writer, seq LIMIT ${PAGE}`,
          after === undefined ? parameters : [...parameters, ...after],
        ),
      );
      yield rows.map(({ line }) => String(line));
      after = placeOf(rows.at(-1)) ?? after;
    }
  }

  /**
   * Removes entries of before a time, in milliseconds since 1970, but for those that follow one of after it in their
   * chain. Checks still hold. For the owner of the tables.
   *
   * @returns How many there were.
   */
  async prune(before: number): Promise<number> {
    if (!Number.isSafeInteger(before)) throw invalidArgument("the time is no integer", "Give milliseconds since 1970.");
    const [row] = await this.#statements.run(
      {},
      (sql) => sql(`SELECT :"schema".decision_log_prune($1::text::bigint)::text AS gone`, [String(before)]),
      LONG,
    );
    return Number(row?.["gone"] ?? 0);
  }
}

const LOG = { log: "on" };

/** Whether what was given is why a statement failed: data exceptions, constraints, limits of rows and indexes. */
function isOfData(error: unknown): boolean {
  return PortcullisError.is(error) && /^(22|23|54)/.test(stateOf(error.cause));
}

function refused(cause: unknown): PortcullisError {
  const error = new PortcullisError({
    code: "entries_refused",
    message: "the database will not take what an entry holds",
    remedy: "See the `cause` of this error, and what the database's encoding and constraints are.",
    retryable: false,
  });
  return caused(error, cause);
}

async function anchors(sql: Sql): Promise<Anchor[]> {
  const rows = await sql(
    `SELECT writer, seq::text, hash, pruned_seq::text, pruned_hash FROM :"schema".decision_log_heads ORDER BY writer`,
  );
  return rows.map((row) => ({
    writer: String(row["writer"]),
    seq: Number(row["seq"]),
    hash: String(row["hash"]),
    from: removedOf(row),
  }));
}

function removedOf({ pruned_seq, pruned_hash }: Row): Anchor["from"] {
  return pruned_seq === null ? null : { seq: Number(pruned_seq), hash: String(pruned_hash) };
}

/** Time, writer and place in its chain: unique, and ordered. */
type Place = readonly [string, string, string];
// Named otherwise than the columns, or these would be ordered as text.
const PLACE = "time::text AS at, writer, seq::text AS place";
const placeAt = (from: number) => `($${from + 1}::text::bigint, $${from + 2}::text, $${from + 3}::text::bigint)`;

function placeOf(row: Row | undefined): Place | undefined {
  return row === undefined ? undefined : [String(row["at"]), String(row["writer"]), String(row["place"])];
}
