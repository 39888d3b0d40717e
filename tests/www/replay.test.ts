// Decisions of a server's log, replayed against an edit.
import type { Page } from "playwright-core";
import { afterEach, expect, it } from "vitest";
import { select, useBrowser, withPage } from "./page.js";
import { type Connected, connected, OPEN, PLATFORM, REFUNDS } from "./server.js";

useBrowser();

let server: Connected;
afterEach(() => server?.close());

function refund(amount_cents: number, id = "acme") {
  return {
    action: "tool_call",
    now: 1_795_435_200_000,
    tenant: { id },
    app: null,
    user: { id: `u${amount_cents}` },
    workflow: null,
    agent: null,
    tool: { id: "refund" },
    input: { amount_cents },
  };
}

/** A server that has decided some refunds. */
async function decided(amounts: readonly number[], options: Parameters<typeof connected>[0] = {}): Promise<string> {
  server = await connected(options);
  await server.store.create(PLATFORM, OPEN);
  await server.store.create(PLATFORM, REFUNDS);
  await server.service.refresh();
  for (const amount of amounts) server.service.decide(refund(amount));
  await server.logged();
  return `#connect=${await server.key(null, "admin")}`;
}

async function openLog(page: Page) {
  const panel = page.getByRole("region", { name: "The server" });
  await panel.getByRole("tab", { name: "Decision log" }).click();
  return { panel, take: panel.getByRole("button", { name: "Take these decisions" }) };
}

const WHOLE = { request: { omit: [] } };
const summary = (page: Page) => page.locator(".effect .summary").innerText();

it("logged decisions become the requests, and an edit is tried on them", { timeout: 180_000 }, async () => {
  const hash = await decided([5_000, 15_000, 25_000, 35_000], WHOLE);
  server.service.decide({ ...refund(1), tool: { id: "search" } });
  await server.logged();
  await withPage(
    async ({ page }) => {
      const { panel, take } = await openLog(page);
      await panel.getByLabel("Tool").fill("refund");
      await take.click();
      await panel.getByText("4 of 4 decisions are requests to try an edit on.").waitFor();
      await panel.getByText("The server’s policies decide all of them now as they were decided then.").waitFor();
      await select(page, "policies", "10000");
      await page.keyboard.type("30000");
      await expect.poll(() => summary(page)).toBe("2 of 4 requests are decided otherwise.");
      const effect = page.getByRole("region", { name: "What your edit changes" });
      expect(await effect.innerText()).toMatch(/4 logged decisions/);
      expect(await effect.getByRole("list", { name: "Requests decided otherwise" }).innerText()).toMatch(
        /refund · u25000 · acme, .*: deny/,
      );
      // Filters are the server's.
      await panel.getByLabel("Effect").selectOption("deny");
      await panel.getByLabel("At most").fill("2");
      await take.click();
      await panel.getByText("2 of 2 decisions are requests to try an edit on; earlier ones match as well").waitFor();
      await panel.getByLabel("Tenant").fill("nobody");
      await take.click();
      await panel.getByText("No decision matches.").waitFor();
      // What was asked of the server stays in the tab.
      await expect.poll(() => page.evaluate(() => JSON.stringify({ ...localStorage }))).not.toMatch(/u25000/);
      await panel.getByRole("button", { name: "Disconnect" }).click();
      await expect.poll(() => effect.innerText()).not.toMatch(/logged decisions/);
    },
    { api: server.origin, hash },
  );
});

it("policies that have changed since are told, before any edit", { timeout: 120_000 }, async () => {
  const hash = await decided([5_000, 15_000], WHOLE);
  await server.store.replace(PLATFORM, "refunds", { ...REFUNDS, enforcement: "shadow" }, { revision: 1 });
  await withPage(
    async ({ page }) => {
      const { panel, take } = await openLog(page);
      await take.click();
      await panel.getByText(/1 of 2 would be decided otherwise by the server’s policies as they are now/).waitFor();
      await panel.getByText("Which", { exact: true }).click();
      expect(await panel.getByRole("list", { name: "Decided otherwise by now" }).innerText()).toMatch(
        /refund · u15000 · acme.*was deny, is allow/,
      );
    },
    { api: server.origin, hash },
  );
});

it("what is logged without its request is counted, with the reason", { timeout: 120_000 }, async () => {
  const hash = await decided([5_000, 15_000]);
  await withPage(
    async ({ page }) => {
      const { panel, take } = await openLog(page);
      await take.click();
      await panel.getByText("0 of 2 decisions are requests to try an edit on.").waitFor();
      await panel.getByText("2 were logged without the request.").waitFor();
      await panel.getByText(/--log requests/).waitFor();
    },
    { api: server.origin, hash },
  );
});

it("inputs that are left out can't be decided again", { timeout: 120_000 }, async () => {
  const hash = await decided([5_000], { request: {} });
  await withPage(
    async ({ page }) => {
      const { panel, take } = await openLog(page);
      await take.click();
      await panel.getByText("1 was logged without a part of the request.").waitFor();
    },
    { api: server.origin, hash },
  );
});

it("many are fetched by pages, with progress, until one stops it", { timeout: 180_000 }, async () => {
  const hash = await decided(
    Array.from({ length: 450 }, (_, i) => i * 100),
    WHOLE,
  );
  await withPage(
    async ({ page }) => {
      const { panel, take } = await openLog(page);
      let pages = 0;
      // The second page is on its way when the fetching is stopped.
      await page.route("**/v1/decisions?*", async (route) => {
        if (++pages === 2) await panel.getByRole("button", { name: "Stop" }).click();
        await route.continue().catch(() => undefined);
      });
      await take.click();
      await panel
        .getByText("200 of 200 decisions are requests to try an edit on; earlier ones match as well")
        .waitFor();
      await page.unroute("**/v1/decisions?*");
      await take.click();
      await panel.getByText("450 of 450 decisions are requests to try an edit on.").waitFor();
    },
    { api: server.origin, hash },
  );
});
