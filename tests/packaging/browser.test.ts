// The installed package in Chromium, bundled by Vite without any plug-in, and without a bundler.
import { copyFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build, createLogger } from "vite";
import { expect, it } from "vitest";
import { type Site, visit } from "../browser/chromium.js";
import { Project } from "./project.js";

const project = new Project();
const inNode = project.node("print.js").stdout;

interface Page {
  readonly decided: Promise<string>;
}

/** What a page decides that is the index of a site. */
async function decidedAt(site: Site): Promise<string> {
  return visit(site, "/", async ({ page, errors }) => {
    const decided = await page.evaluate(() => (globalThis as unknown as Page).decided);
    expect(errors).toEqual([]);
    return decided;
  });
}

it("decides as in Node where Vite has bundled it", async () => {
  const root = join(project.folder, "vite");
  copyFileSync(join(project.folder, "deciding.js"), join(root, "deciding.js"));
  const said: string[] = [];
  const logLevel = "warn";
  const customLogger = { ...createLogger(logLevel), warn: (text: string) => said.push(text) };
  await build({ root, configFile: false, logLevel, customLogger });
  expect(said).toEqual([]);
  const built = join(root, "dist");
  const binaries = readdirSync(built, { recursive: true }).filter((name) => String(name).endsWith(".wasm"));
  expect(binaries).toHaveLength(1);
  const site = { "/": pathToFileURL(join(built, "index.html")), "/assets/": pathToFileURL(join(built, "assets/")) };
  expect(await decidedAt(site)).toBe(inNode);
});

it("decides as in Node without a bundler", async () => {
  const site = {
    "/": pathToFileURL(join(project.folder, "plain/index.html")),
    "/deciding.js": pathToFileURL(join(project.folder, "deciding.js")),
    "/portcullis/": project.installed,
  };
  expect(await decidedAt(site)).toBe(inNode);
});
