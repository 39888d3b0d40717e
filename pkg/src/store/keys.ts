// API keys in a database: made once, shown once, found by their ids, revoked.
import { createHash, randomBytes } from "node:crypto";
import type { Connection, Database, Parameter, Row } from "./connection.js";
import { type DatabaseLike, databaseOf } from "./database.js";
import { type Actor, checkedActor } from "./draft.js";
import { invalidArgument, notFound } from "./errors.js";
import { VersionCheck } from "./migrate.js";
import { inSchema } from "./migrations.js";
import { time } from "./rows.js";
import { takeRole } from "./store.js";

export interface ApiKeyStoreOptions {
  readonly database: DatabaseLike;
  /** Where the tables are; default `portcullis`. */
  readonly schema?: string | undefined;
  /** The role that statements run as, as of a `PolicyStore`. */
  readonly role?: string | undefined;
}

/** What is known of a key; not the key. */
export interface ApiKey {
  /** Its public part. */
  readonly id: string;
  /** Whose policies it reaches; `null` is the platform. */
  readonly tenant_id: string | null;
  readonly name: string;
  readonly roles: readonly string[];
  /** RFC 3339 in UTC, as all times here. */
  readonly created_at: string;
  readonly created_by: string;
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
}

export interface NewApiKey {
  readonly name: string;
  /** Some of `reader`, `author` (of a tenant), `admin` (of the platform), `approver`. */
  readonly roles: readonly string[];
  /** RFC 3339; without it, it holds until it is revoked. */
  readonly expires_at?: string | undefined;
}

const COLUMNS = `id, tenant_id, name, array_to_string(roles, ' ') AS roles, hash, ${time("created_at")}, created_by,
  ${time("expires_at")}, ${time("revoked_at")}`;

/** API keys of one owner at a time, as policies are. */
export class ApiKeyStore {
  readonly #database: Database;
  readonly #options: ApiKeyStoreOptions;
  readonly #version = new VersionCheck();

  constructor(options: ApiKeyStoreOptions) {
    this.#options = options;
    this.#database = databaseOf(options.database);
  }

  /**
   * Makes a key for the actor's tenant, or for the platform. The key itself is in this answer and nowhere else.
   *
   * @throws PortcullisError `invalid_argument`.
   */
  create(actor: Actor, { name, roles, expires_at = undefined }: NewApiKey): Promise<{ key: string; record: ApiKey }> {
    return this.#as(actor, async (sql) => {
      checkedRoles(actor, roles);
      if (name === "") throw invalidArgument("the key has no name", "Say what it is for.");
      if (expires_at !== undefined && Number.isNaN(Date.parse(expires_at))) {
        throw invalidArgument("`expires_at` is no time", "Write it as `2030-01-31T00:00:00Z`.");
      }
      const id = randomBytes(8).toString("hex");
      const key = `pck_${id}_${randomBytes(32).toString("hex")}`;
      const hash = createHash("sha256").update(key).digest("hex");
      const [row] = await sql(
        `WITH made AS (INSERT INTO :"schema".api_keys (id, tenant_id, name, roles, hash, expires_at, created_by)
           VALUES ($1, $2::text, $3, string_to_array($4, ' '), $5, $6::text::timestamptz, $7) RETURNING *)
         SELECT ${COLUMNS} FROM made`,
        [id, actor.tenant, name, roles.join(" "), hash, expires_at ?? null, actor.by],
      );
      return { key, record: shown(row as Row) };
    });
  }

  /** The keys of the actor's tenant, or of the platform, by id; revoked ones too. */
  list(actor: Actor): Promise<ApiKey[]> {
    return this.#as(actor, async (sql) => {
      const rows = await sql(
        `SELECT ${COLUMNS} FROM :"schema".api_keys WHERE :"schema".owns(tenant_id) ORDER BY created_at, id`,
      );
      return rows.map(shown);
    });
  }

  /**
   * Revokes a key for good. One that is revoked already stays so.
   *
   * @throws PortcullisError `api_key_not_found`.
   */
  revoke(actor: Actor, id: string): Promise<ApiKey> {
    return this.#as(actor, async (sql) => {
      const [row] = await sql(
        `WITH gone AS (UPDATE :"schema".api_keys
           SET revoked_at = coalesce(revoked_at, now()), revoked_by = coalesce(revoked_by, $2)
           WHERE id = $1 AND :"schema".owns(tenant_id) RETURNING *)
         SELECT ${COLUMNS} FROM gone`,
        [id, actor.by],
      );
      if (row === undefined) throw notFound("api_key");
      return shown(row);
    });
  }

  /** A key by its public part, whoever it belongs to, with the digest to hold against what was sent. */
  find(id: string): Promise<(ApiKey & { readonly hash: string }) | undefined> {
    return this.#run(async (sql) => {
      await sql("SELECT set_config('portcullis.api_key', $1, true)", [id]);
      const [row] = await sql(`SELECT ${COLUMNS} FROM :"schema".api_keys WHERE id = $1`, [id]);
      return row === undefined ? undefined : { ...shown(row), hash: String(row["hash"]) };
    });
  }

  #as<T>(actor: Actor, work: (sql: Sql) => Promise<T>): Promise<T> {
    return this.#run(async (sql) => {
      const { tenant, by } = checkedActor(actor);
      await sql(
        `SELECT set_config('portcullis.tenant', $1, true), set_config('portcullis.platform', $2, true),
           set_config('portcullis.actor', $3, true)`,
        [tenant ?? "", tenant === null ? "on" : "", by],
      );
      return work(sql);
    });
  }

  #run<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    const { role, ...names } = this.#options;
    return this.#database.transaction(async (connection: Connection) => {
      await takeRole(connection, role);
      await this.#version.on(connection, names);
      return work((text, parameters) => connection.rows(inSchema(text, names), parameters));
    });
  }
}

type Sql = (text: string, parameters?: readonly Parameter[]) => Promise<readonly Row[]>;

function checkedRoles({ tenant }: Actor, roles: readonly string[]): void {
  const known = tenant === null ? ["reader", "admin", "approver"] : ["reader", "author", "approver"];
  const stranger = roles.find((role) => !known.includes(role));
  if (stranger === undefined && roles.length > 0) return;
  const whose = tenant === null ? "the platform" : "a tenant";
  throw invalidArgument(
    stranger === undefined ? "the key has no role" : `a key of ${whose} can't have the role \`${stranger}\``,
    `Say some of: ${known.join(", ")}.`,
  );
}

function shown({ hash: _, roles, ...row }: Row): ApiKey {
  return { ...row, roles: String(roles).split(" ") } as unknown as ApiKey;
}
