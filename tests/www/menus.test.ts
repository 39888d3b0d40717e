// Menus, by real keys: nothing is done before it is chosen.
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { hears, lines, useBrowser, withPage, withRefunds } from "./page.js";

useBrowser();

const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent ?? "");
const items = (page: Page) => page.getByRole("menuitem");

it("the examples are walked by keys, and only Enter opens one", () =>
  withPage(async ({ page }) => {
    await hears(page, /Denied/);
    const before = await lines(page, "policies");
    const button = page.getByRole("button", { name: "Examples", exact: true });
    await button.focus();
    expect(await button.getAttribute("aria-haspopup")).toBe("menu");
    expect(await button.getAttribute("aria-expanded")).toBe("false");
    await page.keyboard.press("ArrowDown");
    expect(await button.getAttribute("aria-expanded")).toBe("true");
    await expect.poll(() => focused(page)).toBe("One policy");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    expect(await focused(page)).toBe("Tool access");
    await page.keyboard.press("End");
    expect(await focused(page)).toBe("GitHub’s 117 tools");
    await page.keyboard.press("ArrowDown");
    expect(await focused(page)).toBe("One policy");
    await page.keyboard.press("ArrowUp");
    expect(await focused(page)).toBe("GitHub’s 117 tools");
    await page.keyboard.type("te");
    expect(await focused(page)).toBe("Tenant isolation");
    expect(await lines(page, "policies")).toBe(before);
    await page.keyboard.press("Escape");
    await items(page).first().waitFor({ state: "detached" });
    expect(await focused(page)).toBe("Examples");
    expect(await lines(page, "policies")).toBe(before);
    await page.keyboard.press("ArrowUp");
    await expect.poll(() => focused(page)).toBe("GitHub’s 117 tools");
    await page.keyboard.press("Tab");
    await items(page).first().waitFor({ state: "detached" });
    await button.press("Enter");
    await page.keyboard.press("l");
    await page.keyboard.press("Enter");
    await hears(page, /open-by-default/);
    expect(await button.getAttribute("aria-expanded")).toBe("false");
  }));

it("other calls are walked by keys, and the call stays until one is chosen", () =>
  withRefunds(async ({ page }) => {
    const button = page.getByRole("button", { name: "Other calls" });
    await button.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await expect.poll(() => focused(page)).toBe("A refund by someone else");
    expect(await lines(page, "request")).toMatch(/25000/);
    await page.keyboard.press("Enter");
    await hears(page, /Denied/);
    expect(await lines(page, "request")).toMatch(/"kim"/);
    expect(await focused(page)).toBe("Other calls");
  }));

it("a press elsewhere closes it, and it fits into a phone", () =>
  withPage(
    async ({ page }) => {
      await hears(page, /Denied/);
      for (const name of ["Examples", "File", "Other calls"]) {
        await page.getByRole("button", { name, exact: true }).click();
        const box = await page.getByRole("menu").boundingBox();
        expect(box?.x).toBeGreaterThanOrEqual(0);
        expect((box?.x ?? 0) + (box?.width ?? 999)).toBeLessThanOrEqual(360);
        expect((box?.y ?? 0) + (box?.height ?? 999)).toBeLessThanOrEqual(740);
        await page.getByRole("heading", { level: 1 }).click({ position: { x: 1, y: 1 }, force: true });
        await page.getByRole("menu").waitFor({ state: "detached" });
      }
    },
    { viewport: { width: 360, height: 740 } },
  ));
