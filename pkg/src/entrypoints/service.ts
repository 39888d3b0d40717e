// `portcullis/service`, for servers: policies in a database or in files, the service that decides by them,
// enforcers, and the log of decisions.
import { FileLog, type FileLogOptions } from "../log/file.js";
import type { DecisionReader } from "../log/reader.js";
import type { LogSink } from "../log/sink.js";
import { FileSource, type FileSourceOptions } from "../service/files.js";
import { PolicyEngineService as Service, type ServiceOptions } from "../service/service.js";
import type { PolicySource } from "../service/source.js";
import { DatabaseDecisions } from "../store/decisions.js";
import type { DatabaseLogOptions } from "../store/entries.js";
import { DatabaseLog } from "../store/log.js";
import { DatabaseSource, type DatabaseSourceOptions } from "../store/source.js";
import { PolicyStore as Store, type StoreOptions } from "../store/store.js";
import { PolicyEngine, validate } from "./node.js";

export * from "../limits/index.js";
export * from "../log/index.js";
export type { ContainedPolicy } from "../service/contain.js";
export * from "../service/enforce/index.js";
export type { FileSourceOptions } from "../service/files.js";
export type { Failure, Health, HealthSink } from "../service/health.js";
export type { DecisionSink, ServiceOptions } from "../service/service.js";
export type { PolicyChanges, PolicySnapshot, PolicySource, SourcePolicy, SourceWatcher } from "../service/source.js";
export * from "../store/index.js";

export class PolicyEngineService extends Service {
  private constructor(options: ServiceOptions) {
    super({ PolicyEngine, validate }, options);
  }

  /**
   * Starts a service: loads the policies, and follows their changes until it is closed.
   *
   * @throws PortcullisError `database_unavailable`, `schema_missing`, `database_newer`, …; PolicySetError.
   */
  static start(options: ServiceOptions): Promise<PolicyEngineService> {
    return new PolicyEngineService(options).begin(options.withoutPolicies);
  }
}

export class PolicyStore extends Store {
  constructor(options: StoreOptions) {
    super(validate, options);
  }
}

/** Policies of all tenants from a database, followed as they change. */
export function databaseSource(options: DatabaseSourceOptions): PolicySource {
  return new DatabaseSource(options);
}

/** Policies from files, followed as they are saved: for development. */
export function fileSource(options: FileSourceOptions): PolicySource {
  return new FileSource(options);
}

/** Logged decisions in a database. */
export function databaseLog(options: DatabaseLogOptions): DatabaseLog {
  return new DatabaseLog(options);
}

/** Logged decisions in a file of NDJSON. */
export function fileLog(options: FileLogOptions): LogSink {
  return new FileLog(options);
}

/** What was logged in a database, as a tenant or the platform is shown it. */
export function loggedDecisions(options: DatabaseLogOptions): DecisionReader {
  return new DatabaseDecisions(options);
}
