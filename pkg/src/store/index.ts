// The names of the store that are public.
export type {
  Connection,
  Database,
  Listener,
  Listening,
  Parameter,
  Queryable,
  Row,
  TransactionOptions,
} from "./connection.js";
export { type DatabaseLike, databaseOf } from "./database.js";
export type { Actor, PolicyInput } from "./draft.js";
export type { DatabaseLogOptions } from "./entries.js";
export { RevisionConflictError } from "./errors.js";
export { type ApiKey, ApiKeyStore, type ApiKeyStoreOptions, type NewApiKey } from "./keys.js";
export type { ListOptions, PolicyPage } from "./list.js";
export type { DatabaseLog } from "./log.js";
export { type Migrated, type MigrateOptions, migrate } from "./migrate.js";
export type { RoleNames } from "./migrations.js";
export { openDatabase } from "./open.js";
export type { PostgresOptions } from "./postgres.js";
export { type Format, printMigrations } from "./print.js";
export type { Comparison, Difference, Revision } from "./revisions.js";
export type { PolicyContent, StoredPolicy } from "./rows.js";
export type { DatabaseSourceOptions } from "./source.js";
export type { BasedOn, Saved, StoreOptions } from "./store.js";
