// Changes of a server's policies: reviewed, saved, in conflict, refused, and taken back.
import type { Locator, Page } from "playwright-core";
import { afterEach, beforeEach, expect, it } from "vitest";
import { lines, select, showForm, useBrowser, withPage, write } from "./page.js";
import { ANN, type Connected, connected, OPEN, PLATFORM, REFUNDS } from "./server.js";

useBrowser();

let server: Connected;

beforeEach(async () => {
  server = await connected();
  await server.store.create(PLATFORM, OPEN);
  await server.store.create(PLATFORM, REFUNDS);
}, 120_000);
afterEach(() => server?.close());

/** Connected as the platform's administrator. */
async function asAdmin(test: (page: Page, panel: Locator) => Promise<void>): Promise<void> {
  const hash = `#connect=${await server.key(null, "admin")}`;
  await withPage(
    async ({ page }) => {
      const panel = page.getByRole("region", { name: "The server" });
      await panel.getByText("The editor holds what the server has.").waitFor();
      await test(page, panel);
    },
    { api: server.origin, hash },
  );
}

/** Reads a policy past the page. */
const stored = (id: string) => server.store.read(PLATFORM, id);

async function setLimit(page: Page, from: string, to: string): Promise<void> {
  await select(page, "policies", from);
  await page.keyboard.type(to);
}

async function saveAll(panel: Locator, count: string): Promise<void> {
  await panel.getByRole("button", { name: /^Check .* with the server$/ }).click();
  await panel.getByRole("button", { name: `Save ${count}`, exact: true }).click();
}

const DENY = { id: "sam", name: "not sam", scope: "global", effect: "deny", rule_expr: {} };

it("an edit, a new policy and a removed one are saved, each by its revision", { timeout: 120_000 }, () =>
  asAdmin(async (page, panel) => {
    await setLimit(page, "10000", "20000");
    await showForm(page);
    await page.getByRole("button", { name: "New policy" }).click();
    await page.getByRole("radio", { name: "Text" }).check();
    const changes = panel.getByRole("list", { name: "What differs from the server" });
    expect(await changes.innerText()).toMatch(/changed\s*no large refunds[\s\S]*new\s*A new policy/);
    await panel.getByText("What differs", { exact: true }).click();
    expect(await panel.getByRole("table").innerText()).toMatch(/rule_expr\/when\/gt\s*10000\s*20000/);
    await page.keyboard.press("Escape");
    expect((await stored("refunds")).revision).toBe(1);
    await panel.getByRole("button", { name: "Check 2 changes with the server" }).click();
    await panel.getByText("The server would take it.").first().waitFor();
    expect((await stored("refunds")).revision).toBe(1);
    await panel.getByRole("button", { name: "Save 2 changes" }).click();
    await panel.getByText("2 of 2 changes are saved.").waitFor();
    expect(await stored("refunds")).toMatchObject({ revision: 2, rule_expr: { when: { gt: 20_000 } } });
    expect(await stored("policy-1")).toMatchObject({ name: "A new policy", revision: 1 });
    await panel.getByText("The editor holds what the server has.").waitFor();
    // What is removed goes only where that is ticked.
    await write(page, "policies", JSON.stringify([OPEN, { ...REFUNDS, rule_expr: { target: ["refund"] } }]));
    await panel.getByText("It stays on the server unless you tick it.").waitFor();
    await panel.getByRole("checkbox", { name: /A new policy/ }).check();
    await saveAll(panel, "2 changes");
    await panel.getByText("2 of 2 changes are saved.").waitFor();
    await expect(stored("policy-1")).rejects.toMatchObject({ code: "policy_not_found" });
    await panel.getByRole("button", { name: "Restore it" }).click();
    await expect.poll(() => lines(page, "policies")).toMatch(/A new policy/);
    expect(await stored("policy-1")).toMatchObject({ revision: 3 });
    await panel.getByText("The editor holds what the server has.").waitFor();
  }),
);

