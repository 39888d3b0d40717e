// A server of node:http that says where it is, and ends without cutting anyone off.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { NodeHandler } from "../../http/node.js";
import { UsageError } from "../usage.js";

/** Milliseconds that calls under way have to end. */
const ENDS_WITHIN = 10_000;

/** @throws UsageError where the address can't be had. */
export function listening(handler: NodeHandler, host: string, port: number): Promise<{ server: Server; port: number }> {
  // Callers that send slowly, or nothing, are let go.
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000, keepAliveTimeout: 30_000 }, handler);
  return new Promise((done, fail) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      fail(new UsageError(`it can't listen at ${host}:${port}: ${error.code}`, "name another `--host` or `--port`")),
    );
    server.listen(port, host, () => done({ server, port: (server.address() as AddressInfo).port }));
  });
}

/** Resolves once someone asks the process to end. */
export function asked(): Promise<void> {
  return new Promise((done) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => done());
  });
}

/** Takes no new calls, and lets those under way end. */
export async function ended(server: Server): Promise<void> {
  const closed = new Promise((done) => server.close(done));
  server.closeIdleConnections();
  const late = setTimeout(() => server.closeAllConnections(), ENDS_WITHIN);
  await closed;
  clearTimeout(late);
}
