// The playground on a server's own origin: connecting, and what becomes of the token.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { hears, lines, openEarlier, select, useBrowser, withPage, write } from "./page.js";
import { ANN, type Connected, connected, OPEN, PLATFORM, REFUNDS } from "./server.js";

useBrowser();

const CATALOGUE = { tools: [{ name: "refund", inputSchema: { type: "object" as const } }] };

let server: Connected;
let admin: string;
let author: string;

beforeAll(async () => {
  server = await connected({ catalogue: CATALOGUE });
  await server.store.create(PLATFORM, OPEN);
  await server.store.create(PLATFORM, REFUNDS);
  await server.store.create(ANN, { ...REFUNDS, id: undefined, name: "acme’s own" } as never);
  [admin, author] = [await server.key(null, "admin"), await server.key("acme", "author")];
}, 120_000);
afterAll(() => server?.close());

const panel = (page: Page) => page.getByRole("region", { name: "The server" });

/** All that the page keeps, and shows of its address. */
const kept = (page: Page) =>
  page.evaluate(() => ({
    local: JSON.stringify({ ...localStorage }),
    session: JSON.stringify({ ...sessionStorage }),
    address: location.href,
    entry: JSON.stringify(history.state),
  }));

async function connectBy(page: Page, token: string, more: { address?: string; tenant?: string } = {}): Promise<void> {
  await page.getByText("File", { exact: true }).click();
  await page.getByRole("menuitem", { name: "Connect to a server…" }).click();
  const dialog = page.getByRole("dialog", { name: "Connect to a server" });
  await dialog.getByLabel("Token or API key").fill(token);
  if (more.address !== undefined) await dialog.getByLabel("Address").fill(more.address);
  if (more.tenant !== undefined) await dialog.getByLabel("For a tenant").fill(more.tenant);
  await dialog.getByRole("button", { name: "Connect", exact: true }).press("Enter");
}

it("a link with a token connects, and the token is nowhere but in the tab", { timeout: 120_000 }, () =>
  withPage(
    async ({ page }) => {
      await panel(page).waitFor();
      const first = await kept(page);
      expect(first.address).toBe(`${server.origin}/`);
      await expect.poll(async () => (await kept(page)).session).toContain(admin);
      await page.getByRole("button", { name: "Share" }).click();
      await page.getByText("The link is copied").waitFor();
      const { local, address } = await kept(page);
      expect(local).not.toContain(admin);
      expect(address).not.toContain(admin);
      const link = await page.evaluate(() => navigator.clipboard.readText());
      const unpacked = await page.evaluate(async (hash) => {
        const text = atob(hash.slice(4).replaceAll("-", "+").replaceAll("_", "/"));
        const bytes = Uint8Array.from(text, (one) => one.charCodeAt(0));
        return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"))).text();
      }, new URL(link).hash);
      expect(unpacked).toContain("no large refunds");
      expect(unpacked).not.toContain(admin);
      expect(await page.evaluate("navigation.entries().map((entry) => entry.url).join()")).not.toContain(admin);
      await page.getByText("File", { exact: true }).click();
      await page.getByRole("menuitem", { name: "Disconnect from the server" }).click();
      await panel(page).waitFor({ state: "detached" });
      expect((await kept(page)).session).not.toContain(admin);
      expect(await lines(page, "policies")).toMatch(/no large refunds/);
      await page.reload();
      await hears(page, /Verdict/);
      expect(await panel(page).count()).toBe(0);
    },
    { api: server.origin, hash: `#connect=${admin}`, permissions: ["clipboard-read", "clipboard-write"] },
  ),
);

