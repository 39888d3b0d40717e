// Who may do what: a table of tools by people.
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import {
  chooseExample,
  editor,
  hears,
  lines,
  openExample,
  select,
  useBrowser,
  withPage,
  withRefunds,
  write,
} from "./page.js";

useBrowser();

async function openMatrix(page: Page) {
  const grid = page.getByRole("grid", { name: "Tools by people" });
  await page.locator(".matrix").scrollIntoViewIfNeeded();
  await grid.waitFor();
  return grid;
}

const cell = (page: Page, tool: string, column: number) =>
  page
    .getByRole("row", { name: new RegExp(`^${tool}`) })
    .getByRole("gridcell")
    .nth(column);

it("says in words what each person may do, before the arguments are known", () =>
  withRefunds(async ({ page }) => {
    await hears(page, /Needs approval/);
    const grid = await openMatrix(page);
    await expect
      .poll(() => grid.getByRole("columnheader").allInnerTexts())
      .toEqual(["Tool", "sam\nsupport", "kim\nsales"]);
    expect(await cell(page, "refund", 0).innerText()).toMatch(/±\s*depends\s*allow or approval/);
    expect(await cell(page, "refund", 1).innerText()).toMatch(/✕\s*denied/);
    await cell(page, "refund", 0).getByRole("button").click();
    const dialog = page.getByRole("dialog", { name: "sam and refund" });
    expect(await dialog.innerText()).toMatch(/It may be allowed or up for approval/);
    expect(await dialog.innerText()).toMatch(
      /large refunds need a lead may apply[\s\S]*input\.amount_cents is more than 10000/,
    );
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    const back = cell(page, "refund", 0).getByRole("button");
    expect(await back.evaluate((button) => button === document.activeElement)).toBe(true);
    await select(page, "policies", "require_approval");
    await page.keyboard.type("allow");
    await hears(page, /No verdict/);
    await page.getByText("Mend the errors first").waitFor();
    expect(await cell(page, "refund", 0).innerText()).toMatch(/depends/);
  }));

it("opens no cell of the work before while the next one is read", () =>
  withRefunds(async ({ page }) => {
    const grid = await openMatrix(page);
    const button = cell(page, "refund", 0).getByRole("button");
    await page.evaluate(() => {
      const { postMessage } = Worker.prototype;
      const held: (() => void)[] = [];
      Worker.prototype.postMessage = function (this: Worker, ...message: unknown[]) {
        held.push(() => Reflect.apply(postMessage, this, message));
      } as Worker["postMessage"];
      addEventListener("release", () => {
        Worker.prototype.postMessage = postMessage;
        for (const send of held) send();
      });
    });
    await button.click();
    await chooseExample(page, "limits");
    await expect.poll(() => button.evaluate((one) => one.closest("[inert]") !== null)).toBe(true);
    await page.evaluate(() => dispatchEvent(new Event("release")));
    await expect.poll(() => grid.evaluate((one) => one.closest("[inert]"))).toBe(null);
    expect(await page.getByRole("dialog").count()).toBe(0);
    // Where the next one can't be read, nothing of the one before is left.
    await write(page, "policies", "[{");
    await openExample(page, "refunds");
    await page.getByRole("button", { name: "Bring back what was there" }).click();
    await page.getByText("Mend the errors first").waitFor();
    await expect.poll(() => grid.count()).toBe(0);
  }));

it("opens its cells also where a work is opened that is the same", () =>
  withPage(async ({ page }) => {
    await openExample(page, "github");
    await openMatrix(page);
    await page.getByRole("button", { name: "Close this message" }).click();
    await openExample(page, "github");
    await cell(page, "delete_repo", 0).getByRole("button").click();
    await page.getByRole("dialog").waitFor();
  }));

it("holds GitHub’s 117 tools, filtered, walked by keys, and opened as a call", { timeout: 60_000 }, () =>
  withPage(async ({ page }) => {
    await openExample(page, "github");
    const grid = await openMatrix(page);
    await expect.poll(() => grid.getByRole("row").count()).toBe(118);
    const legend = await page.getByRole("list", { name: "What the signs mean" }).innerText();
    const counts = [...legend.matchAll(/\d+/g)].map(Number);
    expect(counts.length).toBe(4);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(117 * 3);
    const scroll = page.locator(".matrix-scroll");
    await scroll.evaluate((box) => box.scrollTo(0, 2000));
    const [head, box] = [await grid.getByRole("columnheader").first().boundingBox(), await scroll.boundingBox()];
    expect(Math.abs((head?.y ?? 0) - (box?.y ?? 0))).toBeLessThan(3);
    await page.getByLabel("Filter the tools").fill("delete_repo");
    await expect.poll(() => grid.getByRole("row").count()).toBeLessThan(5);
    await page.getByLabel("Filter the tools").fill("");
    await grid.locator("[tabindex='0']").focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("End");
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "robin and actions_run_trigger" });
    await dialog.getByRole("button", { name: "Open this call" }).click();
    await expect.poll(() => lines(page, "request")).toMatch(/"id": "robin"[\s\S]*"id": "actions_run_trigger"/);
    await editor(page, "request").press("ControlOrMeta+End");
    await expect.poll(() => lines(page, "request")).toMatch(/\}\n*$/);
    const request = JSON.parse(await lines(page, "request"));
    expect(request.input).toMatchObject({ method: expect.any(String), owner: "example" });
    await hears(page, /^Verdict/);
  }),
);

