// What was written survives elsewhere: in a link, and as a file.
import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { chooseExample, hears, lines, openEarlier, paste, select, useBrowser, withPage, write } from "./page.js";

useBrowser();

const DENY = JSON.stringify([{ id: "d", name: "nobody – ever 🚧", scope: "global", effect: "deny", rule_expr: {} }]);
const permissions = ["clipboard-read", "clipboard-write"];

/** Shares by the button, and reads the link as a person pastes it. */
async function shared(page: Page): Promise<string> {
  await page.getByRole("button", { name: "Share" }).click();
  await page.getByText("The link is copied").waitFor();
  return new URL(await page.evaluate(() => navigator.clipboard.readText())).hash;
}

/** Requests of the starter's call, so many, each with an amount of its own; `noise` keeps them from being compressed. */
function calls(count: number, noise: () => string = () => ""): string {
  const one = (cents: number) => ({
    ...{ action: "tool_call", now: 1_795_435_200_000, tenant: { id: "acme" }, app: null, workflow: null, agent: null },
    ...{
      user: { id: "sam", roles: ["support"] },
      tool: { id: "refund" },
      input: { amount_cents: cents, note: noise() },
    },
  });
  return Array.from({ length: count }, (_, i) => JSON.stringify(one(i * 1000))).join("\n");
}

async function bring(page: Page, text: string): Promise<void> {
  await page.getByRole("button", { name: "Paste requests" }).click();
  await paste(page.getByLabel(/One request a line/), text);
}

const summary = (page: Page) => page.locator(".effect .summary").innerText();

it("a link carries all of it to another browser, with the requests that were brought", async () => {
  let hash = "";
  await withPage(
    async ({ page }) => {
      await bring(page, calls(300));
      await write(page, "policies", DENY);
      await hears(page, /Denied, by nobody – ever 🚧/);
      await expect.poll(() => summary(page)).toBe("11 of 300 requests are decided otherwise.");
      hash = await shared(page);
      await page.getByText("It holds all that you see here.").waitFor();
    },
    { permissions },
  );
  expect(hash).toMatch(/^#w1=[A-Za-z0-9_-]+$/);
  await withPage(
    async ({ page }) => {
      await hears(page, /Denied, by nobody – ever 🚧/);
      expect(new URL(page.url()).hash).toBe("");
      await expect.poll(() => summary(page)).toBe("11 of 300 requests are decided otherwise.");
      expect(await page.locator(".effect").innerText()).toMatch(/what you pasted/);
    },
    { hash },
  );
});

it("requests that are too many for a link are left out of it, which it says; a file holds them", {
  timeout: 60_000,
}, async () => {
  let hash = "";
  let buffer: Buffer = Buffer.alloc(0);
  const noise = () => Array.from({ length: 40 }, () => Math.random().toString(36)).join("");
  await withPage(
    async ({ page }) => {
      await bring(page, calls(300, noise));
      await page.getByText("what you pasted").waitFor();
      hash = await shared(page);
      await page.getByText("It does not hold the requests that you brought: too much for a link.").waitFor();
      buffer = await downloaded(page);
    },
    { permissions },
  );
  await withPage(
    async ({ page }) => {
      await page.getByText("the 3 calls that came with the policies").waitFor();
      await page
        .getByLabel("A file to open")
        .setInputFiles({ name: "playground.json", mimeType: "application/json", buffer });
      await page.getByText("what you pasted").waitFor();
      await select(page, "policies", "10000");
      await page.keyboard.type("20000");
      await expect.poll(() => summary(page)).toBe("10 of 300 requests are decided otherwise.");
    },
    { hash },
  );
});

it("a broken link loses nothing", { timeout: 60_000 }, () =>
  withPage(async ({ page, origin }) => {
    await write(page, "policies", DENY);
    await hears(page, /Denied, by nobody/);
    const told = page.getByText("Nothing was opened, and nothing lost.");
    for (const hash of ["#w1=abc", "#w1=%%%", "#x", "#w1=", "#w1=q1YqSyzKTFWyUkpKLFKqBQA"]) {
      await page.goto(`${origin}/${hash}`);
      await told.waitFor();
      await page.getByRole("button", { name: "Close this message" }).click();
      await told.waitFor({ state: "detached" });
    }
    await page.goto("about:blank");
    await page.goto(`${origin}/#w1=abc`);
    await told.waitFor();
    await hears(page, /Denied, by nobody/);
    await page.goto(`${origin}/#example=none`);
    await page.getByText("there is none of the name none. What you wrote is untouched.").waitFor();
    await hears(page, /Denied, by nobody/);
  }),
);

it("a small link that unfolds to gigabytes is refused while it unfolds", { timeout: 60_000 }, () =>
  withPage(async ({ page, origin }) => {
    await write(page, "policies", DENY);
    await hears(page, /Denied, by nobody/);
    const hash = await page.evaluate(async () => {
      const stream = new Blob([JSON.stringify({ policies: "x".repeat(20_000_000) })]).stream();
      const folded = await new Response(stream.pipeThrough(new CompressionStream("deflate-raw"))).arrayBuffer();
      const text = Array.from(new Uint8Array(folded), (byte) => String.fromCharCode(byte)).join("");
      return `#w1=${btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")}`;
    });
    expect(hash.length).toBeLessThan(60_000);
    await page.goto(`${origin}/${hash}`);
    await page
      .getByText("The link unfolds to more than this page takes. Nothing was opened, and nothing lost.")
      .waitFor();
    await hears(page, /Denied, by nobody/);
  }),
);

it("a link sets one's own work aside, which comes back, also after a reload", () =>
  withPage(
    async ({ page, origin }) => {
      const hash = await shared(page);
      await write(page, "policies", DENY);
      await hears(page, /Denied, by nobody/);
      await page.goto(`${origin}/${hash}`);
      await hears(page, /Verdict: Denied$/);
      await page.reload();
      await hears(page, /Verdict: Denied$/);
      await openEarlier(page);
      await hears(page, /Denied, by nobody/);
    },
    { permissions },
  ));

async function downloaded(page: Page): Promise<Buffer> {
  await page.getByRole("button", { name: "File", exact: true }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("menuitem", { name: "Download everything" }).click(),
  ]);
  expect(download.suggestedFilename()).toBe("playground.json");
  return readFile(await download.path());
}

it("files go out and come in again as they were", () =>
  withPage(async ({ page }) => {
    await write(page, "policies", DENY);
    await hears(page, /Denied, by nobody/);
    const buffer = await downloaded(page);
    await chooseExample(page, "limits");
    await hears(page, /open-by-default/);
    const file = page.getByLabel("A file to open");
    await file.setInputFiles({ name: "playground.json", mimeType: "application/json", buffer });
    await hears(page, /Denied, by nobody/);
    await file.setInputFiles({ name: "torn.yaml", mimeType: "text/yaml", buffer: Buffer.from("a: [") });
    await hears(page, /No verdict/);
    expect(await lines(page, "policies")).toBe("a: [");
  }));
