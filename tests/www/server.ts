// A server with its page on one origin: the real handler, on a database of its own.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { PGlite } from "@electric-sql/pglite";
import type { Catalogue } from "portcullis";
import { createNodeHandler, keyAuthenticator } from "portcullis/http";
import {
  ApiKeyStore,
  DecisionLog,
  databaseLog,
  databaseSource,
  decisionSink,
  loggedDecisions,
  migrate,
  PolicyEngineService,
  PolicyStore,
} from "portcullis/service";

const page = fileURLToPath(new URL("../../www/dist/", import.meta.url));

export interface Connected {
  readonly origin: string;
  readonly store: PolicyStore;
  readonly service: PolicyEngineService;
  /** Writes what was decided so far. */
  logged(): Promise<void>;
  key(tenant: string | null, role: string): Promise<string>;
  /** Ends all keys of the platform. */
  revoke(): Promise<void>;
  /** Answers nothing from now on, until it is told to go on. */
  hang(up: boolean): void;
  close(): Promise<void>;
}

export const ANN = { tenant: "acme", by: "ann" };
export const PLATFORM = { tenant: null, by: "root" };

export const OPEN = {
  id: "open",
  name: "open by default",
  scope: "global" as const,
  effect: "allow" as const,
  rule_expr: {},
  visibility: "public" as const,
};

export const REFUNDS = {
  id: "refunds",
  name: "no large refunds",
  scope: "tool" as const,
  effect: "deny" as const,
  rule_expr: { target: ["refund"], when: { field: "input.amount_cents", gt: 10_000 } },
};

/** What of requests is logged: all of them, or what the log is told to keep. */
type Kept = ConstructorParameters<typeof DecisionLog>[0]["request"];

export async function connected({
  catalogue,
  request,
}: {
  catalogue?: Catalogue;
  request?: Kept;
} = {}): Promise<Connected> {
  const database = new PGlite();
  await migrate(database, { roles: true });
  const role = "portcullis_app";
  const store = new PolicyStore({ database, role, catalogue });
  const keys = new ApiKeyStore({ database, role });
  const log = new DecisionLog({
    sink: databaseLog({ database, role: "portcullis_log" }),
    flushMs: 0,
    ...(request !== undefined && { request }),
  });
  const service = await PolicyEngineService.start({
    source: databaseSource({ database, role: "portcullis_loader" }),
    catalogue,
    pollMs: 200,
    onDecision: decisionSink(log),
  });
  const decisions = loggedDecisions({ database, role });
  const handler = createNodeHandler({
    ...{ service, store, decisions, catalogue, page },
    authenticate: [keyAuthenticator(keys, 1)],
  });
  let isDown = false;
  const server = createServer((request, response) => {
    if (isDown && request.url?.startsWith("/v1/")) response.destroy();
    else handler(request, response);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    store,
    service,
    logged: () => log.flush(),
    key: async (tenant, of) => (await keys.create({ tenant, by: "tests" }, { name: of, roles: [of] })).key,
    async revoke() {
      for (const { id } of await keys.list(PLATFORM)) await keys.revoke(PLATFORM, id);
    },
    hang(up) {
      isDown = up;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      await log.close();
      await service.close();
      await database.close();
    },
  };
}
