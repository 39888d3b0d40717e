// What the log's writer and its reader have in common: statements, and conditions on entries.
import type { LogFilter } from "../log/reader.js";
import type { Connection, Database, Parameter, Row } from "./connection.js";
import { type DatabaseLike, databaseOf } from "./database.js";
import { invalidArgument } from "./errors.js";
import { VersionCheck } from "./migrate.js";
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

export type Sql = (text: string, parameters?: readonly Parameter[]) => Promise<readonly Row[]>;

const TIMEOUT = 10_000;

/** Statements on the database with settings of their own, which end with the transaction. */
export class Statements {
  readonly #database: Database;
  readonly #options: DatabaseLogOptions;
  readonly #version = new VersionCheck();

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
        await this.#version.on(connection, names);
        return work((text, parameters) => connection.rows(inSchema(text, names), parameters));
      },
      { timeoutMs: most ?? timeoutMs },
    );
  }
}

/** A tenant asks for policies that it may read, and learns of no other whether it applied. */
export function conditions(filter: LogFilter, tenant = false): { where: string; parameters: Parameter[] } {
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
