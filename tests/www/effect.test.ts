// The effect of an edit on many requests.
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { bringCalls, calls, hears, openExample, paste, select, showForm, useBrowser, withRefunds } from "./page.js";

useBrowser();

const summary = (page: Page) => page.locator(".effect .summary").innerText();

it("of 2,000 pasted requests those that flip are counted and named, with the policy", () =>
  withRefunds(async ({ page }) => {
    await hears(page, /Needs approval/);
    await page.getByRole("button", { name: "Paste requests" }).click();
    await paste(page.getByLabel(/One request a line/), `${calls(2000)}\nno request\n`);
    await select(page, "policies", "10000");
    await page.keyboard.type("50000");
    await expect.poll(() => summary(page), { timeout: 20_000 }).toBe("400 of 2,000 requests are decided otherwise.");
    const effect = page.getByRole("region", { name: "What your edit changes" });
    expect(await effect.getByRole("list", { name: "From what to what" }).innerText()).toMatch(
      /400\s*require approval\s*→[\s\S]*allow/,
    );
    const first = effect.getByRole("list", { name: "Requests decided otherwise" }).getByRole("listitem").first();
    expect(await first.innerText()).toMatch(/102[\s\S]*refund · u101[\s\S]*“large refunds need a lead” no longer asks/);
    expect(await effect.innerText()).toMatch(/1 line is no request and left out: 2001/);
    await effect.getByRole("button", { name: "Pin as baseline" }).click();
    await expect.poll(() => effect.innerText()).toMatch(/These policies are the baseline/);
    await page.reload();
    await expect.poll(() => effect.innerText()).toMatch(/what you pasted/);
  }));

it("limits, approvals and modes that change are counted, from what to what and by which policy", () =>
  withRefunds(async ({ page }) => {
    const effect = page.getByRole("region", { name: "What your edit changes" });
    const moves = () => effect.getByRole("list", { name: "From what to what" }).innerText();
    const flips = () => effect.getByRole("list", { name: "Requests decided otherwise" }).innerText();
    await openExample(page, "limits");
    const form = await showForm(page, "Both");
    await page.getByLabel("The policy that the form shows").selectOption("1");
    await form.getByLabel("The most there may be").first().fill("7");
    await expect.poll(() => summary(page)).toMatch(/[1-9]\d* of \d+ requests? (is|are) decided otherwise/);
    expect(await moves()).toMatch(/have other limits|has other limits/);
    expect(await flips()).toMatch(
      /“budgets-for-runs-and-tenants” modifies otherwise[\s\S]*limit: 500 cost_cents in all for run \S+ \(then approval\) → 7 cost_cents/,
    );
    await openExample(page, "refunds");
    await select(page, "policies", '"lead"');
    await page.keyboard.type('"boss"');
    await expect.poll(() => summary(page)).toBe("1 of 3 requests is decided otherwise.");
    expect(await moves()).toMatch(/1 has other approvals/);
    expect(await flips()).toMatch(
      /“large refunds need a lead” asks for approval otherwise[\s\S]*approval: 1 of role lead, within 24h → 1 of role boss, within 24h/,
    );
    await page.getByLabel("The policy that the form shows").selectOption("1");
    await form.getByLabel("Effect", { exact: true }).selectOption("Restrict");
    await expect.poll(flips).toMatch(/require approval\s*→[\s\S]*allow[\s\S]*mode\s*auto\s*→[\s\S]*draft/);
  }));

it("a hundred thousand requests keep the page smooth, and can be stopped", { timeout: 90_000 }, () =>
  withRefunds(async ({ page }) => {
    await bringCalls(page, 100_000);
    // Milliseconds between two turns of the page while the requests are decided.
    await page.evaluate(() => {
      const watch = Object.assign(globalThis, { gaps: [] as number[] });
      let last = performance.now();
      const tick = () => {
        const now = performance.now();
        if (document.querySelector(".effect .progress button") !== null) watch.gaps.push(now - last);
        last = now;
        setTimeout(tick, 5);
      };
      tick();
    });
    await select(page, "policies", "10000");
    await page.keyboard.type("50000");
    await page.getByRole("button", { name: "Stop" }).click();
    await expect.poll(() => page.locator(".effect .progress").innerText()).toMatch(/of 100,000, stopped/);
    // The worker is idle: one that goes on deciding takes a slice of time before each other thing.
    const progress = await page.locator(".effect .progress").innerText();
    expect(progress).not.toMatch(/^100,000/);
    for (const worker of page.workers()) {
      const lag = () =>
        worker.evaluate(async () => {
          let least = Number.POSITIVE_INFINITY;
          for (let i = 0; i < 6; i++) {
            const start = performance.now();
            await new Promise((done) => setTimeout(done, 0));
            least = Math.min(least, performance.now() - start);
          }
          return least;
        });
      await expect.poll(lag, { timeout: 5_000 }).toBeLessThan(30);
    }
    await page.waitForTimeout(500);
    expect(await page.locator(".effect .progress").innerText()).toBe(progress);
    await select(page, "policies", "50000");
    await page.keyboard.type("60000");
    await expect.poll(() => summary(page), { timeout: 60_000 }).toBe("500 of 100,000 requests are decided otherwise.");
    const gaps = await page.evaluate(() => (globalThis as unknown as { gaps: number[] }).gaps.sort((a, b) => a - b));
    expect(gaps.length).toBeGreaterThan(10);
    // Most turns come at once; the longest ones are those of a busy machine.
    expect(gaps[Math.floor(gaps.length * 0.75)]).toBeLessThan(50);
  }),
);
