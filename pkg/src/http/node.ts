// The handler on node:http, without the objects of the web in between: they cost more than a decision.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Answering } from "./call.js";

export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => void;

export function nodeHandler(answer: Answering): NodeHandler {
  return (request, response) => {
    const { url = "/", method = "GET", headers } = request;
    const target = url.startsWith("/") ? url : pathOf(url);
    const mark = target.indexOf("?");
    let whole = false;
    answer({
      method,
      path: mark < 0 ? target : target.slice(0, mark),
      query: mark < 0 ? "" : target.slice(mark + 1),
      get mount() {
        return mountOf(request, target);
      },
      header(name) {
        const value = headers[name];
        return Array.isArray(value) ? value.join(", ") : value;
      },
      body(most) {
        const there = atOnce(request, most);
        whole = there !== undefined;
        return there ?? read(request, most);
      },
    }).then(
      ({ status, headers, body }) => {
        if (response.destroyed) return;
        if (status === 204) response.writeHead(status, headers).end();
        else response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) }).end(body);
        // A body that nobody asked for must not block the next call on the connection.
        if (!request.complete && !whole) request.resume();
      },
      () => response.destroy(),
    );
  };
}

/** Express and its like keep the whole address where they cut it. */
function mountOf(request: IncomingMessage & { originalUrl?: string }, target: string): string {
  const { originalUrl = "" } = request;
  return originalUrl.endsWith(target) ? originalUrl.slice(0, -target.length) : "";
}

/** What proxies are asked with: a whole address. */
function pathOf(url: string): string {
  if (!URL.canParse(url)) return url;
  const { pathname, search } = new URL(url);
  return pathname + search;
}

/** Bodies mostly come along with the head. To listen for what is there takes longer than to decide. */
function atOnce(request: IncomingMessage, most: number): Uint8Array | undefined {
  const length = Number(request.headers["content-length"]);
  const there = length > 0 && length <= most && request.readableLength === length;
  return there ? (request.read() ?? undefined) : undefined;
}

function read(request: IncomingMessage, most: number): Promise<Uint8Array | undefined> {
  if (request.readableEnded) return Promise.reject(bodyTaken());
  if (Number(request.headers["content-length"] ?? 0) > most) return Promise.resolve(undefined);
  return new Promise((done, fail) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > most) done(undefined);
      else chunks.push(chunk);
    });
    request.on("end", () => done(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)));
    // Also where the caller goes away.
    request.on("error", fail);
  });
}

/** It would be waited for without end. */
function bodyTaken(): Error {
  const remedy = "Mount the handler before what parses bodies, as `express.json()` does.";
  return new Error(`the body was read before the handler got the call. ${remedy}`);
}
