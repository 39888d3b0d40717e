// The page as it is built: what its policy allows, and that any path will do.
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { launch, serve } from "../browser/chromium.js";

const dist = new URL("../../www/dist/", import.meta.url);
const html = readFileSync(new URL("index.html", dist), "utf8");

/** The directives of the page's own Content-Security-Policy. */
function policy(): ReadonlyMap<string, readonly string[]> {
  const [, content = ""] = /http-equiv="Content-Security-Policy"\s+content="([^"]*)"/.exec(html) ?? [];
  return new Map(
    content.split(";").map((directive) => {
      const [name = "", ...sources] = directive.trim().split(/\s+/);
      return [name, sources];
    }),
  );
}

it("allows scripts of its own origin and WebAssembly, and nothing inline", () => {
  expect(Object.fromEntries(policy())).toEqual({
    "default-src": ["'none'"],
    "script-src": ["'self'", "'wasm-unsafe-eval'"],
    "worker-src": ["'self'"],
    "style-src": ["'self'"],
    "connect-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "base-uri": ["'none'"],
    "form-action": ["'none'"],
  });
  // The policy stands before anything that it is to hold.
  expect(html.indexOf("Content-Security-Policy")).toBeLessThan(html.search(/<(?:script|link|style|img)/));
});

it("has no inline script, style or handler, and loads nothing by an address of its own", () => {
  const scripts = [...html.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/g)];
  expect(scripts.length).toBeGreaterThan(0);
  for (const [, attributes, body] of scripts) {
    expect(attributes).toMatch(/\ssrc="\.\//);
    expect(body?.trim()).toBe("");
  }
  expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:/);
  for (const [, address] of html.matchAll(/\s(?:src|href)="([^"]*)"/g)) expect(address).toMatch(/^\.\//);
  for (const name of readdirSync(new URL("assets/", dist)).filter((name) => name.endsWith(".js"))) {
    const text = readFileSync(new URL(`assets/${name}`, dist), "utf8");
    expect(text, name).not.toMatch(/\bnew Function\(|[^.\w]eval\(/);
  }
});

it("works under any path: engine, worker, examples and schema load from there", { timeout: 60_000 }, async () => {
  const server = await serve({ "/some/deep/path/": dist });
  const browser = await launch();
  try {
    const page = await browser.newPage();
    const amiss: string[] = [];
    const loaded: string[] = [];
    page.on("pageerror", (error) => amiss.push(error.message));
    page.on("console", (message) => message.type() === "error" && amiss.push(message.text()));
    page.on("response", (response) => {
      loaded.push(new URL(response.url()).pathname);
      if (!response.ok()) amiss.push(`${response.url()}: ${response.status()}`);
    });
    await page.goto(`${server.origin}/some/deep/path/index.html`);
    await page.getByTestId("verdict").getByRole("heading", { name: "Denied" }).waitFor();
    await page.getByRole("button", { name: "Try it" }).click();
    await page.getByTestId("verdict").getByRole("heading", { name: "Allowed" }).waitFor();
    await page.getByRole("button", { name: "Examples", exact: true }).click();
    await page.getByRole("menuitem", { name: "Limits", exact: true }).click();
    await page.locator(".terms").getByText("cost_cents").first().waitFor();
    expect(amiss).toEqual([]);
    for (const one of [/\/worker-[^/]*\.js$/, /\.wasm$/, /\/generated\/examples\/limits\.json$/]) {
      expect(loaded.some((path) => one.test(path) && path.startsWith("/some/deep/path/"))).toBe(true);
    }
  } finally {
    await browser.close();
    await server.close();
  }
});
