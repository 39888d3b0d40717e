// What the service's tests share.
import { setTimeout as pause } from "node:timers/promises";
import type { Decision, Policy, Request } from "portcullis";
import { postgres } from "portcullis/postgres";
import {
  databaseSource,
  migrate,
  PolicyEngineService,
  type PolicyInput,
  PolicyStore,
  type ServiceOptions,
} from "portcullis/service";
import { afterwards } from "../postgres/cleanup.js";
import { newDatabase, SERVER, sql, type TestDatabase } from "../postgres/server.js";

export const platform = { tenant: null, by: "platform" };
export const acme = { tenant: "acme", by: "ann" };

/** A policy of the platform. */
export function policy(id: string, more: Partial<Policy> = {}): Policy {
  return { id, name: id, scope: "global", effect: "deny", rule_expr: {}, ...more };
}

/** One of a tenant, which is given its id. */
export function anonymous(more: Partial<Policy> = {}): PolicyInput {
  const { id: _, ...rest } = policy("anonymous", more);
  return rest;
}

export const open = policy("open", { effect: "allow" });

export function request(more: Partial<Request> = {}): Request {
  return {
    action: "tool_call",
    now: 1_795_375_800_000,
    tenant: { id: "acme" },
    app: null,
    user: { id: "u1" },
    workflow: null,
    agent: null,
    tool: { id: "search" },
    run: { id: "r1", root_id: "r1", mode: "auto" },
    input: {},
    ...more,
  };
}

/** Waits until something holds; the test's own timeout says when that was too long. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await pause(10);
}

export const codes = (decisions: readonly Decision[]) => [...new Set(decisions.map(({ code }) => code))];

/** A migrated database with a store, by addresses. */
export interface Stored {
  readonly database: TestDatabase;
  readonly store: PolicyStore;
  hand(...statements: string[]): Promise<Record<string, unknown>[]>;
  /** A service of its own on the database, closed after the tests of the file. */
  serve(
    options?: Partial<ServiceOptions> & { address?: string; listenAt?: string | false; timeoutMs?: number },
  ): Promise<PolicyEngineService>;
}

export async function stored(server = SERVER): Promise<Stored> {
  const database = await newDatabase(server);
  const owner = await postgres(database.owner);
  await migrate(owner, { roles: database.roles });
  await owner.close?.();
  await database.join();
  const app = await postgres(database.app);
  afterwards(() => app.close?.());
  return {
    database,
    store: new PolicyStore({ database: app }),
    hand: (...statements) => sql(database.superuser, ...statements),
    async serve({ address = database.loader, listenAt, timeoutMs, ...options } = {}) {
      const loader = await postgres(address, { ...(listenAt !== undefined && { listenAt }) });
      const closing: { service?: PolicyEngineService } = {};
      afterwards(async () => {
        await closing.service?.close();
        await loader.close?.();
      });
      const source = databaseSource({ database: loader, timeoutMs });
      closing.service = await PolicyEngineService.start({ source, ...options });
      return closing.service;
    },
  };
}
