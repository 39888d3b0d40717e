// A built page beside the API: its files and no others, and never in the API's place.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createHandler, createPageHandler, LOOPBACK, singleToken } from "portcullis/http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch } from "../browser/chromium.js";
import { KINDS } from "../postgres/kinds.js";
import { send } from "./client.js";
import { served, type World, world } from "./support.js";

const home = mkdtempSync(join(tmpdir(), "portcullis-page-"));
const page = join(home, "page");
afterAll(() => rmSync(home, { recursive: true, force: true }));

const put = (path: string, bytes: string | Uint8Array) => {
  const file = join(home, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes);
};
const WASM = Uint8Array.of(0, 0x61, 0x73, 0x6d, 0xff, 0xfe, 0x80, 0);

put("page/index.html", "<!doctype html>");
put("page/assets/main.js", "export {};");
put("page/assets/portcullis.wasm", WASM);
put("page/empty.wasm", Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
put(
  "page/app.html",
  `<!doctype html><title>waiting</title>
   <meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'">
   <script type="module" src="/app.js"></script>`,
);
put(
  "page/app.js",
  `const token = location.hash.slice("#connect=".length);
   const answer = await fetch("/v1/status", { headers: { authorization: "Bearer " + token } });
   const { status } = await answer.json();
   const { instance } = await WebAssembly.instantiateStreaming(fetch("/empty.wasm"));
   document.title = answer.status + " " + status + ", WebAssembly of " + Object.keys(instance.exports).length + " exports";`,
);
put("page/two words.css", "a {}");
put("page/.env", "SECRET");
put("page/.git/config", "SECRET");
put("page/v1/health", "SECRET");
put("page/access/v1/page.js", "SECRET");
put("page/openapi.json", "SECRET");
put("secret.txt", "SECRET");
put("page-other/secret.txt", "SECRET");
symlinkSync(join(home, "secret.txt"), join(page, "out.txt"));
symlinkSync(join(home, "page-other"), join(page, "other"));
symlinkSync(join(page, ".env"), join(page, "env.txt"));
symlinkSync(join(page, "assets"), join(page, "same"));

/** As it is written: clients would mend the path. */
function raw(base: string, target: string): Promise<string> {
  const { port, hostname } = new URL(base);
  return new Promise((done, fail) => {
    let text = "";
    const socket = connect(Number(port), hostname, () =>
      socket.write(`GET ${target} HTTP/1.1\r\nhost: ${hostname}\r\nconnection: close\r\n\r\n`),
    );
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
    });
    socket.on("close", () => done(text));
    socket.on("error", fail);
  });
}

const ESCAPES = [
  "/.env",
  "/.git/config",
  "/%2eenv",
  "/../secret.txt",
  "/%2e%2e/secret.txt",
  "/..%2fsecret.txt",
  "/assets/../../secret.txt",
  "/assets/..%2f..%2fsecret.txt",
  "/..%5csecret.txt",
  "/..\\secret.txt",
  "/%252e%252e/secret.txt",
  "//secret.txt",
  "/page-other/secret.txt",
  "/out.txt",
  "/other/secret.txt",
  "/env.txt",
  "/index.html%00.js",
  "/%ff",
  "/assets",
  "/assets/",
  "/nothing.js",
];

describe("a page", () => {
  let api: World;

  beforeAll(async () => {
    const [, [, prepare]] = KINDS as [unknown, (typeof KINDS)[number]];
    api = await world(await prepare(), { page, hosts: LOOPBACK });
  }, 120_000);

  it("is served with its types, to anyone", async () => {
    const types = [];
    for (const path of ["/", "/index.html?x=1", "/assets/main.js", "/two%20words.css", "/same/main.js"]) {
      const { status, headers } = await send(api.base, "GET", path);
      expect([status, headers["x-content-type-options"]], path).toEqual([200, "nosniff"]);
      types.push(headers["content-type"]);
    }
    expect(types).toEqual([
      "text/html; charset=utf-8",
      "text/html; charset=utf-8",
      "text/javascript; charset=utf-8",
      "text/css; charset=utf-8",
      "text/javascript; charset=utf-8",
    ]);
    const wasm = await fetch(`${api.base}/assets/portcullis.wasm`);
    expect(wasm.headers.get("content-type")).toBe("application/wasm");
    expect(new Uint8Array(await wasm.arrayBuffer())).toEqual(WASM);
    const head = await send(api.base, "HEAD", "/assets/portcullis.wasm");
    expect([head.status, head.headers["content-length"], head.text]).toEqual([200, "8", ""]);
  });

  it("is nothing but the files of its folder", async () => {
    for (const path of ESCAPES) {
      const answer = await raw(api.base, path);
      expect(answer, path).toMatch(/^HTTP\/1.1 404/);
      expect(answer, path).not.toContain("SECRET");
    }
  });

  it("never stands in the place of the API", async () => {
    expect((await api.client.call("GET", "/v1/health")).body).toEqual({ status: "ok" });
    expect((await api.client.call("GET", "/openapi.json")).body.openapi).toBe("3.1.0");
    for (const path of ["/v1", "/v1/", "/v1/nothing", "/access/v1/page.js", "/.well-known/nothing"]) {
      const { status, body } = await send(api.base, "GET", path);
      expect([status, body.code], path).toEqual([404, "route_not_found"]);
    }
    expect((await send(api.base, "GET", "/v1/policies")).status).toBe(401);
  });

  it("takes nothing, and answers to its own name alone", async () => {
    const post = await send(api.base, "POST", "/index.html", { body: {} });
    expect([post.status, post.headers["allow"]]).toEqual([405, "GET, HEAD, OPTIONS"]);
    const options = await send(api.base, "OPTIONS", "/index.html");
    expect([options.status, options.headers["allow"], options.text]).toEqual([204, "GET, HEAD, OPTIONS", ""]);
    expect((await send(api.base, "GET", "/", { headers: { host: "evil.example" } })).status).toBe(421);
  });

  it("calls the API of its own origin in a real browser, by a link that is never sent", async () => {
    const browser = await launch();
    try {
      const page = await browser.newPage();
      const sent: string[] = [];
      page.on("request", (request) => sent.push(`${request.url()} ${request.headers()["referer"] ?? ""}`));
      const key = await api.key(null, "reader");
      await page.goto(`${api.base}/app.html#connect=${key}`);
      await expect.poll(() => page.title(), { timeout: 30_000 }).not.toBe("waiting");
      // The binary came with the type that browsers ask for.
      expect(await page.title()).toBe("200 ok, WebAssembly of 0 exports");
      expect(sent.some((line) => line.includes("/v1/status"))).toBe(true);
      expect(sent.join("\n")).not.toContain(key);
    } finally {
      await browser.close();
    }
  }, 60_000);

  it("is the same by a handler of the web, and alone", async () => {
    const authenticate = [singleToken("t", { subject: "s", tenant: null, roles: new Set(["reader"] as const) })];
    const handler = createHandler({ service: api.service, authenticate, page });
    const wasm = await handler(new Request("https://policies.example/assets/portcullis.wasm"));
    expect(new Uint8Array(await wasm.arrayBuffer())).toEqual(WASM);
    const head = await handler(new Request("https://policies.example/", { method: "HEAD" }));
    expect([head.status, await head.text()]).toEqual([200, ""]);
    const alone = await served(createPageHandler(page));
    expect((await send(alone, "GET", "/")).status).toBe(200);
    for (const path of ESCAPES) expect(await raw(alone, path), path).not.toContain("SECRET");
    expect(() => createPageHandler(home)).toThrow(expect.objectContaining({ code: "invalid_argument" }));
  });
});
