// The store: policies of one owner at a time, each change with its revision.
import { randomUUID } from "node:crypto";
import { PortcullisError } from "../engine/errors.js";
import type { Validate } from "../engine/validate.js";
import type { Catalogue } from "../types/generated/Catalogue.js";
import type { Diagnostic } from "../types/generated/Diagnostic.js";
import type { Enforcement } from "../types/generated/Enforcement.js";
import type { Connection, Database, Parameter, Row } from "./connection.js";
import { type DatabaseLike, databaseOf } from "./database.js";
import { type Actor, checkedActor, type Draft, Drafts, type PolicyInput } from "./draft.js";
import { invalidArgument, notFound, RevisionConflictError, stateOf } from "./errors.js";
import { checkedLimit, conditions, type ListOptions, type PolicyPage, pageOf } from "./list.js";
import { VersionCheck } from "./migrate.js";
import { inSchema } from "./migrations.js";
import { type Comparison, differences, type Revision, revisionOf } from "./revisions.js";
import {
  POLICY_COLUMNS,
  type PolicyContent,
  policyOf,
  REVISION_COLUMNS,
  type StoredPolicy,
  WRITTEN,
  written,
} from "./rows.js";

export interface StoreOptions {
  readonly database: DatabaseLike;
  /** Where the tables are; default `portcullis`. */
  readonly schema?: string | undefined;
  /**
   * The role that statements run as, which owns nothing: for connections of a user that is a member of it and more
   * besides, or that is a superuser, as in PGlite.
   */
  readonly role?: string | undefined;
  /** What requests look like; policies are checked against it before they are stored. */
  readonly catalogue?: string | Catalogue | null | undefined;
  /** Milliseconds that a call may take, where the connection is not the host's; default 30,000. */
  readonly timeoutMs?: number | undefined;
}

/** A policy that was stored, and what is legal and unwise in it. */
export interface Saved {
  readonly policy: StoredPolicy;
  readonly warnings: readonly Diagnostic[];
}

/** The revision that a change is based on: it is made only if that is still the current one. */
export interface BasedOn {
  readonly revision: number;
}

/**
 * Policies in a database. Each call is one transaction, or a part of the host's (`within`). What belongs to other
 * tenants, or is private to the platform, is not there: not to be read, changed or counted.
 *
 * @example
 * const saved = await store.create({ tenant: "acme", by: "ann" }, policy);
 */
export class PolicyStore {
  readonly #database: Database;
  readonly #options: StoreOptions;
  readonly #drafts: Drafts;
  readonly #validate: Validate;
  readonly #version: VersionCheck;

  /** @internal */
  constructor(validate: Validate, options: StoreOptions, version = new VersionCheck()) {
    this.#validate = validate;
    this.#options = options;
    this.#version = version;
    this.#database = databaseOf(options.database);
    this.#drafts = new Drafts(validate, options.catalogue);
  }

