// The decision log in the database: where entries are kept, and how they are read.
import { type Anchor, type DecisionEntry, lineOf, type Sealed } from "../log/entry.js";
import type { ChainReader, DecisionReader, LogFilter, LoggedDecision, LogListOptions, LogPage } from "../log/reader.js";
import type { LogSink } from "../log/sink.js";
import type { Connection, Database, Parameter, Row } from "./connection.js";
import { type DatabaseLike, databaseOf } from "./database.js";
import { type Actor, checkedActor } from "./draft.js";
import { invalidArgument } from "./errors.js";
import { checkedLimit } from "./list.js";
import { checkVersion } from "./migrate.js";
import { inSchema } from "./migrations.js";
import { takeRole } from "./store.js";

export interface DatabaseLogOptions {
  readonly database: DatabaseLike;
  /** Where the tables are; default `portcullis`. */
  readonly schema?: string | undefined;
  /** The role that statements run as, where the database's user is a member of it and more besides. */
  readonly role?: string | undefined;
  /** Milliseconds that a write or a page may take; default 10,000. */
  readonly timeoutMs?: number | undefined;
}

type Sql = (text: string, parameters?: readonly Parameter[]) => Promise<readonly Row[]>;

const PAGE = 1_000;
const TIMEOUT = 10_000;
/** Milliseconds that retention, and a walk through all entries, may take. */
const LONG = 3_600_000;

const LINE = `'{"entry":' || entry::text || ',"hash":"' || hash || '"}' AS line`;

/** Statements on the database with settings of their own, which end with the transaction. */
class Statements {
  readonly #database: Database;
  readonly #options: DatabaseLogOptions;
  #checked = false;

  constructor(options: DatabaseLogOptions) {
    this.#options = options;
    this.#database = databaseOf(options.database);
  }

  run<T>(settings: Readonly<Record<string, string>>, work: (sql: Sql) => Promise<T>, most?: number): Promise<T> {
    const { role, timeoutMs = TIMEOUT, ...names } = this.#options;
    return this.#database.transaction(
      async (connection: Connection) => {
        const all = { tenant: "", platform: "", actor: "", loader: "", log: "", ...settings };
        const keys = Object.keys(all).map((name, i) => `set_config('portcullis.${name}', $${i + 1}, true)`);
        await connection.rows(`SELECT ${keys.join(", ")}`, Object.values(all));
        await takeRole(connection, role);
        if (!this.#checked) await checkVersion(connection, names);
        this.#checked = true;
        return work((text, parameters) => connection.rows(inSchema(text, names), parameters));
      },
      { timeoutMs: most ?? timeoutMs },
    );
  }
}

/** For the role `log`, or for the owner of the tables. */
export class DatabaseLog implements LogSink, ChainReader {
  readonly #statements: Statements;

  constructor(options: DatabaseLogOptions) {
    this.#statements = new Statements(options);
  }

  /** One statement; what is there already was stored by an attempt whose answer was lost. */
  async write(batch: readonly Sealed[]): Promise<void> {
    const lines = `[${batch.map(lineOf).join(",")}]`;
    await this.#statements.run(LOG, (sql) =>
      sql(
        `INSERT INTO :"schema".decision_log (entry, hash)
         SELECT line->'entry', line->>'hash' FROM json_array_elements($1::text::json) line
         ON CONFLICT DO NOTHING`,
        [lines],
      ),
    );
  }

  /** Where each chain has come to. */
  anchors(): Promise<Anchor[]> {
    return this.#statements.run(LOG, anchors);
  }

  async *chains(): AsyncGenerator<{ anchors: readonly Anchor[] } | { lines: readonly string[] }> {
    // What is added meanwhile is beyond the heads, and left out; heads only grow.
    const heads = await this.anchors();
    yield { anchors: heads };
    for (const { writer, seq, from } of heads) {
      for (let after = -1, rows: readonly Row[] | undefined; rows === undefined || rows.length === PAGE; ) {
        rows = await this.#statements.run(LOG, (sql) =>
          sql(
            `SELECT seq::text AS place, ${LINE} FROM :"schema".decision_log
             WHERE writer = $1 AND seq > $2::text::bigint AND seq <= $3::text::bigint ORDER BY seq LIMIT ${PAGE}`,
            [writer, String(after), String(seq)],
          ),
        );
        if (rows.length > 0) yield { lines: rows.map(({ line }) => String(line)) };
        after = Number(rows.at(-1)?.["place"] ?? from?.seq ?? seq);
      }
    }
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

