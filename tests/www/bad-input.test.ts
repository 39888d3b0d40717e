// What can't be read, or not in time, ends in a clear message, with nothing lost.
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { type EditorName, editor, hears, lines, paste, useBrowser, withPage, write } from "./page.js";

useBrowser();

const patient = { timeout: 60_000 };
const problems = (page: Page, name: EditorName) => page.getByRole("list", { name: `Problems of the ${name}` });

/** Undo brings the policy of the first screen back, so what was pasted over it lost nothing. */
async function undoBringsBack(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Undo in the policies" }).click();
  await expect.poll(() => page.getByTestId("spoken").textContent(), patient).toMatch(/Verdict: Denied$/);
  expect(await lines(page, "policies")).toMatch(/support makes small refunds/);
}

it("five megabytes of JSON that break off are told of with their place", { timeout: 120_000 }, () =>
  withPage(async ({ page }) => {
    const whole = JSON.stringify(
      Array.from({ length: 4_900 }, (_, id) => ({ id: `p${id}`, description: "x".repeat(1000) })),
      null,
      1,
    );
    expect(whole.length).toBeGreaterThan(5_000_000);
    await write(page, "policies", whole.slice(0, -40));
    await expect.poll(() => page.getByTestId("spoken").textContent(), patient).toMatch(/No verdict: 1 error/);
    expect(await problems(page, "policies").innerText()).toMatch(
      /Error, line 19\d{3}[\s\S]*the text is no JSON from here on/,
    );
    await undoBringsBack(page);
  }),
);

it("five megabytes of YAML are more than is read, and it says what to do", { timeout: 120_000 }, () =>
  withPage(async ({ page }) => {
    const one = (id: number) => `- id: p${id}\n  name: x\n  description: ${"x".repeat(1000)}\n`;
    await write(page, "policies", Array.from({ length: 4_900 }, (_, id) => one(id)).join(""));
    await expect.poll(() => page.getByTestId("spoken").textContent(), patient).toMatch(/No verdict: 1 error/);
    expect(await problems(page, "policies").innerText()).toMatch(
      /the YAML has \d+ characters, and \d+ are read[\s\S]*write it as JSON, or split it/,
    );
    await undoBringsBack(page);
  }),
);

it("a YAML text whose aliases unfold to billions is refused", { timeout: 60_000 }, () =>
  withPage(async ({ page }) => {
    const levels = Array.from({ length: 12 }, (_, i) => {
      const items = i === 0 ? '"x"' : Array.from({ length: 10 }, () => `*l${i - 1}`).join(", ");
      return `l${i}: &l${i} [${items}]\n`;
    });
    await write(page, "policies", levels.join(""));
    await hears(page, /No verdict: 1 error/);
    expect(await problems(page, "policies").innerText()).toMatch(/can't be read as YAML: Excessive alias count/);
    await undoBringsBack(page);
    // What only YAML 1.1 can say is no value of a policy.
    await write(page, "policies", "%YAML 1.1\n---\n- !!set {a}\n");
    await hears(page, /No verdict: 1 error/);
    expect(await problems(page, "policies").innerText()).toMatch(/can't be read as YAML/);
  }),
);

it.each([
  { name: "catalogue", tab: "Catalogue" },
  { name: "request", tab: undefined },
] as const)("megabytes of nonsense in the $name are told of there", { timeout: 120_000 }, ({ name, tab }) =>
  withPage(async ({ page }) => {
    await hears(page, /Denied/);
    if (tab !== undefined) await page.getByRole("tab", { name: tab }).click();
    const before = await lines(page, name);
    await write(page, name, `{"a": "${"no end ".repeat(750_000)}`);
    await expect.poll(() => page.getByTestId("spoken").textContent(), patient).toMatch(/No verdict: 1 error/);
    expect(await problems(page, name).innerText()).toMatch(/the text is no JSON from here on/);
    await editor(page, name).press("ControlOrMeta+z");
    await expect.poll(() => page.getByTestId("spoken").textContent(), patient).toMatch(/Verdict: Denied$/);
    expect(await lines(page, name)).toBe(before);
  }),
);

it("of five megabytes that are no requests each line is counted, and the first are named", { timeout: 120_000 }, () =>
  withPage(async ({ page }) => {
    // The first verdict moves what stands below it.
    await hears(page, /Denied/);
    await page.getByRole("button", { name: "Paste requests" }).click();
    await paste(page.getByLabel(/One request a line/), `${"no request ".repeat(9)}\n`.repeat(50_000));
    await write(page, "policies", "[]");
    const effect = page.getByRole("region", { name: "What your edit changes" });
    await expect
      .poll(() => effect.innerText(), patient)
      .toMatch(/50,000 lines are no request and left out: 1 \(the line is no JSON\), 2 /);
    await hears(page, /Denied/);
  }),
);

it("an engine that hangs is ended and begun anew, and what was typed is still there", { timeout: 120_000 }, () =>
  withPage(async ({ page }) => {
    await hears(page, /Denied/);
    const [engine] = page.workers();
    // A worker that answers nothing, as one does that is busy for good.
    const hanging = engine?.evaluate(() => {
      for (;;);
    });
    hanging?.catch(() => {});
    await write(page, "policies", "- id: half a tho");
    await expect
      .poll(() => page.getByTestId("spoken").textContent(), { timeout: 40_000 })
      .toMatch(/No verdict: the texts take too long to read; make them smaller/);
    expect(await page.getByText("Nothing can be decided: the texts take too long").isVisible()).toBe(true);
    expect(await lines(page, "policies")).toBe("- id: half a tho");
    await undoBringsBack(page);
  }),
);
