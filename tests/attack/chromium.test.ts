// The same hostile requests in Chromium, with what only browsers have.
import { expect, it } from "vitest";
import { type Site, visit } from "../browser/chromium.js";
import type { Outcome } from "./all.js";
import { slowest } from "./strike.js";

const site: Site = {
  "/": new URL("./page.html", import.meta.url),
  "/dist/": new URL("../../pkg/dist/", import.meta.url),
  "/attack/": new URL("./", import.meta.url),
};

interface AttackPage {
  prepare(): Promise<string[]>;
  attack(group: string): Outcome;
}

it("Chromium stands all attacks", { timeout: 600_000 }, async () => {
  await visit(site, "/", async ({ page, errors }) => {
    page.setDefaultTimeout(120_000);
    const names = await page.evaluate(() => (globalThis as unknown as AttackPage).prepare());
    expect(names).toContain("document.all");
    const outcomes: Outcome[] = [];
    for (const name of names) {
      outcomes.push(await page.evaluate((group) => (globalThis as unknown as AttackPage).attack(group), name));
    }
    process.stdout.write(
      `${slowest(
        "Chromium",
        outcomes.flatMap((outcome) => outcome.struck),
      )}\n`,
    );
    expect(outcomes.flatMap(({ problems }) => problems)).toEqual([]);
    expect(errors).toEqual([]);
  });
});
