// Pages in a real browser: folders and texts served on a loopback port, and a Chromium that opens them.
import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { transform } from "esbuild";
import { type Browser, chromium, type Page } from "playwright-core";

/** By path: a folder, with a slash at the end of both, or a file. TypeScript is served as JavaScript. */
export type Site = Readonly<Record<string, URL>>;

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-quic",
  "--no-first-run",
];

export interface Server {
  readonly origin: string;
  close(): Promise<void>;
}

/** Serves a site on a free loopback port. */
export async function serve(site: Site): Promise<Server> {
  const server = createServer(async ({ url = "/" }, response) => {
    try {
      const { type, body } = await load(site, decodeURIComponent(new URL(url, "http://localhost").pathname));
      response.writeHead(200, { "content-type": type }).end(body);
    } catch (error) {
      response.writeHead(404, { "content-type": "text/plain" }).end(String(error));
    }
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function load(site: Site, path: string): Promise<{ type: string; body: string | Buffer }> {
  const file = locate(site, path);
  const extension = extname(file.pathname);
  const type = TYPES[extension] ?? "application/octet-stream";
  try {
    return { type, body: await readFile(file) };
  } catch (error) {
    // Sources name their imports as they are called once built.
    if (extension !== ".js") throw error;
    const { code } = await transform(await readFile(new URL(file.href.replace(/\.js$/, ".ts")), "utf8"), {
      loader: "ts",
    });
    return { type, body: code };
  }
}

/** The file at a path, never one outside of the folder that is served there. */
function locate(site: Site, path: string): URL {
  const exact = site[path];
  if (exact !== undefined && !exact.pathname.endsWith("/")) return exact;
  for (const [prefix, folder] of Object.entries(site)) {
    if (!prefix.endsWith("/") || !path.startsWith(prefix)) continue;
    const file = new URL(encodeURI(path.slice(prefix.length)), folder);
    if (file.href.startsWith(folder.href)) return file;
  }
  throw new Error(`nothing is served at ${path}`);
}

/** Starts a Chromium with an empty profile of its own. */
export async function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium(), args: FLAGS });
}

function findChromium(): string {
  const { CHROMIUM } = process.env;
  if (CHROMIUM !== undefined && CHROMIUM !== "") return CHROMIUM;
  const script = fileURLToPath(new URL("../../scripts/setup/chromium", import.meta.url));
  return execFileSync(script, { encoding: "utf8" }).trimEnd().split("\n").at(-1) as string;
}

export interface Visit {
  readonly page: Page;
  readonly origin: string;
  /** What the page has thrown, logged as an error or failed to load so far. */
  readonly errors: readonly string[];
}

/** Serves a site, opens one of its pages, and gives it to a test. */
export async function visit<T>(site: Site, path: string, test: (visit: Visit) => Promise<T>): Promise<T> {
  const server = await serve(site);
  try {
    const browser = await launch();
    try {
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(error.stack ?? error.message));
      page.on("console", (message) => {
        if (message.type() === "error") errors.push(message.text());
      });
      page.on("requestfailed", (request) => errors.push(`${request.url()}: ${request.failure()?.errorText}`));
      // Once it has loaded, the modules of the page have run.
      await page.goto(server.origin + path);
      if (errors.length > 0) throw new Error(`${path} does not load:\n${errors.join("\n")}`);
      return await test({ page, origin: server.origin, errors });
    } finally {
      await browser.close();
    }
  } finally {
    await server.close();
  }
}
