// What holds for the connected page in each of its states: for everyone to use, at any width, in light and dark.
import type { Page } from "playwright-core";
import { afterEach, beforeEach, expect, it } from "vitest";
import { complaints, isNarrowEnough } from "./looks.js";
import { select, useBrowser, withPage } from "./page.js";
import { type Connected, connected, OPEN, PLATFORM, REFUNDS } from "./server.js";

useBrowser();

let server: Connected;
let token: string;

beforeEach(async () => {
  server = await connected({ request: { omit: [] } });
  await server.store.create(PLATFORM, OPEN);
  await server.store.create(PLATFORM, REFUNDS);
  await server.service.refresh();
  for (const amount_cents of [5_000, 15_000, 25_000]) {
    server.service.decide({
      ...{ action: "tool_call", now: 1_795_435_200_000, tenant: { id: "acme" }, app: null, user: { id: "sam" } },
      ...{ workflow: null, agent: null, tool: { id: "refund" }, input: { amount_cents } },
    });
  }
  await server.logged();
  token = await server.key(null, "admin");
}, 120_000);
afterEach(() => server?.close());

async function eachState(page: Page, check: (state: string) => Promise<void>): Promise<void> {
  await page.getByText("File", { exact: true }).click();
  await page.getByRole("menuitem", { name: "Connect to a server…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Token or API key").fill("wrong");
  await dialog.getByRole("button", { name: "Connect", exact: true }).click();
  await dialog.getByRole("alert").waitFor();
  await check("a token that is refused");
  await dialog.getByLabel("Token or API key").fill(token);
  await dialog.getByRole("button", { name: "Connect", exact: true }).click();
  const panel = page.getByRole("region", { name: "The server" });
  await panel.getByText("The editor holds what the server has.").waitFor();
  await check("connected");
  await panel.getByRole("tab", { name: "Decision log" }).click();
  await panel.getByRole("button", { name: "Take these decisions" }).click();
  await panel.getByText("3 of 3 decisions").waitFor();
  await check("decisions of the log");
  await select(page, "policies", "10000");
  await page.keyboard.type("20000");
  await panel.getByRole("tab", { name: "Changes (1)" }).click();
  await panel.getByText("What differs", { exact: true }).click();
  await panel.getByRole("button", { name: /^Check/ }).click();
  await panel.getByText("1 of 3 requests").waitFor();
  await check("a change that was checked");
  const name = "a name that is as long as names of policies are where people say all of it ".repeat(3);
  await server.store.replace(PLATFORM, "refunds", { ...REFUNDS, name, description: "x".repeat(200) }, { revision: 1 });
  await panel.getByRole("button", { name: /^Save/ }).click();
  await panel.getByRole("button", { name: "Keep mine" }).waitFor();
  await check("a conflict");
  await panel.getByRole("tab", { name: "Policies" }).click();
  await panel.getByRole("list", { name: "Policies and their states" }).waitFor();
  await check("the list of policies");
  await panel.getByRole("button", { name: /Revisions of .*refunds/ }).click();
  await page.getByRole("button", { name: "What changed in revision 2" }).click();
  await page.getByRole("dialog").getByRole("table").waitFor();
  await check("revisions");
}

it.each(["light", "dark"] as const)("axe finds nothing in %s", { timeout: 180_000 }, (colorScheme) =>
  withPage(({ page }) => eachState(page, async (state) => expect(await complaints(page), state).toEqual([])), {
    api: server.origin,
    colorScheme,
  }),
);

it("nothing is wider than a phone, a tablet or a desktop", { timeout: 180_000 }, () =>
  withPage(({ page }) => eachState(page, (state) => isNarrowEnough(page, state)), { api: server.origin }),
);