async function anchors(sql: Sql): Promise<Anchor[]> {
  const rows = await sql(
    `SELECT writer, seq::text, hash, pruned_seq::text, pruned_hash FROM :"schema".decision_log_heads ORDER BY writer`,
  );
  return rows.map(({ writer, seq, hash, pruned_seq, pruned_hash }) => ({
    writer: String(writer),
    seq: Number(seq),
    hash: String(hash),
    from: pruned_seq === null ? null : { seq: Number(pruned_seq), hash: String(pruned_hash) },
  }));
}

/** For the role `app`: decisions as one tenant is shown them, or the platform. */
export class DatabaseDecisions implements DecisionReader {
  readonly #statements: Statements;

  constructor(options: DatabaseLogOptions) {
    this.#statements = new Statements(options);
  }

  async list(actor: Actor, options: LogListOptions = {}): Promise<LogPage> {
    const { tenant, by } = checkedActor(actor);
    const limit = checkedLimit(options.limit);
    const own = tenant === null ? {} : { tenant };
    // Where the caller is a tenant, no filter leads beyond it.
    if (tenant !== null && options.tenant !== undefined && options.tenant !== tenant) {
      return { decisions: [], next: null };
    }
    const { where, parameters } = conditions({ ...options, ...own }, tenant !== null);
    const before = options.cursor === undefined ? undefined : readCursor(options.cursor);
    const earlier = before === undefined ? "" : earlierThan(parameters.length);
    const settings = { tenant: tenant ?? "", platform: tenant === null ? "on" : "", actor: by };
    return this.#statements.run(settings, async (sql) => {
      const rows = await sql(
        `SELECT time::text AS at, hash, entry::text AS entry FROM :"schema".decision_log l
         WHERE kind = 'decision'${where}${earlier} ORDER BY time DESC, writer DESC, seq DESC LIMIT ${limit + 1}`,
        before === undefined ? parameters : [...parameters, ...before, tenant ?? ""],
      );
      const entries = rows.slice(0, limit).map(({ entry }) => JSON.parse(String(entry)) as DecisionEntry);
      const seen = tenant === null ? undefined : await visible(sql, entries);
      const last = rows.length > limit ? rows[limit - 1] : undefined;
      return {
        decisions: entries.map((entry) => shown(entry, seen)),
        next: last === undefined ? null : cursorOf(String(last["at"]), String(last["hash"])),
      };
    });
  }
}

/** The policies in entries that the caller may read: private ones of the platform are not told to tenants. */
async function visible(sql: Sql, entries: readonly DecisionEntry[]): Promise<ReadonlySet<string>> {
  const ids = [...new Set(entries.flatMap(({ policies, shadow }) => [...policies, ...shadow]))];
  const rows = await sql(
    `SELECT id FROM :"schema".policies
     WHERE id IN (SELECT json_array_elements_text($1::text::json)) AND :"schema".may_read(tenant_id, visibility)`,
    [JSON.stringify(ids)],
  );
  return new Set(rows.map(({ id }) => String(id)));
}

