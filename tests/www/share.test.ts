// What was written survives: in a link, over a reload, as a file.
import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { hears, lines, useBrowser, withPage, write } from "./page.js";

useBrowser();

const DENY = JSON.stringify([{ id: "d", name: "nobody – ever 🚧", scope: "global", effect: "deny", rule_expr: {} }]);
const permissions = ["clipboard-read", "clipboard-write"];

it("a link carries all of it to another browser", async () => {
  let hash = "";
  await withPage(
    async ({ page }) => {
      await write(page, "policies", DENY);
      await hears(page, /Denied, by nobody – ever 🚧/);
      await page.getByRole("button", { name: "Share" }).click();
      await page.getByText("The link is copied").waitFor();
      hash = new URL(await page.evaluate(() => navigator.clipboard.readText())).hash;
    },
    { permissions },
  );
  expect(hash).toMatch(/^#w1=[A-Za-z0-9_-]+$/);
  await withPage(
    async ({ page }) => {
      await hears(page, /Denied, by nobody – ever 🚧/);
      expect(new URL(page.url()).hash).toBe("");
      await expect.poll(() => page.locator(".effect").innerText()).toMatch(/of 3 requests/);
    },
    { hash },
  );
});

it("a broken link loses nothing", () =>
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
  }));

it("a link sets one's own work aside", () =>
  withPage(
    async ({ page, origin }) => {
      await page.getByRole("button", { name: "Share" }).click();
      await page.getByText("The link is copied").waitFor();
      const { hash } = new URL(await page.evaluate(() => navigator.clipboard.readText()));
      await write(page, "policies", DENY);
      await hears(page, /Denied/);
      await page.goto(`${origin}/${hash}`);
      await hears(page, /Needs approval/);
      await page.reload();
      await hears(page, /Needs approval/);
      await page.getByRole("combobox", { name: "Open an example" }).selectOption("previous");
      await hears(page, /Denied, by nobody/);
    },
    { permissions },
  ));

it("what was typed survives a reload", () =>
  withPage(async ({ page }) => {
    await write(page, "policies", "- id: half a tho");
    await page.reload();
    await expect.poll(() => lines(page, "policies")).toBe("- id: half a tho");
  }));

it("five megabytes are taken, and it is said that they do not survive a reload", { timeout: 60_000 }, () =>
  withPage(async ({ page }) => {
    const policy = { name: "x", description: "x".repeat(1000), scope: "global", effect: "allow", rule_expr: {} };
    const many = Array.from({ length: 4_800 }, (_, id) => ({ id: `p${id}`, ...policy }));
    const text = JSON.stringify(many, null, 1);
    expect(text.length).toBeGreaterThan(5_000_000);
    await write(page, "policies", text);
    await page.getByText("too large to survive a reload").waitFor({ timeout: 30_000 });
    await expect.poll(() => page.getByTestId("spoken").textContent(), { timeout: 30_000 }).toMatch(/Allowed/);
    await page.getByRole("button", { name: "Share" }).click();
    await page.getByText(/The link would have|The link is copied|Copy the link/).waitFor({ timeout: 20_000 });
  }),
);

it("files go out and come in again as they were", () =>
  withPage(async ({ page }) => {
    await write(page, "policies", DENY);
    await hears(page, /Denied/);
    await page.getByText("File", { exact: true }).click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Download everything" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("playground.json");
    const buffer = await readFile(await download.path());
    await page.getByRole("combobox", { name: "Open an example" }).selectOption("example:limits");
    await hears(page, /open-by-default/);
    const file = page.getByLabel("A file to open");
    await file.setInputFiles({ name: "playground.json", mimeType: "application/json", buffer });
    await hears(page, /Denied, by nobody/);
    await file.setInputFiles({ name: "torn.yaml", mimeType: "text/yaml", buffer: Buffer.from("a: [") });
    await hears(page, /No verdict/);
    expect(await lines(page, "policies")).toBe("a: [");
  }));
