// Each example opens as it is meant, and what was there can be brought back.
import { expect, it } from "vitest";
import { LESSONS, TOOL_SETS } from "../../www/src/state/example-list.js";
import { chooseExample, hears, useBrowser, withPage } from "./page.js";

useBrowser();

/** What each decides of its first call. */
const VERDICTS: Readonly<Record<string, RegExp>> = {
  "tool-access": /Allowed, mode auto, by everyone-searches-documents, the-console-calls-harmless-tools/,
  "mode-enforcement": /Denied, by db-writes-in-auto-are-confirmed/,
  "approval-gates": /Allowed, mode auto, by open-by-default/,
  limits: /Allowed, mode auto, by budgets-for-runs-and-tenants, open-by-default/,
  "tenant-isolation": /Allowed, mode auto, by tenants-use-their-own-connections/,
  "argument-checks": /Allowed, mode auto, by open-by-default/,
  banking: /Allowed, mode auto, by files-of-the-customer-can-be-read/,
  workspace: /Allowed, mode auto, by mail-calendar-and-drive-can-be-read/,
  github: /Allowed, mode auto, by reading-is-allowed/,
};

it("every example is loaded once chosen, opens without an error and decides its first call", { timeout: 60_000 }, () =>
  withPage(async ({ page }) => {
    await hears(page, /Denied/);
    const loaded = await page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name));
    expect(loaded.filter((name) => name.includes("/examples/"))).toEqual([]);
    for (const { id } of [...LESSONS, ...TOOL_SETS]) {
      const why = () => page.locator(".tree").innerText();
      const before = await why();
      await chooseExample(page, id);
      await expect.poll(why, { timeout: 10_000 }).not.toBe(before);
      await hears(page, VERDICTS[id] ?? /none is expected/);
      expect(await page.locator(".problems .error").count(), id).toBe(0);
      expect(await page.locator(".effect").innerText()).toMatch(/calls that came with the policies/);
    }
  }),
);

it("what was there before an example comes back", () =>
  withPage(async ({ page }) => {
    await chooseExample(page, "limits");
    await hears(page, /open-by-default/);
    await page.getByRole("button", { name: "Bring back what was there" }).click();
    await hears(page, /Verdict: Denied$/);
  }));
