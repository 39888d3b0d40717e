// The handler as platforms of the web have it: a Request in, a Response out.
import type { Answering } from "./call.js";

export type FetchHandler = (request: Request) => Promise<Response>;

export function fetchHandler(answer: Answering): FetchHandler {
  return async (request) => {
    const url = new URL(request.url);
    const { status, headers, body } = await answer({
      method: request.method,
      path: url.pathname,
      query: url.search.slice(1),
      header: (name) => request.headers.get(name) ?? (name === "host" ? url.host : undefined),
      body: (most) => read(request.body, most),
    });
    return new Response(status === 204 || request.method === "HEAD" ? null : body, { status, headers });
  };
}

async function read(stream: ReadableStream<Uint8Array> | null, most: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (stream === null) return new Uint8Array();
  // Breaking off cancels the stream.
  for await (const chunk of stream as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > most) return undefined;
    chunks.push(chunk);
  }
  return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
}
