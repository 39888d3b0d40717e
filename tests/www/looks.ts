// What is wrong with how the page looks and is read, in whatever state it is.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { expect } from "vitest";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds, each with the first element. */
export async function complaints(page: Page): Promise<string[]> {
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

/** Nothing is wider than a phone, a tablet or a desktop, and nothing is cut off. */
export async function isNarrowEnough(page: Page, state: string): Promise<void> {
  for (const width of [360, 768, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    const widest = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(widest, `${state} at ${width}`).toBeLessThanOrEqual(width);
    expect(await clipped(page), `${state} at ${width}`).toEqual([]);
    // What a box cuts off at its side can't be reached, unless the box scrolls.
    const cut = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>("button, input, select, textarea")]
        .filter((element) => element.checkVisibility() && !element.closest(".matrix-scroll, .hidden, .cm-editor"))
        .filter((element) => {
          const { left, right, width } = element.getBoundingClientRect();
          return width > 1 && (right > innerWidth + 1 || left < -1);
        })
        .map((element) => element.outerHTML.slice(0, 120)),
    );
    expect(cut, `${state} at ${width}`).toEqual([]);
  }
}

/** Where text is cut: it may be by dots, with all of it in a title or at hand, and in a box that scrolls. */
const MAY_CUT = ".headline .call, .row-hint, .hidden, .matrix-scroll, [data-editor]";

/** Texts that a box cuts off, at its side or below. */
async function clipped(page: Page): Promise<string[]> {
  return page.evaluate((mayCut) => {
    const cut: string[] = [];
    for (const element of document.querySelectorAll<HTMLElement>("body *")) {
      const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim() !== "");
      if (!own || !element.checkVisibility() || element.closest(mayCut) || element.closest("option, noscript"))
        continue;
      const range = document.createRange();
      range.selectNodeContents(element);
      const text = range.getBoundingClientRect();
      if (text.width === 0) continue;
      for (let box: HTMLElement | null = element; box !== null; box = box.parentElement) {
        const { overflowX, overflowY, position } = getComputedStyle(box);
        const { left, right, top, bottom } = box.getBoundingClientRect();
        const [x, y] = [overflowX === "hidden" || overflowX === "clip", overflowY === "hidden" || overflowY === "clip"];
        const beyond =
          (x && (text.left < left - 2 || text.right > right + 2)) ||
          (y && (text.top < top - 3 || text.bottom > bottom + 3));
        if (beyond) cut.push(`${element.textContent?.trim().slice(0, 40)} in ${box.className || box.tagName}`);
        // What scrolls can be scrolled to; what is in the top layer is cut by nothing.
        if (beyond || overflowX === "auto" || overflowY === "auto" || position === "fixed") break;
      }
    }
    return cut;
  }, MAY_CUT);
}