function shown(entry: DecisionEntry, seen: ReadonlySet<string> | undefined): LoggedDecision {
  const { v: _, kind: __, writer: ___, seq: ____, prev: _____, ...decision } = entry;
  if (seen === undefined) return decision;
  const { policies, shadow } = decision;
  return { ...decision, policies: policies.filter((id) => seen.has(id)), shadow: shadow.filter((id) => seen.has(id)) };
}

/** Time, writer and place in its chain: unique, and ordered. */
type Place = readonly [string, string, string];
// Named otherwise than the columns, or these would be ordered as text.
const PLACE = "time::text AS at, writer, seq::text AS place";
const placeAt = (from: number) => `($${from + 1}::text::bigint, $${from + 2}::text, $${from + 3}::text::bigint)`;

function placeOf(row: Row | undefined): Place | undefined {
  return row === undefined ? undefined : [String(row["at"]), String(row["writer"]), String(row["place"])];
}

/**
 * What comes after an entry, of which a time, a hash and a tenant are given. A hash, since a place in a chain tells how
 * much others do; one that the caller may not see, or that is gone, stands for its time alone.
 */
const earlierThan = (from: number) => `
  AND time <= $${from + 1}::text::bigint AND (time < $${from + 1}::text::bigint OR (writer, seq) < (
    SELECT c.writer, c.seq FROM :"schema".decision_log c
    WHERE c.time = $${from + 1}::text::bigint AND c.hash = $${from + 2}::text AND $${from + 3}::text IN ('', c.tenant_id)
  ))`;

function cursorOf(time: string, hash: string): string {
  return Buffer.from(`2:${time}:${hash}`).toString("base64url");
}

function readCursor(cursor: string): readonly [time: string, hash: string] {
  const found = /^2:(-?\d{1,16}):(sha256:[0-9a-f]{64})$/.exec(Buffer.from(cursor, "base64url").toString());
  const [time, hash] = [String(found?.[1]), String(found?.[2])];
  if (found !== null && cursorOf(time, hash) === cursor) return [time, hash];
  throw invalidArgument("the cursor is none that a list has answered", "Begin without a cursor.");
}

/** A tenant asks for policies that it may read, and learns of no other whether it applied. */
function conditions(filter: LogFilter, tenant = false): { where: string; parameters: Parameter[] } {
  const parameters: Parameter[] = [];
  const where: string[] = [];
  const parameter = (value: string) => `$${parameters.push(value)}::text`;
  const equal = { tenant: "tenant_id", effect: "effect", run: "run" };
  for (const [name, column] of Object.entries(equal)) {
    const value = filter[name as keyof typeof equal];
    if (value !== undefined) where.push(`${column} = ${parameter(checkedText(name, value))}`);
  }
  for (const name of ["code", "action", "tool", "agent"] as const) {
    const value = filter[name];
    if (value !== undefined) where.push(`entry->>'${name}' = ${parameter(checkedText(name, value))}`);
  }
  if (filter.policy !== undefined) {
    const id = parameter(checkedText("policy", filter.policy));
    where.push(`EXISTS (SELECT FROM json_array_elements_text(entry->'policies') p WHERE p = ${id})`);
    if (tenant) {
      where.push(`EXISTS (SELECT FROM :"schema".policies q
        WHERE q.id = ${id} AND :"schema".may_read(q.tenant_id, q.visibility))`);
    }
  }
  for (const [name, comparison] of [
    ["since", ">="],
    ["until", "<"],
  ] as const) {
    const value = filter[name];
    if (value === undefined) continue;
    if (!Number.isSafeInteger(value))
      throw invalidArgument(`\`${name}\` is no integer`, "Give milliseconds since 1970.");
    where.push(`time ${comparison} ${parameter(String(value))}::bigint`);
  }
  return { where: where.map((condition) => ` AND ${condition}`).join(""), parameters };
}

function checkedText(name: string, value: unknown): string {
  if (typeof value === "string" && !value.includes("\0")) return value;
  throw invalidArgument(`\`${name}\` is no text, or holds a NUL`, "Give text.");
}
