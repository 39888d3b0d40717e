// The installed package in Chromium, bundled by Vite without any plug-in, and without a bundler.
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { build, createLogger } from "vite";
import { beforeAll, describe, expect, it } from "vitest";
import { serve } from "../browser/chromium.js";
import { decidedAt, openPage } from "./page.js";
import { Project } from "./project.js";
import { furnish } from "./snippets.js";

/** What a browser downloads, gzipped. */
const MOST_BYTES = 200_000;

const project = new Project();
const inNode = project.node("print.js").stdout;
const root = join(project.folder, "page");
mkdirSync(root);
furnish(root, ["browser"]);

describe("bundled by Vite", () => {
  const built = join(root, "dist");
  const said: string[] = [];
  const read = (extension: string) =>
    readdirSync(built, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(extension))
      .map((name) => readFileSync(join(built, name)));

  beforeAll(async () => {
    const logLevel = "warn";
    const customLogger = { ...createLogger(logLevel), warn: (text: string) => said.push(text) };
    await build({ root, configFile: false, logLevel, customLogger });
  });

  it("builds without a warning, with one binary", () => {
    expect(said).toEqual([]);
    expect(read(".wasm")).toHaveLength(1);
  });

  it("decides as in Node", async () => {
    expect(await decidedAt({ "/": pathToFileURL(`${built}/`) }, "/index.html")).toBe(inNode);
  });

  it(`is no more than ${MOST_BYTES} bytes, gzipped`, () => {
    const [scripts = 0, binary = 0] = [".js", ".wasm"].map((extension) =>
      read(extension).reduce((sum, bytes) => sum + gzipSync(bytes, { level: 9 }).length, 0),
    );
    console.log(`browsers download ${scripts + binary} bytes gzipped: scripts ${scripts}, binary ${binary}`);
    expect(scripts).toBeGreaterThan(0);
    expect(binary).toBeGreaterThan(0);
    expect(scripts + binary).toBeLessThanOrEqual(MOST_BYTES);
  });

  it("holds no code for servers or commands", () => {
    const text = read(".js").join("\n");
    // So that the patterns are held against the bundle that is meant.
    expect(text).toContain("engine_failure");
    expect(text).not.toMatch(/["'`]node:|readFileSync|process\.(?:argv|env|exit|stdout)|#!\/usr\/bin/);
    expect(text).not.toMatch(/\b(?:SELECT\b[\s\S]{0,200}\bFROM|CREATE TABLE|INSERT INTO)\b|nestjs|pglite|postgres/i);
  });
});

describe("without a bundler", () => {
  const site = {
    "/": pathToFileURL(join(root, "plain.html")),
    // Which browsers ask for by themselves.
    "/favicon.ico": pathToFileURL(join(root, "plain.html")),
    "/policies.json": pathToFileURL(join(root, "policies.json")),
    "/deciding.js": pathToFileURL(join(root, "deciding.js")),
    "/worker.js": pathToFileURL(join(project.folder, "worker.js")),
    "/portcullis/": project.installed,
  };
  const inPage = async (expression: string): Promise<unknown> => {
    const server = await serve(site);
    let result: unknown;
    try {
      const said = await openPage(`${server.origin}/`, async (page) => {
        await page.waitForFunction("globalThis.engine");
        result = await page.evaluate(expression);
      });
      expect(said).toEqual([]);
    } finally {
      await server.close();
    }
    return result;
  };

  it("decides as in Node", async () => {
    expect(await inPage('import("/deciding.js").then(({ report }) => report(engine))')).toBe(inNode);
  });

  it("decides alike on requests from a frame", async () => {
    const decided = inPage(`import("/deciding.js").then(({ report, requests }) => {
      const frame = document.body.appendChild(document.createElement("iframe"));
      const foreign = frame.contentWindow.JSON.parse(JSON.stringify(requests));
      return foreign instanceof Object ? "the same realm" : report(engine, foreign);
    })`);
    expect(await decided).toBe(inNode);
  });

  it("decides alike in a worker", async () => {
    const decided = inPage(`new Promise((done, failed) => {
      const worker = new Worker("/worker.js", { type: "module" });
      worker.onmessage = ({ data }) => done(data);
      worker.onerror = ({ message }) => failed(new Error(message));
    })`);
    expect(await decided).toBe(inNode);
  });

  it("says what to do where the binary is not served", async () => {
    rmSync(new URL("dist/portcullis.wasm", project.installed));
    const server = await serve({ "/": pathToFileURL(join(root, "policies.json")), "/portcullis/": project.installed });
    try {
      await openPage(`${server.origin}/`, async (page) => {
        const error = await page.evaluate(
          'import("/portcullis/dist/browser.js").then(({ ready }) => ready()).catch((error) => error.toJSON())',
        );
        expect(error).toMatchObject({ code: "not_ready", remedy: expect.stringContaining("Serve `portcullis.wasm`") });
      });
    } finally {
      await server.close();
    }
  });
});
