// The packed package in the hosts that people use: each decides and explains the same requests, word by word like Node,
// and prints nothing else.
import { copyFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { newDatabase } from "../postgres/server.js";
import { Host } from "./host.js";
import { decidedAt, openPage } from "./page.js";
import { Project, pack } from "./project.js";
import { documented } from "./snippets.js";

const TIMEOUT = 600_000;
const tarball = pack();
const expected = new Project(tarball).node("print.js").stdout;

/** The page that a host built into `site/`, in Chromium. */
function site(host: Host): Promise<string> {
  const folder = join(host.folder, "site/");
  copyFileSync(join(host.folder, "index.html"), join(folder, "index.html"));
  return decidedAt({ "/": pathToFileURL(folder) }, "/index.html");
}

it("are all that the guide has snippets for", () => {
  // Those of Node and of browsers are run by node.test.ts and browser.test.ts too.
  expect([...documented].sort()).toEqual(["browser", "esbuild", "jest", "nestjs", "next", "node", "worker"]);
});

describe.concurrent("hosts", () => {
  const jest = new Host("jest");
  it(
    "Jest with ts-jest, as CommonJS",
    async () => {
      await jest.install(tarball);
      expect(await jest.run("start")).toEqual({ stdout: expected, stderr: "" });
    },
    TIMEOUT,
  );

  const nestjs = new Host("nestjs");
  it(
    "NestJS in Jest, as CommonJS, and with TypeORM",
    async () => {
      await nestjs.install(tarball);
      // Nest alone, as the guide says; what has a database comes after.
      expect(await nestjs.run("start")).toEqual({ stdout: expected, stderr: "" });
      await nestjs.add("pg", "typeorm");
      const { owner, roles } = await newDatabase();
      const variables = { DATABASE_URL: owner, ROLES: JSON.stringify(roles) };
      expect(await nestjs.run("database", variables)).toEqual({ stdout: "decided by what was committed", stderr: "" });
    },
    TIMEOUT,
  );

  const webpack = new Host("webpack");
  it(
    "webpack, for Node and for browsers",
    async () => {
      await webpack.install(tarball, ["browser"]);
      expect(await webpack.run("start")).toEqual({ stdout: expected, stderr: "" });
      expect(await site(webpack)).toBe(expected);
    },
    TIMEOUT,
  );

  const esbuild = new Host("esbuild");
  it(
    "esbuild, for Node and for browsers",
    async () => {
      await esbuild.install(tarball);
      expect(await esbuild.run("start")).toEqual({ stdout: expected, stderr: "" });
      expect(readdirSync(join(esbuild.folder, "site"))).toEqual(["page.js"]);
      expect(await site(esbuild)).toBe(expected);
    },
    TIMEOUT,
  );

  const worker = new Host("worker");
  it(
    "a Cloudflare worker that brings the module",
    async () => {
      await worker.install(tarball);
      expect(await worker.run("start")).toEqual({ stdout: expected, stderr: "" });
    },
    TIMEOUT,
  );

  const runtimes = new Host("runtimes");
  it(
    "Deno and Bun",
    async () => {
      await runtimes.install(tarball, ["node"]);
      for (const runtime of ["deno", "bun"])
        expect(await runtimes.run(runtime)).toEqual({ stdout: expected, stderr: "" });
    },
    TIMEOUT,
  );

  const next = new Host("next");
  it(
    "Next.js, on the server, at the edge and in the browser",
    async () => {
      await next.install(tarball);
      const built = await next.run("build");
      // Next.js itself advises against its edge runtime.
      const warnings = `${built.stdout}\n${built.stderr}`.match(/^.*(?:⚠|\bwarn).*$/gim) ?? [];
      expect(warnings.filter((line) => !/edge runtime/i.test(line))).toEqual([]);
      const { stderr, stdout } = await next.serving("next/dist/bin/next", ["start", "--port", "0"], async (origin) => {
        for (const path of ["/decisions", "/edge"]) {
          const response = await fetch(origin + path);
          expect([path, response.status, await response.text()]).toEqual([path, 200, expected]);
        }
        const said = await openPage(origin, async (page) => {
          expect(await page.textContent("#server")).toBe(expected);
          expect(await page.textContent("#client")).toBe(expected);
        });
        expect(said).toEqual([]);
      });
      expect(stderr).toBe("");
      expect(stdout).not.toMatch(/⚠|\bwarn/i);
    },
    TIMEOUT,
  );
});
