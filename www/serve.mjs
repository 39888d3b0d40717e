// Serves the built page on loopback: node www/serve.mjs [port]
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { createPageHandler } from "portcullis/http";

const folder = fileURLToPath(new URL("./dist/", import.meta.url));

/** Starts a server on a port of loopback; 0 takes a free one. */
export function serve(port = 0) {
  const server = createServer(createPageHandler(folder));
  return new Promise((done, fail) => {
    server.once("error", fail);
    server.listen(port, "127.0.0.1", () => done(server));
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (!existsSync(folder)) {
    process.stderr.write("error: the page is not built\n  help: run `make www`\n");
    process.exit(1);
  }
  const server = await serve(Number(process.argv[2] ?? process.env.PORT ?? 0));
  process.stdout.write(`http://127.0.0.1:${server.address().port}/\n`);
}
