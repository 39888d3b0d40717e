// The migrations, in order, and the roles.
import { createHash } from "node:crypto";
import schema from "./migrations/0000_schema.sql";
import policies from "./migrations/0001_policies.sql";
import apiKeys from "./migrations/0002_api_keys.sql";
import decisionLog from "./migrations/0003_decision_log.sql";
import functions from "./migrations/0004_functions.sql";
import rolesText from "./migrations/roles.sql";
import { checkedName, DEFAULT_ROLES, DEFAULT_SCHEMA, fill } from "./sql.js";

/** A step from one state of the schema to the next. Once released it is never edited; another one follows it. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly checksum: string;
  /** With names yet to be put in. */
  readonly text: string;
}

/** Names in the database. */
export interface Names {
  /** Where the tables are; default `portcullis`. */
  readonly schema?: string | undefined;
  /** The roles that `roles.sql` makes; default `portcullis_app`, `portcullis_loader` and `portcullis_log`. */
  readonly roles?: RoleNames | undefined;
}

/** Names of the roles. The log's is the application's with `_log` after it, unless it is given. */
export interface RoleNames {
  readonly app: string;
  readonly loader: string;
  readonly log?: string;
}

export const MIGRATIONS: readonly Migration[] = [
  { name: "schema", text: schema },
  { name: "policies", text: policies },
  { name: "api_keys", text: apiKeys },
  { name: "decision_log", text: decisionLog },
  { name: "functions", text: functions },
].map(({ name, text }, version) => ({
  version,
  name,
  text,
  checksum: `sha256:${createHash("sha256").update(text).digest("hex")}`,
}));

export const NEWEST = MIGRATIONS.length - 1;

/** SQL of a migration or of a statement of ours, with the schema's name. */
export function inSchema(text: string, { schema = DEFAULT_SCHEMA }: Names = {}): string {
  return fill(text, { schema: checkedName("schema", schema) });
}

/** The SQL that makes the roles and grants them what they need. */
export function rolesScript({ schema = DEFAULT_SCHEMA, roles = DEFAULT_ROLES }: Names = {}): string {
  const { app, loader, log = `${app}_log` }: RoleNames = roles;
  return fill(rolesText, {
    schema: checkedName("schema", schema),
    app: checkedName("role", app),
    loader: checkedName("role", loader),
    log: checkedName("role", log),
  });
}

/** The script of a migration that also records it. */
export function scriptOf(migration: Migration, names: Names): string {
  const { version, name, checksum, text } = migration;
  const record = `INSERT INTO :"schema".migrations (version, name, checksum)
  VALUES (${version}, '${name}', '${checksum}');
`;
  return inSchema(`${text.trimEnd()}\n\n${record}`, names);
}

/** Held while a migration is applied, so that two processes don't at once; each schema has its own. */
export function lockStatement(names: Names): string {
  return inSchema(`SELECT pg_advisory_xact_lock(hashtext('portcullis.migrate'), hashtext(:'schema'));`, names);
}