it("what a browser kept is read before the server's policies are opened, however slowly", { timeout: 120_000 }, () =>
  withPage(
    async ({ page }) => {
      await page.goto("about:blank");
      await page.addInitScript(() => {
        const { open } = IDBFactory.prototype;
        IDBFactory.prototype.open = function (...given) {
          const asked = open.apply(this, given);
          const set = (then: (event: Event) => void) =>
            asked.addEventListener("success", (event) => setTimeout(then, 3000, event));
          return Object.defineProperty(asked, "onsuccess", { set });
        };
      });
      await page.goto(`${server.origin}/#connect=${admin}`);
      await panel(page).getByText("The editor holds what the server has.").waitFor();
      expect(await lines(page, "policies")).toMatch(/no large refunds/);
    },
    { api: server.origin },
  ),
);

it("what is typed before the server answers stays, also where it must be asked again", { timeout: 120_000 }, () =>
  withPage(
    async ({ page }) => {
      await panel(page).getByText("The editor holds what the server has.").waitFor();
      let refuse: (() => void) | undefined;
      await page.route("**/v1/caller", (route) => {
        refuse ??= () => void route.abort();
      });
      await page.reload();
      await select(page, "policies", "10000");
      await page.keyboard.type("20000");
      await expect.poll(() => refuse).toBeDefined();
      refuse?.();
      await page.getByText(/Not connected to/).waitFor();
      await select(page, "policies", "no large refunds");
      await page.keyboard.type("typed meanwhile");
      await page.unroute("**/v1/caller");
      await page.getByRole("button", { name: "Try again" }).click();
      await panel(page)
        .getByText(/changed\s*typed meanwhile/)
        .waitFor();
      expect(await lines(page, "policies")).toMatch(/typed meanwhile[\s\S]*20000/);
    },
    { api: server.origin, hash: `#connect=${admin}` },
  ),
);

it("policies and catalogue are shown as the server has them, each with its state", { timeout: 120_000 }, () =>
  withPage(
    async ({ page }) => {
      await hears(page, /Verdict/);
      await connectBy(page, author);
      await expect
        .poll(() => lines(page, "policies"))
        .toMatch(/acme’s own[\s\S]*"tenant_id": "acme"[\s\S]*"id": "open"/);
      expect(await lines(page, "policies")).not.toMatch(/no large refunds/);
      await page.getByRole("tab", { name: "Catalogue" }).click();
      await expect.poll(() => lines(page, "catalogue")).toMatch(/"name": "refund"/);
      await write(page, "catalogue", '{"tools": []}');
      await panel(page).getByText("The catalogue here is not the server’s.").waitFor();
      await panel(page).getByRole("button", { name: "Take the server’s" }).click();
      await expect.poll(() => lines(page, "catalogue")).toMatch(/"name": "refund"/);
      await page.getByRole("tab", { name: "Policies" }).first().click();
      expect(await panel(page).innerText()).toMatch(/of acme and may write/);
      await panel(page).getByRole("tab", { name: "Policies" }).click();
      const list = panel(page).getByRole("list", { name: "Policies and their states" });
      expect(await list.innerText()).toMatch(/unchanged\s*open by default[\s\S]*the platform’s, revision 1, read-only/);
      await select(page, "policies", "10000");
      await page.keyboard.type("20000");
      await select(page, "policies", "open by default");
      await page.keyboard.type("mine now");
      await expect.poll(() => list.innerText()).toMatch(/changed\s*acme’s own/);
      await panel(page)
        .getByRole("tab", { name: /Changes \(2\)/ })
        .click();
      expect(await panel(page).innerText()).toMatch(/mine now[\s\S]*It belongs to the platform, so it is not saved/);
      expect(await page.locator(".connected").innerText()).toMatch(/2 changes/);
    },
    { api: server.origin },
  ),
);