  /** The same store on a connection of the host: in its transaction, if there is one. */
  within(database: DatabaseLike): PolicyStore {
    return new PolicyStore(this.#validate, { ...this.#options, database }, this.#version);
  }

  /**
   * Stores a new policy. A tenant's gets its id here, since ids are one space for all and one that is taken would tell
   * of others; the platform may choose.
   *
   * @throws PolicySetError, PortcullisError `not_owner`, `policy_exists`.
   */
  create(actor: Actor, policy: PolicyInput | string): Promise<Saved> {
    return this.#as(actor, async (sql) => {
      const id = actor.tenant === null ? chosenId(policy) : randomUUID();
      if (actor.tenant !== null && chosenId(policy) !== undefined) {
        throw invalidArgument("a tenant's policy is given its id", "Leave out `id`.");
      }
      const draft = this.#drafts.check(actor, policy, id ?? randomUUID());
      return this.#insert(sql, draft, 1);
    });
  }

  /** @throws PortcullisError `policy_not_found`. */
  read(actor: Actor, id: string): Promise<StoredPolicy> {
    return this.#as(actor, (sql) => this.#read(sql, id));
  }

  /**
   * Puts another text in the place of a policy.
   *
   * @throws PolicySetError, RevisionConflictError, PortcullisError `policy_not_found`, `not_owner`.
   */
  replace(actor: Actor, id: string, policy: PolicyInput | string, { revision }: BasedOn): Promise<Saved> {
    return this.#as(actor, async (sql) => {
      await this.#owned(sql, id, revision);
      return this.#update(sql, this.#drafts.check(actor, policy, id), revision);
    });
  }

  /** Switches a policy on or off. Throws as `replace` does. */
  setEnabled(actor: Actor, id: string, enabled: boolean, { revision }: BasedOn): Promise<Saved> {
    return this.#edit(actor, id, { enabled }, revision);
  }

  /** Lets a policy decide, or in `shadow` only be reported. Throws as `replace` does. */
  setEnforcement(actor: Actor, id: string, enforcement: Enforcement, { revision }: BasedOn): Promise<Saved> {
    return this.#edit(actor, id, { enforcement }, revision);
  }

  /**
   * Deletes a policy; its revisions stay, and it can be restored.
   *
   * @returns The revision that says so.
   * @throws RevisionConflictError, PortcullisError `policy_not_found`, `not_owner`.
   */
  delete(actor: Actor, id: string, { revision }: BasedOn): Promise<BasedOn> {
    return this.#as(actor, async (sql) => {
      const [gone] = await sql(
        `WITH gone AS (DELETE FROM :"schema".policies
           WHERE id = $1 AND revision = $2::integer AND :"schema".owns(tenant_id) RETURNING revision)
         SELECT revision FROM gone`,
        [id, checkedRevision(revision)],
      );
      if (gone === undefined) throw await this.#refusal(sql, id, revision);
      return { revision: revision + 1 };
    });
  }

  /** Lists policies by id. */
  list(actor: Actor, options: ListOptions = {}): Promise<PolicyPage> {
    return this.#as(actor, async (sql) => {
      const limit = checkedLimit(options.limit);
      const { where, parameters } = conditions(options);
      const rows = await sql(
        `SELECT ${POLICY_COLUMNS} FROM :"schema".policies
         WHERE :"schema".may_read(tenant_id, visibility)${where} ORDER BY id LIMIT ${limit + 1}`,
        parameters,
      );
      return pageOf(rows.map(policyOf), limit);
    });
  }

  /**
   * The revisions of a policy that the caller owns, or owned until it was deleted, the latest first.
   *
   * @param options.before Only those before this one; where an earlier list ended.
   * @throws PortcullisError `policy_not_found`.
   */
  revisions(actor: Actor, id: string, options: { limit?: number; before?: number } = {}): Promise<Revision[]> {
    return this.#as(actor, async (sql) => {
      const before = options.before === undefined ? 2 ** 31 - 1 : checkedRevision(options.before);
      const rows = await sql(
        `SELECT ${REVISION_COLUMNS} FROM :"schema".policy_revisions
         WHERE policy_id = $1 AND revision < $2::integer AND :"schema".owns(tenant_id)
         ORDER BY revision DESC LIMIT ${checkedLimit(options.limit)}`,
        [id, before],
      );
      if (rows.length === 0 && options.before === undefined) throw notFound();
      return rows.map(revisionOf);
    });
  }

  /** @throws PortcullisError `revision_not_found`. */
  revision(actor: Actor, id: string, revision: number): Promise<Revision> {
    return this.#as(actor, (sql) => this.#revision(sql, id, revision));
  }

  /**
   * How a policy differs between two of its revisions.
   *
   * @throws PortcullisError `revision_not_found`.
   */
  compare(actor: Actor, id: string, from: number, to: number): Promise<Comparison> {
    return this.#as(actor, async (sql) => {
      const [before, after] = [await this.#revision(sql, id, from), await this.#revision(sql, id, to)];
      return { from: before, to: after, differences: differences(before.policy, after.policy) };
    });
  }

  /**
   * Makes a policy again what it was at an earlier revision, also after it was deleted; that is a revision too.
   *
   * @throws PolicySetError, RevisionConflictError, PortcullisError `policy_not_found`, `revision_not_found`.
   */
  restore(actor: Actor, id: string, target: number, { revision }: BasedOn): Promise<Saved> {
    return this.#as(actor, async (sql) => {
      const { policy } = await this.#revision(sql, id, target);
      if (policy === null) {
        throw invalidArgument(`revision ${target} says that it was deleted`, "Delete it, or restore an earlier one.");
      }
      const draft = this.#drafts.check(actor, JSON.stringify(policy), id);
      const [deleted] = await sql(
        `SELECT revision FROM :"schema".policy_revisions r
         WHERE policy_id = $1 AND operation = 'delete' AND :"schema".owns(tenant_id)
           AND revision = (SELECT max(revision) FROM :"schema".policy_revisions WHERE policy_id = $1)`,
        [id],
      );
      if (deleted === undefined) return this.#update(sql, draft, revision);
      const last = Number(deleted["revision"]);
      if (last !== checkedRevision(revision)) throw new RevisionConflictError(id, revision, last);
      return this.#insertAgain(sql, draft, last);
    });
  }

  #edit(actor: Actor, id: string, change: Partial<PolicyContent>, revision: number): Promise<Saved> {
    return this.#as(actor, async (sql) => {
      const policy = { ...(await this.#owned(sql, id, revision)), ...change };
      // What decides nothing may be as it is: one that was broken by hand can be switched off.
      const inert = !policy.enabled || policy.enforcement === "shadow";
      const draft = inert ? { policy, warnings: [] } : this.#drafts.check(actor, policy, id);
      return this.#update(sql, draft, revision);
    });
  }

  async #read(sql: Sql, id: string): Promise<StoredPolicy> {
    const [row] = await sql(
      `SELECT ${POLICY_COLUMNS} FROM :"schema".policies WHERE id = $1 AND :"schema".may_read(tenant_id, visibility)`,
      [id],
    );
    if (row === undefined) throw notFound();
    return policyOf(row);
  }

  /** The policy as it is, if the caller owns it and it has this revision. */
  async #owned(sql: Sql, id: string, revision: number): Promise<StoredPolicy> {
    checkedRevision(revision);
    const policy = await this.#read(sql, id);
    // Who changed it last is only told to those who own it.
    if (policy.updated_by === null) throw notOwner();
    if (policy.revision !== revision) throw new RevisionConflictError(id, revision, policy.revision);
    return policy;
  }

  async #revision(sql: Sql, id: string, revision: number): Promise<Revision> {
    const [row] = await sql(
      `SELECT ${REVISION_COLUMNS} FROM :"schema".policy_revisions
       WHERE policy_id = $1 AND revision = $2::integer AND :"schema".owns(tenant_id)`,
      [id, checkedRevision(revision)],
    );
    if (row === undefined) throw notFound("revision");
    return revisionOf(row);
  }

  async #insert(sql: Sql, { policy, warnings }: Draft, revision: number): Promise<Saved> {
    const columns = WRITTEN.map(([column]) => column).join(", ");
    const values = WRITTEN.map(([, type], i) => `$${i + 4}::${type}`).join(", ");
    try {
      const [row] = await sql(
        `WITH saved AS (INSERT INTO :"schema".policies (id, tenant_id, revision, ${columns})
           VALUES ($1, $2::text, $3::integer, ${values}) RETURNING *)
         SELECT ${POLICY_COLUMNS} FROM saved`,
        [policy.id, policy.tenant_id, revision, ...written(policy)],
      );
      return { policy: policyOf(row as Row), warnings };
    } catch (error) {
      throw stateOf(error) === UNIQUE_VIOLATION ? exists() : error;
    }
  }

  /** Puts a policy back that was deleted as a revision; someone else may be doing so. */
  async #insertAgain(sql: Sql, draft: Draft, deleted: number): Promise<Saved> {
    const { id } = draft.policy;
    await sql("SAVEPOINT again");
    try {
      return await this.#insert(sql, draft, deleted + 1);
    } catch (error) {
      if (!PortcullisError.is(error) || error.code !== "policy_exists") throw error;
      await sql("ROLLBACK TO SAVEPOINT again");
      const [latest] = await sql(
        `SELECT max(revision) AS revision FROM :"schema".policy_revisions
         WHERE policy_id = $1 AND :"schema".owns(tenant_id)`,
        [id],
      );
      throw new RevisionConflictError(id, deleted, Number(latest?.["revision"] ?? deleted));
    }
  }

  async #update(sql: Sql, { policy, warnings }: Draft, revision: number): Promise<Saved> {
    const assignments = WRITTEN.map(([column, type], i) => `${column} = $${i + 3}::${type}`).join(", ");
    const [row] = await sql(
      `WITH saved AS (UPDATE :"schema".policies SET ${assignments}
         WHERE id = $1 AND revision = $2::integer AND :"schema".owns(tenant_id) RETURNING *)
       SELECT ${POLICY_COLUMNS} FROM saved`,
      [policy.id, checkedRevision(revision), ...written(policy)],
    );
    if (row === undefined) throw await this.#refusal(sql, policy.id, revision);
    return { policy: policyOf(row), warnings };
  }

  /** Why a change found nothing to change. */
  async #refusal(sql: Sql, id: string, revision: number): Promise<PortcullisError> {
    const policy = await this.#read(sql, id);
    return policy.updated_by === null ? notOwner() : new RevisionConflictError(id, revision, policy.revision);
  }

  /** Runs statements as someone. The settings end with the transaction. */
  #as<T>(actor: Actor, work: (sql: Sql) => Promise<T>): Promise<T> {
    const { role, schema, timeoutMs } = this.#options;
    const run = async (connection: Connection) => {
      const { tenant, by } = checkedActor(actor);
      await connection.rows(
        `SELECT set_config('portcullis.tenant', $1, true), set_config('portcullis.platform', $2, true),
           set_config('portcullis.actor', $3, true), set_config('portcullis.loader', '', true)`,
        [tenant ?? "", tenant === null ? "on" : "", by],
      );
      await takeRole(connection, role);
      await this.#version.on(connection, { schema });
      return work((text, parameters) => connection.rows(inSchema(text, { schema }), parameters));
    };
    return this.#database.transaction(run, { timeoutMs });
  }
}

type Sql = (text: string, parameters?: readonly Parameter[]) => Promise<readonly Row[]>;

/** From here to the end of the transaction, the connection is this role. */
export async function takeRole(connection: Connection, role: string | undefined): Promise<void> {
  if (role !== undefined) await connection.rows("SELECT set_config('role', $1, true)", [role]);
}

const UNIQUE_VIOLATION = "23505";

function chosenId(policy: PolicyInput | string): string | undefined {
  try {
    const said = typeof policy === "string" ? JSON.parse(policy) : policy;
    return said?.id ?? undefined;
  } catch {
    return undefined;
  }
}

function checkedRevision(revision: number): number {
  if (Number.isInteger(revision) && revision >= 1 && revision < 2 ** 31) return revision;
  throw invalidArgument("the revision is no integer from 1", "Give the one that was read.");
}

function exists(): PortcullisError {
  return new PortcullisError({
    code: "policy_exists",
    message: "there is, or was, a policy of that id",
    remedy: "Leave out `id`, or restore the one that was deleted.",
    retryable: false,
  });
}

function notOwner(): PortcullisError {
  return new PortcullisError({
    code: "not_owner",
    message: "the policy belongs to the platform",
    remedy: "Ask whoever runs the platform.",
    retryable: false,
  });
}
