// A server with its page on one origin: the real handler, on a database of its own.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { PGlite } from "@electric-sql/pglite";
import type { Catalogue } from "portcullis";
import { createNodeHandler, keyAuthenticator } from "portcullis/http";
import { ApiKeyStore, databaseSource, migrate, PolicyEngineService, PolicyStore } from "portcullis/service";
import { answer } from "../../www/serve.mjs";

export interface Connected {
  readonly origin: string;
  readonly store: PolicyStore;
  key(tenant: string | null, role: string): Promise<string>;
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

export async function connected(catalogue?: Catalogue): Promise<Connected> {
  const database = new PGlite();
  await migrate(database, { roles: true });
  const role = "portcullis_app";
  const store = new PolicyStore({ database, role, catalogue });
  const keys = new ApiKeyStore({ database, role });
  const service = await PolicyEngineService.start({
    source: databaseSource({ database, role: "portcullis_loader" }),
    catalogue,
    pollMs: 200,
  });
  const api = createNodeHandler({ service, store, catalogue, authenticate: [keyAuthenticator(keys)] });
  let isDown = false;
  const server: Server = createServer((request, response) => {
    if (!request.url?.startsWith("/v1/")) return answer(request, response);
    if (isDown) return response.destroy();
    return api(request, response);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    store,
    key: async (tenant, of) => (await keys.create({ tenant, by: "tests" }, { name: of, roles: [of] })).key,
    hang(up) {
      isDown = up;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      await service.close();
      await database.close();
    },
  };
}
