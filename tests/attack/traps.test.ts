// Forced traps in Node and in Chromium: the other engines of the process go on, soon, and not without pauses.
import { expect, it } from "vitest";
import { type Site, visit } from "../browser/chromium.js";
import { type Recovery, recoveries, repeatedly } from "./trap.js";

const { PolicyEngine } = await import("portcullis");

/** What it takes is milliseconds; machines may be busy. */
const MOST_MS = 5_000;

interface TrapsPage {
  trap(): Promise<{ recovered: Recovery[]; problems: string[] }>;
}

function judge(host: string, recovered: readonly Recovery[]): void {
  for (const { trap, ms } of recovered)
    process.stdout.write(`${host}: ${ms.toFixed(1).padStart(8)} ms after ${trap}\n`);
  expect(recovered.flatMap(({ problems }) => problems)).toEqual([]);
  expect(recovered.filter(({ failed }) => !failed)).toEqual([]);
  expect(Math.max(...recovered.map(({ ms }) => ms))).toBeLessThan(MOST_MS);
}

it("Node: all engines decide again after a trap of one", { timeout: 120_000 }, () => {
  judge("Node", recoveries(PolicyEngine));
});

it("Node: failures one after the other are followed by pauses", { timeout: 120_000 }, () => {
  expect(repeatedly(PolicyEngine)).toEqual([]);
});

const site: Site = {
  "/": new URL("./traps.html", import.meta.url),
  "/dist/": new URL("../../pkg/dist/", import.meta.url),
  "/attack/": new URL("./", import.meta.url),
};

it("Chromium: the same", { timeout: 120_000 }, async () => {
  await visit(site, "/", async ({ page, errors }) => {
    const { recovered, problems } = await page.evaluate(() => (globalThis as unknown as TrapsPage).trap());
    judge("Chromium", recovered);
    expect(problems).toEqual([]);
    expect(errors).toEqual([]);
  });
});
