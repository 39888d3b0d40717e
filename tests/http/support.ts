// A server for tests: the real handler on node:http, on a database of its own, with callers of all kinds.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { Catalogue } from "portcullis";
import { type Authenticate, createNodeHandler, type HandlerOptions, keyAuthenticator } from "portcullis/http";
import {
  ApiKeyStore,
  DecisionLog,
  databaseLog,
  databaseSource,
  decisionSink,
  loggedDecisions,
  PolicyEngineService,
  PolicyStore,
} from "portcullis/service";
import { afterAll } from "vitest";
import type { Prepared } from "../postgres/kinds.js";
import { Client } from "./client.js";

export const ROLES = ["nobody", "reader", "author", "admin", "approver"] as const;

export interface World {
  readonly client: Client;
  readonly base: string;
  readonly store: PolicyStore;
  readonly service: PolicyEngineService;
  readonly keys: ApiKeyStore;
  /** Where what it decides is logged. */
  readonly log: DecisionLog;
  /** A key, made once for each. */
  key(tenant: string | null, ...roles: string[]): Promise<string>;
  /** Waits until the service has seen all that was stored. */
  settled(): Promise<void>;
}

/** Serves a handler until the tests of the file are over. */
export async function served(handler: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(handler as never);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  afterAll(
    () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(done);
      }),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export async function world(
  { app, appRole, loader, loaderRole, ...logged }: Prepared,
  more: Partial<HandlerOptions> & { catalogue?: Catalogue; rememberedMs?: number } = {},
  ways: readonly Authenticate[] = [],
): Promise<World> {
  const { catalogue } = more;
  const store = new PolicyStore({ database: app, role: appRole, catalogue });
  const keys = new ApiKeyStore({ database: app, role: appRole });
  const log = new DecisionLog({ sink: databaseLog({ database: logged.log, role: logged.logRole }), flushMs: 0 });
  const service = await PolicyEngineService.start({
    source: databaseSource({ database: loader, role: loaderRole }),
    catalogue,
    pollMs: 200,
    onDecision: decisionSink(log),
  });
  afterAll(async () => {
    await log.close();
    await service.close();
  });
  const base = await served(
    createNodeHandler({
      service,
      store,
      log,
      decisions: loggedDecisions({ database: app, role: appRole }),
      authenticate: [keyAuthenticator(keys, more.rememberedMs), ...ways],
      ...more,
    }),
  );
  const made = new Map<string, Promise<string>>();
  return {
    client: await Client.of(base),
    base,
    store,
    service,
    keys,
    log,
    key(tenant, ...roles) {
      const name = JSON.stringify([tenant, roles]);
      const key = made.get(name) ?? keys.create({ tenant, by: "tests" }, { name, roles }).then(({ key }) => key);
      made.set(name, key);
      return key;
    },
    settled: () => service.refresh(),
  };
}

/** Waits until something holds; the test's own timeout says when that was too long. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await pause(20);
}

export const request = {
  action: "tool_call",
  tenant: { id: "acme" },
  app: null,
  user: { id: "u1", roles: ["support"] },
  workflow: null,
  agent: null,
  tool: { id: "send_mail" },
  run: { id: "r1", root_id: "r1", mode: "auto" },
  input: { amount: 7 },
};

export const draft = {
  name: "no mail",
  scope: "tool",
  effect: "deny",
  rule_expr: { target: ["send_mail"], message: "No mail.", remedy: "Write a letter." },
};
