// Logged decisions in the database, as callers are shown them.
import type { DecisionEntry } from "../log/entry.js";
import type { DecisionReader, LoggedDecision, LogListOptions, LogPage } from "../log/reader.js";
import { type Actor, checkedActor } from "./draft.js";
import { conditions, type DatabaseLogOptions, type Sql, Statements } from "./entries.js";
import { invalidArgument } from "./errors.js";
import { checkedLimit } from "./list.js";

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