it("work that was there is set aside, and brought back", { timeout: 120_000 }, () =>
  withPage(
    async ({ page }) => {
      await select(page, "policies", "support makes small refunds");
      await page.keyboard.type("my own work");
      await connectBy(page, admin);
      await expect.poll(() => lines(page, "policies")).toMatch(/no large refunds/);
      await openEarlier(page);
      await expect.poll(() => lines(page, "policies")).toMatch(/my own work/);
      // Nothing of that is taken for a change of the server's.
      await panel(page).getByText("Nothing of the server’s policies is in the editor").waitFor();
      expect(await panel(page).getByRole("checkbox", { checked: true }).count()).toBe(0);
      await panel(page).getByText("Nothing that can be saved is ticked.").waitFor();
      expect(
        await panel(page)
          .getByRole("button", { name: /^(Check|Save) / })
          .count(),
      ).toBe(0);
      await panel(page).getByRole("button", { name: "Back to the server’s policies" }).click();
      await panel(page).getByText("The editor holds what the server has.").waitFor();
    },
    { api: server.origin },
  ),
);

it("what can't be connected says why, and what to do", { timeout: 120_000 }, () =>
  withPage(
    async ({ page }) => {
      const dialog = page.getByRole("dialog", { name: "Connect to a server" });
      const told = (words: RegExp) => expect.poll(() => dialog.getByRole("alert").innerText()).toMatch(words);
      const again = async () => {
        await page.keyboard.press("Escape");
        await dialog.waitFor({ state: "hidden" });
      };
      await connectBy(page, "wrong");
      await told(/does not accept this token[\s\S]*portcullis serve/);
      await again();
      await connectBy(page, await server.key("acme", "approver"));
      await told(/no role[\s\S]*Ask the people who run this platform for a role/);
      await again();
      await connectBy(page, admin, { address: "https://policies.example" });
      await told(/may talk to http:\/\/127\.0\.0\.1:\d+ alone[\s\S]*--page[\s\S]*connect-src[\s\S]*--allow-origin/);
      await again();
      await connectBy(page, admin, { address: "nowhere" });
      await told(/is no address/);
      await again();
      server.hang(true);
      await connectBy(page, admin);
      await told(/Nothing answers at[\s\S]*See whether the server runs/);
      server.hang(false);
      await dialog.getByRole("button", { name: "Connect", exact: true }).click();
      await panel(page).waitFor();
    },
    { api: server.origin },
  ),
);

it(
  "a page that is not connected loads nothing of all this; served as files alone, it says so",
  {
    timeout: 120_000,
  },
  () =>
    withPage(async ({ page }) => {
      const asked: string[] = [];
      page.on("request", (request) => asked.push(request.url()));
      await page.reload();
      await hears(page, /Verdict/);
      expect(asked.filter((url) => /\/v1\/|connect-/.test(url))).toEqual([]);
      await page.route("**/v1/caller", (route) => route.fulfill({ status: 200, body: "<!doctype html>" }));
      await connectBy(page, "any");
      const dialog = page.getByRole("dialog", { name: "Connect to a server" });
      await expect.poll(() => dialog.getByRole("alert").innerText()).toMatch(/is no Portcullis server[\s\S]*--page/);
    }),
);

it("a platform's key reads and writes for a tenant, if it says so", { timeout: 120_000 }, () =>
  withPage(
    async ({ page }) => {
      await connectBy(page, admin, { tenant: "acme" });
      await expect.poll(() => lines(page, "policies")).toMatch(/acme’s own/);
      expect(await panel(page).innerText()).toMatch(/here for acme/);
      await select(page, "policies", "acme’s own");
      await page.keyboard.type("acme’s still");
      await panel(page).getByRole("button", { name: "Check 1 change with the server" }).click();
      await panel(page).getByRole("button", { name: "Save 1 change" }).click();
      await panel(page).getByText("1 of 1 change is saved.").waitFor();
      expect((await server.store.list(ANN, { owner: "own" })).policies).toMatchObject([{ name: "acme’s still" }]);
      // What was told of one server says nothing of the next.
      await panel(page).getByRole("button", { name: "Disconnect" }).click();
      await connectBy(page, admin);
      await panel(page).getByText("The editor holds what the server has.").waitFor();
      expect(await panel(page).getByText("is saved").count()).toBe(0);
    },
    { api: server.origin },
  ),
);
