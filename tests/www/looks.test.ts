// What holds for the page as a whole: for everyone to use, at any width, in light and dark, and light in weight.
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { complaints, fits, isNarrowEnough } from "./looks.js";
import { bringCalls, hears, lines, openExample, select, showForm, useBrowser, withRefunds, write } from "./page.js";
import { MOST, weigh } from "./weight.js";

useBrowser();

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

/** Those over whose middle something else lies. */
function coveredOnes(elements: Element[]): (string | null)[] {
  const isCovered = (element: Element) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    const there = (element.getRootNode() as ShadowRoot).elementFromPoint(left + width / 2, top + height / 2);
    return !element.contains(there);
  };
  return elements.filter(isCovered).map((element) => element.textContent);
}

/** States that come and go: what helps while one types, and notices. */
async function eachMoment(page: Page, check: (state: string) => Promise<void>): Promise<void> {
  await page.getByRole("tab", { name: "To the agent" }).click();
  await check("what the agent is told");
  await page.getByRole("tab", { name: "To the approver" }).click();
  await check("what an approver is told");
  await page.getByRole("button", { name: "Examples", exact: true }).click();
  await check("the menu of the examples");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "To YAML" }).click();
  await expect.poll(() => lines(page, "policies")).toMatch(/^- id/);
  await check("YAML");
  await page.evaluate(() => {
    location.hash = "#w1=torn";
  });
  await page.getByText("Nothing was opened, and nothing lost.").waitFor();
  await check("a broken link");
  await page.getByRole("button", { name: "Share" }).click();
  await page.getByText("nothing is sent anywhere").or(page.getByText("from the address bar")).waitFor();
  await check("a link to share");
  await write(page, "policies", "- id: a\n  rule_expr:\n    when:\n      ");
  await page.keyboard.type("incl");
  await page.locator(".cm-completionInfo").waitFor();
  await check("completion");
  expect(await page.locator(".cm-tooltip-autocomplete [role=option]").evaluateAll(coveredOnes)).toEqual([]);
  await page.keyboard.press("Escape");
  await page.locator("[data-editor=policies] .cm-line span", { hasText: "rule_expr" }).first().hover();
  await page.locator(".cm-tooltip-hover").waitFor();
  await check("help on a key");
  await page.locator("[data-editor=policies] .cm-lintRange-error").first().hover();
  await page.locator(".cm-tooltip-lint").waitFor();
  await check("what is wrong with a key");
  await write(page, "policies", "");
  await page.getByText("There is no policy yet", { exact: true }).waitFor();
  await check("nothing written yet");
}

/** A comparison that takes its time, and one that was stopped. */
async function eachPace(page: Page, check: (state: string) => Promise<void>): Promise<void> {
  const effect = page.getByRole("region", { name: "What your edit changes" });
  await select(page, "policies", "10000");
  await page.keyboard.type("50000");
  await effect.locator(".summary").waitFor();
  for (const worker of page.workers()) {
    // Seconds between two reports: it runs for as long as one looks.
    await worker.evaluate(() => {
      const later = setTimeout;
      Object.assign(globalThis, { setTimeout: (run: () => void) => later(run, 5_000) });
    });
  }
  await bringCalls(page, 100_000);
  await effect.getByText("decided otherwise so far").waitFor();
  await check("a comparison that runs");
  await effect.getByRole("button", { name: "Stop" }).click();
  await effect.getByText(/of 100,000, stopped$/).waitFor();
  await check("a comparison that was stopped");
}

/** The forms and the matrix, each with what opens in it. */
async function eachForm(page: Page, check: (state: string) => Promise<void>): Promise<void> {
  await openExample(page, "argument-checks");
  const form = await showForm(page, "Both");
  await page.getByRole("radiogroup", { name: "How the call is shown" }).getByRole("radio", { name: "Form" }).check();
  await page.getByLabel("The policy that the form shows").selectOption("3");
  await form.getByRole("button", { name: "+ or" }).click();
  await form.getByRole("button", { name: "+ Group" }).click();
  await form.getByText("Id, owner, trial").click();
  await check("forms of a policy and of a call");
  await form.getByRole("button", { name: "More for this condition" }).first().click();
  await check("a menu of a condition");
  await page.keyboard.press("Escape");
  await showForm(page);
  await form.getByLabel("Effect", { exact: true }).selectOption("Restrict");
  await form.getByRole("button", { name: "+ Limit" }).click();
  await form.getByLabel("The most there may be").fill("many");
  await form.getByText("A number is needed.").waitFor();
  await check("a form with limits, and a value that can't be");
  await openExample(page, "github");
  await page.locator(".matrix").scrollIntoViewIfNeeded();
  await page.getByRole("row", { name: /^actions_get/ }).waitFor();
  await page.getByRole("button", { name: "Edit the people" }).click();
  await check("the matrix, with people to edit");
  await page.locator("[data-cell='0:0']").click();
  await page.getByRole("dialog").waitFor();
  await check("a cell of the matrix");
}

it.each(["light", "dark"] as const)("axe finds nothing in %s", { timeout: 120_000 }, (colorScheme) =>
  withRefunds(
    (playground) =>
      eachState(playground.page, async (state) => expect(await complaints(playground.page), state).toEqual([])),
    { colorScheme },
  ),
);

it.each(["light", "dark"] as const)(
  "axe finds nothing in the forms and the matrix in %s",
  { timeout: 180_000 },
  (colorScheme) =>
    withRefunds(({ page }) => eachForm(page, async (state) => expect(await complaints(page), state).toEqual([])), {
      colorScheme,
    }),
);

it.each([
  { width: 360, colorScheme: "light" },
  { width: 768, colorScheme: "light" },
  { width: 1440, colorScheme: "dark" },
] as const)(
  "axe finds nothing in what comes and goes, and all of it fits, at $width in $colorScheme",
  { timeout: 240_000 },
  (one) =>
    withRefunds(
      ({ page }) =>
        eachMoment(page, async (state) => {
          expect(await complaints(page), state).toEqual([]);
          await fits(page, state);
        }),
      {
        colorScheme: one.colorScheme,
        viewport: { width: one.width, height: 900 },
        permissions: ["clipboard-write"],
      },
    ),
);

it.each(["light", "dark"] as const)("a comparison fits, and axe finds nothing in it, in %s", (colorScheme) =>
  withRefunds(
    ({ page }) =>
      eachPace(page, async (state) => {
        expect(await complaints(page), state).toEqual([]);
        await isNarrowEnough(page, state);
      }),
    { colorScheme },
  ),
);

it("nothing is wider than a phone, a tablet or a desktop", { timeout: 60_000 }, () =>
  withRefunds(({ page }) => eachState(page, (state) => isNarrowEnough(page, state))),
);

it("neither are the forms and the matrix", { timeout: 120_000 }, () =>
  withRefunds(({ page }) => eachForm(page, (state) => isNarrowEnough(page, state))),
);

it("colours follow the system until one chooses, and the choice stays", () =>
  withRefunds(
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
  const { files, total } = weigh();
  for (const { name, bytes } of files) console.log(`${name.padEnd(32)} ${(bytes / 1024).toFixed(1).padStart(7)} KB`);
  console.log(`${"all of it, gzipped".padEnd(32)} ${(total / 1024).toFixed(1).padStart(7)} KB`);
  expect(total).toBeLessThanOrEqual(MOST);
});
