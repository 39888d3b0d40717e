// Serves the built page on loopback: node www/serve.mjs [port]
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

const root = new URL("./dist/", import.meta.url);

/** The file at a path; never one outside of the folder. */
function locate(path) {
  try {
    const name = decodeURIComponent(path).replace(/\/$/, "/index.html");
    const file = new URL(`.${encodeURI(name)}`, root);
    if (!file.href.startsWith(root.href)) return undefined;
    return statSync(file, { throwIfNoEntry: false })?.isFile() ? file : undefined;
  } catch {
    return undefined;
  }
}

/** Answers with the file that is asked for. */
export function answer({ method, url = "/" }, response) {
  if (method !== "GET" && method !== "HEAD") return response.writeHead(405, { allow: "GET, HEAD" }).end();
  const file = locate(url.replace(/[?#].*/s, ""));
  if (file === undefined) return response.writeHead(404, { "content-type": "text/plain" }).end("not found\n");
  response.writeHead(200, {
    "content-type": TYPES[extname(file.pathname)] ?? "application/octet-stream",
    "x-content-type-options": "nosniff",
    "cache-control": "no-cache",
  });
  if (method === "HEAD") return response.end();
  return createReadStream(file).pipe(response);
}

/** Starts a server on a port of loopback; 0 takes a free one. */
export function serve(port = 0) {
  const server = createServer(answer);
  return new Promise((done, fail) => {
    server.once("error", fail);
    server.listen(port, "127.0.0.1", () => done(server));
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (!existsSync(root)) {
    process.stderr.write("error: the page is not built\n  help: run `make www`\n");
    process.exit(1);
  }
  const server = await serve(Number(process.argv[2] ?? process.env.PORT ?? 0));
  process.stdout.write(`http://127.0.0.1:${server.address().port}/\n`);
}
