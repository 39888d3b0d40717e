// What a person sees of a decision, and of what is wrong with a text.
import { expect, it } from "vitest";
import { editor, hears, lines, select, useBrowser, withRefunds, write } from "./page.js";

useBrowser();

it("a visitor finds policies, a call and its verdict", () =>
  withRefunds(async ({ page }) => {
    await hears(page, /Needs approval, mode auto, by large refunds need a lead/);
    expect(await page.getByTestId("verdict").innerText()).toMatch(/Needs approval/);
    const why = page.getByRole("tabpanel", { name: "Why" });
    expect(await why.innerText()).toMatch(/input\.amount_cents is more than 10000 — it is 25000/);
  }));

it("typing a deny turns the verdict, and undo turns it back", () =>
  withRefunds(async ({ page }) => {
    await hears(page, /Needs approval/);
    await select(page, "policies", "require_approval");
    await page.keyboard.type("deny");
    await hears(page, /No verdict: 1 error/);
    await select(page, "policies", "approvers");
    await page.keyboard.press("End");
    await page.keyboard.press("Shift+Home");
    await page.keyboard.type('"description": "none"');
    await hears(page, /No verdict/);
    await write(
      page,
      "policies",
      JSON.stringify([{ id: "d", name: "never", scope: "global", effect: "deny", rule_expr: {} }]),
    );
    await hears(page, /Denied, by never/);
    await page.keyboard.press("ControlOrMeta+z");
    await hears(page, /No verdict/);
  }));

it("an error is underlined at its place, said in words, and listed", () =>
  withRefunds(async ({ page }) => {
    await hears(page, /Needs approval/);
    await select(page, "policies", "includes");
    await page.keyboard.type("inclodes");
    const mark = page.locator("[data-editor=policies] .cm-lintRange-error");
    await expect.poll(() => mark.first().textContent()).toContain("inclodes");
    const problems = page.getByRole("list", { name: "Problems of the policies" });
    expect(await problems.innerText()).toMatch(/Error, line 7[\s\S]*inclodes[\s\S]*unknown_key/);
    await mark.first().hover();
    await expect.poll(() => page.locator(".cm-tooltip-lint").innerText()).toMatch(/inclodes/);
    await problems.getByRole("button").first().click();
    expect(await editor(page, "policies").evaluate((content) => content.matches(":focus"))).toBe(true);
  }));

it("a warning is shown and does not stand in the way", () =>
  withRefunds(async ({ page }) => {
    await page.getByRole("tab", { name: "Catalogue" }).click();
    await write(page, "catalogue", '{"tools": [{"name": "refund", "inputSchema": {"type": "object"}}]}');
    await page.getByRole("tab", { name: "Policies" }).click();
    const rule_expr = { target: ["refund", "refunt"] };
    await write(page, "policies", JSON.stringify([{ id: "a", name: "a", scope: "tool", effect: "allow", rule_expr }]));
    await hears(page, /Allowed, mode auto, by a/);
    await expect
      .poll(() => page.locator("[data-editor=policies] .cm-lintRange-warning").first().textContent())
      .toBe('"refunt"');
  }));

it("YAML is read, and an error in it has its place", () =>
  withRefunds(async ({ page }) => {
    await page.getByRole("button", { name: "To YAML" }).click();
    await expect.poll(() => lines(page, "policies")).toMatch(/^- id: support-tools\n {2}name: support agents/);
    await hears(page, /Needs approval/);
    await select(page, "policies", "require_approval");
    await page.keyboard.type("forbid");
    const mark = page.locator("[data-editor=policies] .cm-lintRange-error");
    await expect.poll(() => mark.first().textContent()).toBe("forbid");
    await write(page, "policies", "- id: [broken\n");
    await hears(page, /No verdict/);
    const problems = page.getByRole("list", { name: "Problems of the policies" });
    await expect.poll(() => problems.innerText()).toMatch(/can't be read as YAML/);
  }));

it("the smallest change can be tried", () =>
  withRefunds(async ({ page }) => {
    await page.getByRole("button", { name: "Try it" }).click();
    await hears(page, /Allowed/);
    expect(await lines(page, "request")).toMatch(/"amount_cents": 10000/);
  }));

it("where no single change turns the verdict, it says that none was found", () =>
  withRefunds(async ({ page }) => {
    const never = { id: "d", name: "never", scope: "global", effect: "deny", rule_expr: {} };
    await write(page, "policies", JSON.stringify([never]));
    await hears(page, /Denied, by never/);
    expect(await page.locator(".change").innerText()).toMatch(/Smallest change[\s\S]*None found/);
  }));

it("each reader has a voice, reached by keyboard", () =>
  withRefunds(async ({ page }) => {
    await page.getByRole("tab", { name: "Why" }).focus();
    await page.keyboard.press("ArrowRight");
    const agent = page.getByRole("tabpanel", { name: "To the agent" });
    await expect.poll(() => agent.innerText()).toMatch(/wait for the decision/);
    expect(await agent.innerText()).not.toMatch(/10000/);
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await expect
      .poll(() => page.getByRole("tabpanel", { name: "To the author" }).innerText())
      .toMatch(/Near|Smallest change/);
  }));

it("a catalogue makes a comparison that can't hold an error", () =>
  withRefunds(async ({ page }) => {
    await page.getByRole("tab", { name: "Catalogue" }).click();
    await write(
      page,
      "catalogue",
      '{"entities": {"user": {"type": "object", "properties": {"roles": {"type": "integer"}}}}}',
    );
    await hears(page, /No verdict/);
    await page.getByRole("tab", { name: "Policies" }).click();
    const mark = page.locator("[data-editor=policies] .cm-lintRange-error");
    await expect.poll(() => mark.count()).toBeGreaterThan(0);
  }));