it("the effect of the edit on the requests at hand stands beside the button", { timeout: 120_000 }, () =>
  asAdmin(async (page, panel) => {
    await page.getByRole("button", { name: "Paste requests" }).click();
    const one = (cents: number) => ({
      ...{ action: "tool_call", now: 1_795_435_200_000, tenant: { id: "acme" }, app: null, user: { id: "u" } },
      ...{ workflow: null, agent: null, tool: { id: "refund" }, input: { amount_cents: cents } },
    });
    await page
      .getByLabel(/One request a line/)
      .fill([5_000, 15_000, 25_000].map((cents) => JSON.stringify(one(cents))).join("\n"));
    await page.getByRole("button", { name: "Use these" }).click();
    await setLimit(page, "10000", "20000");
    await panel.getByRole("button", { name: "Check 1 change with the server" }).click();
    await panel.getByText("1 of 3 requests (what you pasted) is decided otherwise.").waitFor();
    await setLimit(page, "20000", "2000");
    // What was checked is not what stands there now.
    await panel.getByRole("button", { name: "Check 1 change with the server" }).click();
    await panel.getByText("1 of 3 requests (what you pasted) is decided otherwise.").waitFor();
    await panel.getByRole("button", { name: "Save 1 change" }).waitFor();
  }),
);

it("what was changed there meanwhile is shown against mine, and nothing overwritten", { timeout: 180_000 }, () =>
  asAdmin(async (page, panel) => {
    await setLimit(page, "10000", "20000");
    await server.store.replace({ tenant: null, by: "bob" }, "refunds", { ...REFUNDS, name: "bob’s" }, { revision: 1 });
    await saveAll(panel, "1 change");
    await panel.getByText("0 of 1 change is saved. What is not saved is still in the editor.").waitFor();
    expect(await panel.innerText()).toMatch(/revision_conflict/);
    const table = panel.getByRole("table", { name: /Theirs and mine/ });
    expect(await table.innerText()).toMatch(/Theirs, by bob\s*Mine[\s\S]*name\s*"bob’s"\s*"no large refunds"/);
    expect(await table.innerText()).toMatch(/rule_expr\/when\/gt\s*10000\s*20000/);
    expect(await stored("refunds")).toMatchObject({ revision: 2, name: "bob’s" });
    expect(await lines(page, "policies")).toMatch(/20000/);
    await panel.getByRole("button", { name: "Keep mine" }).click();
    await saveAll(panel, "1 change");
    await panel.getByText("1 of 1 change is saved.").waitFor();
    expect(await stored("refunds")).toMatchObject({ revision: 3, rule_expr: { when: { gt: 20_000 } } });
    // The other way.
    await setLimit(page, "20000", "30000");
    await server.store.setEnabled(PLATFORM, "refunds", false, { revision: 3 });
    await panel.getByRole("button", { name: "Look for changes" }).click();
    await panel.getByRole("button", { name: "Take theirs" }).click();
    await panel.getByText("The editor holds what the server has.").waitFor();
    expect(await lines(page, "policies")).toMatch(/"gt": 20000[\s\S]*"enabled": false/);
  }),
);

it("what was deleted there is brought back or let go", { timeout: 180_000 }, () =>
  asAdmin(async (page, panel) => {
    await setLimit(page, "10000", "20000");
    await server.store.delete(PLATFORM, "refunds", { revision: 1 });
    await saveAll(panel, "1 change");
    await panel.getByText("Theirs: it was deleted.").waitFor();
    await panel.getByRole("button", { name: "Keep mine: bring it back" }).click();
    await saveAll(panel, "1 change");
    await panel.getByText("1 of 1 change is saved.").waitFor();
    expect(await stored("refunds")).toMatchObject({ revision: 4, rule_expr: { when: { gt: 20_000 } } });
    // What was not edited here just follows.
    await server.store.delete(PLATFORM, "refunds", { revision: 4 });
    await server.store.create(PLATFORM, DENY as never);
    await panel.getByRole("button", { name: "Look for changes" }).click();
    await panel.getByText("2 policies have followed the server.").waitFor();
    await expect.poll(() => lines(page, "policies")).toMatch(/not sam/);
    expect(await lines(page, "policies")).not.toMatch(/no large refunds/);
    await panel.getByText("The editor holds what the server has.").waitFor();
  }),
);

