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
  // What closes when the window changes is there only before.
  await fits(page, state);
  for (const width of [360, 768, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    // The window tells the page in its next frame, and the page has answered in the one after.
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    await fits(page, state);
  }
}

/** Nothing is wider than the window as it is, and nothing is cut off. */
export async function fits(page: Page, state: string): Promise<void> {
  const { width } = page.viewportSize() ?? { width: 0 };
  const widest = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(widest, `${state} at ${width}`).toBeLessThanOrEqual(width);
  expect(await clipped(page), `${state} at ${width}`).toEqual([]);
  expect(await beyond(page), `${state} at ${width}`).toEqual([]);
}

/** Where text is cut: by dots, with all of it in a title or at hand. */
const MAY_CUT = ".headline .call, .row-hint, .hidden";

/** What an editor shows beside its lines, which scroll. */
const BESIDE_LINES = ".cm-tooltip, .cm-tooltip *, .cm-panels *";

/** Texts that a box cuts off, at its side or below, or that leave their cell of a table. */
async function clipped(page: Page): Promise<string[]> {
  return page.evaluate(
    ([mayCut, besideLines]) => {
      const cut: string[] = [];
      const shadows = [...document.querySelectorAll("[data-editor]")].map((host) => host.shadowRoot);
      const all = [
        ...document.querySelectorAll<HTMLElement>("body *"),
        ...shadows.flatMap((root) => [...(root?.querySelectorAll<HTMLElement>(besideLines) ?? [])]),
      ];
      for (const element of all) {
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
          const isCell = box.matches("td, th");
          const [x, y] = [overflowX, overflowY].map((one) => one === "hidden" || one === "clip" || isCell);
          const beyond =
            (x && (text.left < left - 2 || text.right > right + 2)) ||
            (y && (text.top < top - 3 || text.bottom > bottom + 3));
          if (beyond) cut.push(`${element.textContent?.trim().slice(0, 40)} in ${box.className || box.tagName}`);
          // What scrolls can be scrolled to; what is in the top layer is cut by nothing.
          if (beyond || overflowX === "auto" || overflowY === "auto" || position === "fixed") break;
        }
      }
      return cut;
    },
    [MAY_CUT, BESIDE_LINES] as const,
  );
}

/** What one can't reach, because the window or a box that scrolls ends before it. */
async function beyond(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const shadows = [...document.querySelectorAll("[data-editor]")].map((host) => host.shadowRoot);
    return [
      ...document.querySelectorAll<HTMLElement>("button, input, select, textarea, .matrix-scroll"),
      ...shadows.flatMap((root) => [...(root?.querySelectorAll<HTMLElement>(".cm-tooltip") ?? [])]),
    ]
      .filter((element) => element.checkVisibility() && !element.closest(".hidden"))
      .filter((element) => {
        const { left, right, width } = element.getBoundingClientRect();
        const scroll = element.parentElement?.closest(".matrix-scroll");
        const from = scroll ? scroll.getBoundingClientRect().left - scroll.scrollLeft : 0;
        const to = from + (scroll?.scrollWidth ?? innerWidth);
        return width > 1 && (right > to + 1 || left < from - 1);
      })
      .map((element) => element.outerHTML.slice(0, 120));
  });
}