it("people are edited, survive a reload, and go back to those of the calls", () =>
  withRefunds(async ({ page }) => {
    await hears(page, /Needs approval/);
    await openMatrix(page);
    await page.getByRole("button", { name: "Edit the people" }).click();
    await page.getByLabel("Add to the roles of kim").fill("support");
    await page.keyboard.press("Enter");
    await expect.poll(() => cell(page, "refund", 1).innerText()).toMatch(/depends/);
    await page.getByRole("button", { name: "+ Person" }).click();
    await expect.poll(() => cell(page, "refund", 2).innerText()).toMatch(/denied/);
    await page.reload();
    await openMatrix(page);
    await expect.poll(() => cell(page, "refund", 2).innerText()).toMatch(/denied/);
    await page.getByRole("button", { name: "Edit the people" }).click();
    await page.getByRole("button", { name: "Back to those of the calls" }).click();
    await expect.poll(() => page.getByRole("grid").getByRole("columnheader").count()).toBe(3);
  }));

it("a tool that no policy knows, and a set without tools", () =>
  withPage(async ({ page }) => {
    await write(
      page,
      "policies",
      JSON.stringify([{ id: "a", name: "a", scope: "tool", effect: "allow", rule_expr: { target: ["other"] } }]),
    );
    await hears(page, /Denied/);
    await openMatrix(page);
    await expect.poll(() => cell(page, "refund", 0).innerText()).toMatch(/denied/);
    await cell(page, "refund", 0).getByRole("button").click();
    expect(await page.getByRole("dialog").innerText()).toMatch(/What nobody allows is denied/);
  }));

const allow = (id: string, target: string[]) => ({
  id,
  name: id,
  scope: "tool",
  effect: "allow",
  rule_expr: { target },
});
const ask = (id: string, target: string[], when?: unknown) => ({
  ...{ id, name: id, scope: "tool", effect: "require_approval" },
  rule_expr: { target, ...(when === undefined ? {} : { when }), approval: { approvers: { roles: ["lead"] } } },
});
const tools = (names: readonly string[]) =>
  JSON.stringify({ tools: names.map((name) => ({ name, inputSchema: { type: "object" } })) });

async function writeCatalogue(page: Page, text: string): Promise<void> {
  await page.getByRole("tab", { name: "Catalogue" }).click();
  await write(page, "catalogue", text);
  await page.getByRole("tab", { name: "Policies" }).click();
}

it("each of the four states has its sign, its word and its count", () =>
  withPage(async ({ page }) => {
    const some = { field: "input.size", gt: 5, default: 0 };
    const set = [allow("open", ["read", "write", "send"]), ask("asks", ["write"]), ask("may ask", ["send"], some)];
    await writeCatalogue(page, tools(["read", "write", "send", "drop"]));
    await write(page, "policies", JSON.stringify(set));
    await hears(page, /Verdict: Denied/);
    await openMatrix(page);
    const words = {
      read: /✓\s*allowed/,
      write: /\?\s*approval/,
      send: /±\s*depends\s*allow or approval/,
      drop: /✕\s*denied/,
    };
    for (const [tool, word] of Object.entries(words)) {
      await expect.poll(() => cell(page, tool, 0).innerText(), { timeout: 10_000 }).toMatch(word);
    }
    const legend = page.getByRole("list", { name: "What the signs mean" });
    expect((await legend.innerText()).replace(/\s+/g, " ")).toMatch(/allowed 2 .*approval 2 .*depends 2 .*denied 2/);
  }));

it("what it leaves out is said", { timeout: 120_000 }, () =>
  withPage(async ({ page }) => {
    await hears(page, /Denied/);
    const bundle = {
      policies: [allow("open", ["*"])],
      catalogue: JSON.parse(tools(Array.from({ length: 1003 }, (_, i) => `tool_${i}`))),
      cases: Array.from({ length: 14 }, (_, i) => ({
        title: `call ${i}`,
        request: {
          ...{ action: "tool_call", now: 0, tenant: { id: "t" }, app: null, workflow: null, agent: null },
          ...{ user: { id: `u${i}` }, tool: { id: "tool_1" } },
        },
      })),
    };
    await page.getByLabel("A file to open").setInputFiles({
      ...{ name: "many.json", mimeType: "application/json" },
      buffer: Buffer.from(JSON.stringify(bundle)),
    });
    await hears(page, /Allowed/);
    await openMatrix(page);
    await page
      .getByText("Shown are the first 1000 of 1003 tools and the first 12 of 14 people in the calls.")
      .waitFor({ timeout: 30_000 });
  }),
);
