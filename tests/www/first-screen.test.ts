// What a visitor sees without scrolling, and with nothing jumping.
import type { Locator, Page } from "playwright-core";
import { expect, it } from "vitest";
import { editor, hears, lines, openExample, select, useBrowser, withPage, withRefunds, write } from "./page.js";

useBrowser();

/** Whether all of an element is in the window, and nothing else lies over it. */
async function isInSight(element: Locator): Promise<boolean> {
  return element.evaluate((one) => {
    const { left, right, top, bottom } = one.getBoundingClientRect();
    if (left < 0 || top < 0 || right > innerWidth || bottom > innerHeight) return false;
    const there = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    return there !== null && (one.contains(there) || there.contains(one));
  });
}

const headline = (page: Page) => page.locator(".headline");

it("at 1440 pixels the policy, the call and all of its verdict are on the first screen", () =>
  withPage(
    async ({ page }) => {
      await hears(page, /Verdict: Denied$/);
      expect(JSON.parse(await lines(page, "policies")).length).toBe(1);
      for (const one of ["[data-editor=policies]", "[data-editor=request]", "[data-testid=verdict]"]) {
        expect(await isInSight(page.locator(one)), one).toBe(true);
      }
      expect(await page.getByTestId("verdict").innerText()).toMatch(/Denied/);
      expect(await isInSight(page.getByRole("tabpanel", { name: "Why" }))).toBe(true);
      expect(await headline(page).isVisible()).toBe(false);
    },
    { viewport: { width: 1440, height: 900 } },
  ));

it("nothing below the first verdict moves when it comes", () =>
  withPage(async ({ page }) => {
    // As the page is while the engine loads.
    await page.route("**/*.wasm", async (route) => {
      await page.waitForTimeout(500);
      await route.continue();
    });
    await page.reload();
    const below = page.getByRole("button", { name: "Paste requests" });
    await page.getByText("The engine is loading…").waitFor();
    const place = async () => (await below.boundingBox())?.y ?? 0;
    const before = await place();
    await hears(page, /Verdict: Denied$/);
    // Less than makes a click miss it, whatever fonts there are.
    expect(Math.abs((await place()) - before)).toBeLessThan(8);
  }));

it.each([
  { width: 360, height: 740 },
  { width: 768, height: 1024 },
])("at $width pixels the policy stands under its verdict, over the call", (viewport) =>
  withPage(
    async ({ page }) => {
      await hears(page, /Verdict: Denied$/);
      expect(await isInSight(headline(page))).toBe(true);
      expect(await headline(page).innerText()).toMatch(/Denied\s*sam → refund/);
      expect(await isInSight(page.locator("[data-editor=policies]"))).toBe(true);
      const call = await page.locator("[data-editor=request]").boundingBox();
      expect(call?.y).toBeLessThan(viewport.height - 20);
      // It follows what is typed, and leads to the reasons.
      await select(page, "policies", "10000");
      await page.keyboard.type("50000");
      await hears(page, /Allowed/);
      await expect.poll(() => headline(page).innerText()).toMatch(/Allowed/);
      expect(await isInSight(headline(page))).toBe(true);
      await headline(page).click();
      await expect.poll(() => isInSight(page.getByTestId("verdict"))).toBe(true);
      expect(await isInSight(headline(page))).toBe(true);
    },
    { viewport },
  ),
);

it("where nothing is written, the first screen teaches what a policy is, and calls nothing an error", () =>
  withPage(
    async ({ page }) => {
      await write(page, "policies", "");
      await hears(page, /there is no policy yet/);
      await page.evaluate(() => scrollTo(0, 0));
      const begin = page.getByRole("button", { name: "Write one in a form" });
      expect(await isInSight(begin)).toBe(true);
      expect(await isInSight(page.getByText("A policy says which calls it covers"))).toBe(true);
      expect(await page.locator(".problems, .badge, .fault:visible").count()).toBe(0);
    },
    { viewport: { width: 360, height: 740 } },
  ));

it("a decision takes no more room than it needs once another work is opened", () =>
  withRefunds(async ({ page }) => {
    const spare = () =>
      page.locator(".decision").evaluate((panel) => {
        const last = [...panel.children].findLast((child) => child.checkVisibility());
        return panel.getBoundingClientRect().bottom - (last?.getBoundingClientRect().bottom ?? 0);
      });
    await openExample(page, "argument-checks");
    await openExample(page, "tenant-isolation");
    await expect.poll(spare).toBeLessThan(20);
  }));

/**
 * How much of the window moves from now on, by the browser's own measure. What follows a key at once counts too, as a
 * verdict does; the text that one types in does not: it is in a shadow root, whose nodes are not told.
 */
async function watchShifts(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    interface Shift {
      readonly value: number;
      readonly sources: readonly { readonly node: Node | null }[];
    }
    const watch = Object.assign(globalThis, { shifted: 0 });
    new PerformanceObserver((list) => {
      for (const { value, sources } of list.getEntries() as unknown as Shift[]) {
        if (sources.some(({ node }) => node !== null)) watch.shifted += value;
      }
    }).observe({ type: "layout-shift" });
  });
  return async () => {
    await page.waitForTimeout(400);
    return page.evaluate(() => (globalThis as unknown as { shifted: number }).shifted);
  };
}

it.each([360, 1440])(
  "nothing jumps while one types and the verdict changes, at %i pixels",
  { timeout: 60_000 },
  (width) =>
    withRefunds(
      async ({ page }) => {
        await page.waitForTimeout(300);
        await editor(page, "policies").click();
        const shifted = await watchShifts(page);
        await select(page, "policies", "10000");
        await page.keyboard.type("50000", { delay: 40 });
        await hears(page, /Allowed/);
        await select(page, "policies", '"allow"');
        await page.keyboard.type('"deny"', { delay: 40 });
        await hears(page, /Denied/);
        expect(await shifted()).toBeLessThanOrEqual(0.02);
      },
      { viewport: { width, height: 900 } },
    ),
);