it(
  "what the server refuses is told at the policy, the rest waits, and nothing typed is lost",
  { timeout: 120_000 },
  () =>
    asAdmin(async (page, panel) => {
      await write(
        page,
        "policies",
        JSON.stringify([OPEN, { ...REFUNDS, effect: "forbid" }, { ...DENY, name: "no sam" }]),
      );
      await panel.getByRole("button", { name: "Check 2 changes with the server" }).click();
      await panel.getByText(/Error at effect: .*forbid/).waitFor();
      // Sound ones can be saved alone.
      await panel.getByRole("button", { name: "Save 1 of 2 changes" }).click();
      await panel.getByText("1 of 1 change is saved.").waitFor();
      expect(await stored("sam")).toMatchObject({ name: "no sam" });
      expect(await stored("refunds")).toMatchObject({ effect: "deny", revision: 1 });
      // Two at once, of which the first fails between the check and the save.
      const edits = [OPEN, { ...REFUNDS, name: "second" }, { ...DENY, name: "first" }];
      await write(page, "policies", JSON.stringify(edits.reverse()));
      await panel.getByRole("button", { name: "Check 2 changes with the server" }).click();
      await panel.getByRole("button", { name: "Save 2 changes" }).waitFor();
      await server.store.setEnforcement(PLATFORM, "sam", "shadow", { revision: 1 });
      await panel.getByRole("button", { name: "Save 2 changes" }).click();
      await panel.getByText("0 of 2 changes are saved.").waitFor();
      expect(await panel.getByRole("list", { name: "What came of it" }).innerText()).toMatch(
        /first is not saved[\s\S]*revision_conflict[\s\S]*second was not tried/,
      );
      expect(await stored("refunds")).toMatchObject({ revision: 1 });
      expect(await lines(page, "policies")).toMatch(/first[\s\S]*second/);
    }),
);

it("what restricts is written first and what opens last", { timeout: 120_000 }, () =>
  asAdmin(async (page, panel) => {
    const written: string[] = [];
    page.on("request", (request) => {
      const { pathname } = new URL(request.url());
      if (request.method() === "GET" || !pathname.startsWith("/v1/policies")) return;
      written.push(`${request.method()} ${JSON.parse(request.postData() ?? "{}").id ?? pathname.split("/").at(-1)}`);
    });
    const opens = { id: "opens", name: "opens", scope: "global", effect: "allow", rule_expr: {} };
    await write(page, "policies", JSON.stringify([opens, { ...OPEN, name: "still open" }, { ...DENY, id: "stops" }]));
    await panel.getByRole("checkbox", { name: /stops|not sam/ }).uncheck();
    await panel.getByRole("button", { name: "Check 2 changes with the server" }).click();
    await panel.getByRole("button", { name: "Save 2 changes" }).waitFor();
    // What is ticked later is checked first.
    await panel.getByRole("checkbox", { name: /stops|not sam/ }).check();
    await panel.getByRole("checkbox", { name: /no large refunds/ }).check();
    await saveAll(panel, "4 changes");
    await panel.getByText("4 of 4 changes are saved.").waitFor();
    expect(written).toEqual(["POST stops", "PUT open", "POST opens", "DELETE refunds"]);
  }),
);

it("an answer that is lost is looked for, and not written twice", { timeout: 120_000 }, () =>
  asAdmin(async (page, panel) => {
    await setLimit(page, "10000", "20000");
    await panel.getByRole("button", { name: /^Check/ }).click();
    await panel.getByRole("button", { name: "Save 1 change" }).waitFor();
    // It is written, and nobody hears of it.
    await page.route("**/v1/policies/refunds", async (route) => {
      await route.fetch();
      await route.abort();
    });
    await panel.getByRole("button", { name: "Save 1 change" }).click();
    await panel.getByText(/may not be saved.*Nothing answers/).waitFor();
    await page.unroute("**/v1/policies/refunds");
    await panel.getByRole("button", { name: "Look for changes" }).click();
    await panel.getByText("The editor holds what the server has.").waitFor();
    expect(await stored("refunds")).toMatchObject({ revision: 2, rule_expr: { when: { gt: 20_000 } } });
  }),
);

