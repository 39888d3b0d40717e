// What holds for the page as a whole: for everyone to use, at any width, in light and dark, and light in weight.
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { hears, select, useBrowser, withPage } from "./page.js";

useBrowser();

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds, each with the first element. */
async function complaints(page: Page): Promise<string[]> {
  // By the debugger and not by a tag, which the page's own policy forbids.
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
  });
}

/** The page in each of the states that look different. */
async function eachState(page: Page, check: (state: string) => Promise<void>): Promise<void> {
  await hears(page, /Needs approval/);
  await check("a verdict");
  await page.getByRole("tab", { name: "To the author" }).click();
  await select(page, "policies", '"support"');
  await page.keyboard.type('"sales"');
  await hears(page, /Needs approval, mode auto|Denied/);
  await page.locator(".effect .summary").waitFor();
  await check("a denial with flips");
  await select(page, "policies", "includes");
  await page.keyboard.type("inclodes");
  await hears(page, /No verdict/);
  await page.getByRole("tab", { name: "Catalogue" }).click();
  await page.getByRole("button", { name: "Paste requests" }).click();
  await page.getByText("File", { exact: true }).click();
  await check("errors, with all that opens open");
}

it.each(["light", "dark"] as const)("axe finds nothing in %s", { timeout: 60_000 }, (colorScheme) =>
  withPage(
    (playground) =>
      eachState(playground.page, async (state) => expect(await complaints(playground.page), state).toEqual([])),
    { colorScheme },
  ),
);

it("nothing is wider than a phone, a tablet or a desktop", () =>
  withPage(({ page }) =>
    eachState(page, async (state) => {
      for (const width of [360, 768, 1440]) {
        await page.setViewportSize({ width, height: 900 });
        const widest = await page.evaluate(() => document.documentElement.scrollWidth);
        expect(widest, `${state} at ${width}`).toBeLessThanOrEqual(width);
      }
    }),
  ));

it("colours follow the system until one chooses, and the choice stays", () =>
  withPage(
    async ({ page }) => {
      const theme = () => page.evaluate(() => document.documentElement.dataset["theme"]);
      expect(await theme()).toBe("dark");
      await page.emulateMedia({ colorScheme: "light" });
      await expect.poll(theme).toBe("light");
      await page.getByRole("button", { name: "Use dark colours" }).click();
      await page.reload();
      expect(await theme()).toBe("dark");
    },
    { colorScheme: "dark" },
  ));

it("weighs at most 450 KB gzipped without the examples", () => {
  const dist = new URL("../../www/dist/", import.meta.url);
  const files = readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.endsWith("/examples"))
    .map(({ parentPath, name }) => ({
      name,
      bytes: gzipSync(readFileSync(`${parentPath}/${name}`), { level: 9 }).length,
    }));
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { name, bytes } of files) console.log(`${name.padEnd(32)} ${(bytes / 1024).toFixed(1).padStart(7)} KB`);
  console.log(`${"all of it, gzipped".padEnd(32)} ${(total / 1024).toFixed(1).padStart(7)} KB`);
  expect(total).toBeLessThanOrEqual(450 * 1024);
});
