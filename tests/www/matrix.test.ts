// Who may do what: a table of tools by people.
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { editor, hears, lines, openExample, select, useBrowser, withPage, withRefunds, write } from "./page.js";

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