it("an edit survives a reload with what it is based on, and a server that is away", { timeout: 120_000 }, () =>
  asAdmin(async (page, panel) => {
    await setLimit(page, "10000", "20000");
    await expect.poll(() => page.evaluate(() => JSON.stringify({ ...sessionStorage }))).toMatch(/20000/);
    await server.store.replace({ tenant: null, by: "bob" }, "refunds", { ...REFUNDS, name: "bob’s" }, { revision: 1 });
    await page.reload();
    await panel.getByText("It was changed on the server too.").waitFor();
    expect(await lines(page, "policies")).toMatch(/20000/);
    expect(await stored("refunds")).toMatchObject({ revision: 2 });
    server.hang(true);
    await page.reload();
    await page.getByText(/Not connected to .*Nothing answers/).waitFor();
    expect(await lines(page, "policies")).toMatch(/20000/);
    server.hang(false);
    await page.getByRole("button", { name: "Try again" }).click();
    await panel.getByText("It was changed on the server too.").waitFor();
    expect(await lines(page, "policies")).toMatch(/20000/);
  }),
);

it("a tenant's new policy names its owner, and is given its id", { timeout: 120_000 }, async () => {
  const hash = `#connect=${await server.key("acme", "author")}`;
  await withPage(
    async ({ page }) => {
      const panel = page.getByRole("region", { name: "The server" });
      await panel.getByText("The editor holds what the server has.").waitFor();
      await write(page, "policies", JSON.stringify([OPEN, DENY]));
      await panel.getByText("Here it is the platform’s, and is decided so.").waitFor();
      await panel.getByRole("button", { name: "Make it acme’s" }).click();
      await saveAll(panel, "1 change");
      await panel.getByText("1 of 1 change is saved.").waitFor();
      const [own] = (await server.store.list(ANN, { owner: "own" })).policies;
      expect(own).toMatchObject({ name: "not sam", tenant_id: "acme" });
      await expect.poll(() => lines(page, "policies")).toContain(`"id": "${own?.id}"`);
      await panel.getByText("The editor holds what the server has.").waitFor();
    },
    { api: server.origin, hash },
  );
});

it("those who only read are told so, and can save nothing", { timeout: 120_000 }, async () => {
  const hash = `#connect=${await server.key(null, "reader")}`;
  await withPage(
    async ({ page }) => {
      const panel = page.getByRole("region", { name: "The server" });
      await panel.getByText("may only read").waitFor();
      await setLimit(page, "10000", "20000");
      await panel.getByText("This token may read and not write, so it is not saved.").waitFor();
      expect(await panel.getByRole("button", { name: /Check|Save/ }).count()).toBe(0);
    },
    { api: server.origin, hash },
  );
});

it("revisions say who changed what, and are restored", { timeout: 120_000 }, () =>
  asAdmin(async (page, panel) => {
    const by = { tenant: null, by: "bob" };
    await server.store.replace(by, "refunds", { ...REFUNDS, name: "bob’s" }, { revision: 1 });
    await panel.getByRole("button", { name: "Look for changes" }).click();
    await expect.poll(() => lines(page, "policies")).toMatch(/bob’s/);
    await panel.getByRole("tab", { name: "Policies" }).click();
    await panel.getByRole("button", { name: "Revisions of bob’s" }).press("Enter");
    const dialog = page.getByRole("dialog", { name: /Revisions of/ });
    const list = dialog.getByRole("list", { name: "Revisions, the latest first" });
    await expect.poll(() => list.innerText()).toMatch(/2 changed by bob[\s\S]*as it is now[\s\S]*1 created by root/);
    await dialog.getByRole("button", { name: "What changed in revision 2" }).press("Enter");
    await expect.poll(() => dialog.getByRole("table").innerText()).toMatch(/name\s*"no large refunds"\s*"bob’s"/);
    await dialog.getByRole("button", { name: "Restore revision 1" }).press("Enter");
    await expect.poll(() => list.innerText()).toMatch(/3 changed by .*\n?.*as it is now/);
    expect(await stored("refunds")).toMatchObject({ name: "no large refunds", revision: 3 });
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    expect(await lines(page, "policies")).toMatch(/no large refunds/);
    await panel.getByRole("tab", { name: "Changes (0)" }).waitFor();
  }),
);
