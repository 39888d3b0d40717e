// The loader: policies of all tenants, for the engine, and for nothing else.
import type { PolicyChanges, PolicySnapshot, PolicySource, SourcePolicy, SourceWatcher } from "../service/source.js";
import type { Connection, Database, Listening, Parameter, Row } from "./connection.js";
import { type DatabaseLike, databaseOf } from "./database.js";
import { VersionCheck } from "./migrate.js";
import { inSchema } from "./migrations.js";
import { checkedName, DEFAULT_SCHEMA } from "./sql.js";
import { takeRole } from "./store.js";

export interface DatabaseSourceOptions {
  readonly database: DatabaseLike;
  /** Where the tables are; default `portcullis`. */
  readonly schema?: string | undefined;
  /** The role that reads, where the database's user is a member of it and more besides, or a superuser. */
  readonly role?: string | undefined;
  /** Milliseconds that a statement may take, or a page of policies; default 10,000. */
  readonly timeoutMs?: number | undefined;
}

/** Policies read at a time, so that neither side holds all of them as one answer. */
const PAGE = 1_000;
/** Changes read one by one; with more, all is read again. */
const MOST_CHANGES = 100;
const TIMEOUT = 10_000;

const POLICY = `p.id, p.revision, :"schema".policy_json(p)::text AS text,
  (p.tenant_id IS NOT NULL OR p.visibility = 'public') AS visible`;

type Sql = (text: string, parameters?: readonly Parameter[]) => Promise<readonly Row[]>;

export class DatabaseSource implements PolicySource {
  readonly watch?: (watcher: SourceWatcher) => Listening;
  readonly #database: Database;
  readonly #options: DatabaseSourceOptions;
  readonly #version = new VersionCheck();

  constructor(options: DatabaseSourceOptions) {
    this.#options = options;
    const schema = checkedName("schema", options.schema ?? DEFAULT_SCHEMA);
    const database = databaseOf(options.database);
    this.#database = database;
    const { listen } = database;
    if (listen !== undefined) {
      this.watch = ({ onChange, onState }) => listen(`${schema}_policies`, { onNotify: onChange, onState });
    }
  }

  load(): Promise<PolicySnapshot> {
    return this.#read(async (sql) => {
      const change = await clock(sql);
      const policies: SourcePolicy[] = [];
      for (let page: SourcePolicy[] | undefined; page === undefined || page.length === PAGE; policies.push(...page)) {
        const after = policies.at(-1)?.id ?? "";
        page = (
          await sql(`SELECT ${POLICY} FROM :"schema".policies p WHERE id > $1 ORDER BY id LIMIT ${PAGE}`, [after])
        ).map(sourcePolicy);
      }
      return { change, policies };
    });
  }

  changes(since: number): Promise<PolicyChanges | undefined> {
    return this.#read(async (sql) => {
      const change = await clock(sql);
      if (change === since) return { change, replaced: [], removed: [] };
      // A database that was restored has forgotten changes.
      if (change < since) return undefined;
      const rows = await sql(
        `SELECT c.policy_id, ${POLICY} FROM :"schema".policy_changes c LEFT JOIN :"schema".policies p ON p.id = c.policy_id
         WHERE c.change > $1::text::bigint LIMIT ${MOST_CHANGES + 1}`,
        [String(since)],
      );
      if (rows.length > MOST_CHANGES) return undefined;
      return {
        change,
        replaced: rows.filter(({ id }) => id !== null).map(sourcePolicy),
        removed: rows.filter(({ id }) => id === null).map((row) => String(row["policy_id"])),
      };
    });
  }

  async *earlier(id: string, revision: number): AsyncIterable<SourcePolicy> {
    for (let before = revision; ; ) {
      const rows = await this.#read((sql) =>
        sql(
          `SELECT policy_id AS id, revision, policy::text AS text FROM :"schema".policy_revisions
           WHERE policy_id = $1 AND revision < $2::integer ORDER BY revision DESC LIMIT 20`,
          [id, before],
        ),
      );
      for (const row of rows) {
        // What it was before it was deleted is over.
        if (row["text"] === null) return;
        yield sourcePolicy(row);
      }
      if (rows.length === 0) return;
      before = Number(rows.at(-1)?.["revision"]);
    }
  }

  /** Runs statements that all see the same moment. */
  #read<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    const { role, timeoutMs = TIMEOUT, schema } = this.#options;
    return this.#database.transaction(
      async (connection: Connection) => {
        await connection.rows("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
        await connection.rows("SELECT set_config('portcullis.loader', 'on', true)");
        await takeRole(connection, role);
        await this.#version.on(connection, { schema });
        return work((text, parameters) => connection.rows(inSchema(text, { schema }), parameters));
      },
      // However many pages there are: each is an answer.
      { timeoutMs, each: true },
    );
  }
}

async function clock(sql: Sql): Promise<number> {
  const [row] = await sql(`SELECT change::text FROM :"schema".policy_clock`);
  return Number(row?.["change"] ?? 0);
}

function sourcePolicy({ id, revision, text, visible }: Row): SourcePolicy {
  return { id: String(id), revision: Number(revision), text: String(text), visible: visible === true };
}
