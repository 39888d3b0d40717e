// Long work on a server: keys that end, sets of many pages, texts in YAML.
import type { Page } from "playwright-core";
import { afterEach, beforeEach, expect, it } from "vitest";
import { hears, lines, select, useBrowser, withPage, write } from "./page.js";
import { type Connected, connected, OPEN, PLATFORM, REFUNDS } from "./server.js";

useBrowser();

let server: Connected;

beforeEach(async () => {
  server = await connected();
  await server.store.create(PLATFORM, OPEN);
  await server.store.create(PLATFORM, REFUNDS);
}, 120_000);
afterEach(() => server?.close());

const panelOf = (page: Page) => page.getByRole("region", { name: "The server" });
const link = async () => `#connect=${await server.key(null, "admin")}`;

async function edit(page: Page): Promise<void> {
  await panelOf(page).getByText("The editor holds what the server has.").waitFor();
  await select(page, "policies", "10000");
  await page.keyboard.type("20000");
}

it("a token that is revoked is told, and the next one goes on with the work", { timeout: 180_000 }, async () => {
  const hash = await link();
  await withPage(
    async ({ page }) => {
      const panel = panelOf(page);
      await edit(page);
      await server.revoke();
      await panel.getByRole("button", { name: "Look for changes" }).click();
      await panel.getByText("The server does not accept this token.").waitFor();
      await panel.getByRole("button", { name: "Use another token" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel("Token or API key").fill(await server.key(null, "admin"));
      await dialog.getByRole("button", { name: "Connect", exact: true }).click();
      await page.getByText("You go on.").waitFor();
      await panel.getByText(/changed\s*no large refunds/).waitFor();
      expect(await lines(page, "policies")).toMatch(/20000/);
      // Also where the page was loaded again meanwhile.
      await server.revoke();
      await expect.poll(() => page.evaluate(() => JSON.stringify({ ...sessionStorage }))).toMatch(/20000/);
      await page.reload();
      await page.getByText(/Not connected.*does not accept this token/).waitFor();
      expect(await page.evaluate(() => JSON.stringify({ ...sessionStorage }))).toMatch(/\\"token\\":\\"\\"/);
      await server.store.replace(PLATFORM, "refunds", { ...REFUNDS, name: "theirs" }, { revision: 1 });
      await page.goto(`${server.origin}/${await link()}`);
      await panel.getByText("It was changed on the server too.").waitFor();
      expect(await lines(page, "policies")).toMatch(/20000/);
    },
    { api: server.origin, hash },
  );
});

it("YAML is edited and saved as it is written", { timeout: 120_000 }, async () => {
  const hash = await link();
  await withPage(
    async ({ page }) => {
      const panel = panelOf(page);
      await panel.getByText("The editor holds what the server has.").waitFor();
      await page.getByRole("button", { name: "To YAML" }).click();
      await expect.poll(() => lines(page, "policies")).toMatch(/^- id: open/);
      await panel.getByText("The editor holds what the server has.").waitFor();
      await select(page, "policies", "10000");
      await page.keyboard.type("20000 # for now");
      await panel.getByRole("button", { name: "Check 1 change with the server" }).click();
      await panel.getByRole("button", { name: "Save 1 change" }).click();
      await panel.getByText("1 of 1 change is saved.").waitFor();
      expect(await server.store.read(PLATFORM, "refunds")).toMatchObject({ rule_expr: { when: { gt: 20_000 } } });
      // What comes in from the server leaves the comments alone.
      await server.store.setEnabled(PLATFORM, "open", false, { revision: 1 });
      await panel.getByRole("button", { name: "Look for changes" }).click();
      await expect.poll(() => lines(page, "policies")).toMatch(/enabled: false[\s\S]*20000 # for now/);
    },
    { api: server.origin, hash },
  );
});

it("a text that can't be read is kept, and nothing of it saved", { timeout: 120_000 }, async () => {
  const hash = await link();
  await withPage(
    async ({ page }) => {
      const panel = panelOf(page);
      await panel.getByText("The editor holds what the server has.").waitFor();
      await write(page, "policies", "[{ torn");
      await panel.getByText("Until then nothing can be saved.").waitFor();
      await server.store.setEnabled(PLATFORM, "open", false, { revision: 1 });
      await panel.getByRole("button", { name: "Look for changes" }).click();
      await panel.getByText("What the server has by now can’t be brought in").waitFor();
      expect(await lines(page, "policies")).toBe("[{ torn");
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Undo in the policies" }).click();
      await panel.getByRole("button", { name: "Look for changes" }).click();
      await expect.poll(() => lines(page, "policies")).toMatch(/"enabled": false/);
    },
    { api: server.origin, hash },
  );
});

it("hundreds of policies are read by pages, listed and filtered", { timeout: 120_000 }, async () => {
  for (let i = 0; i < 450; i++) {
    await server.store.create(PLATFORM, { ...REFUNDS, id: `p${i}`, name: `rule ${i}` });
  }
  const hash = await link();
  await withPage(
    async ({ page }) => {
      const panel = panelOf(page);
      await page.getByText("452 policies are open.").waitFor();
      await hears(page, /Denied/);
      await panel.getByRole("tab", { name: "Policies" }).click();
      const rows = panel.getByRole("list", { name: "Policies and their states" }).getByRole("listitem");
      expect(await rows.count()).toBe(50);
      await panel.getByRole("button", { name: "Show more (402)" }).click();
      expect(await rows.count()).toBe(100);
      await panel.getByLabel("Filter the policies").fill("rule 449");
      await expect.poll(() => rows.count()).toBe(1);
      await panel.getByRole("button", { name: "Show rule 449 in the text" }).click();
      await expect.poll(() => lines(page, "policies")).toMatch(/rule 449/);
    },
    { api: server.origin, hash },
  );
});
