// Completion and hover, from the schema of policies.
import { expect, it } from "vitest";
import { hears, lines, openExample, select, useBrowser, withRefunds, write } from "./page.js";

useBrowser();

it("keys and values are completed in JSON", () =>
  withRefunds(async ({ page }) => {
    await hears(page, /Needs approval/);
    await select(page, "policies", '"require_approval"');
    await page.keyboard.type('"mo');
    const options = page.locator(".cm-tooltip-autocomplete [role=option]");
    await expect.poll(() => options.allInnerTexts()).toContain("modify");
    await page.keyboard.press("Escape");
    await select(page, "policies", '"message"');
    await page.keyboard.type('"unl');
    await expect.poll(() => options.first().innerText()).toBe("unless");
    await expect.poll(() => page.locator(".cm-completionInfo").innerText()).toMatch(/\w+/);
  }));

it("keys are completed in YAML, by their place", () =>
  withRefunds(async ({ page }) => {
    await write(page, "policies", "- id: a\n  rule_expr:\n    when:\n      ");
    await page.keyboard.type("incl");
    const options = page.locator(".cm-tooltip-autocomplete [role=option]");
    await expect.poll(() => options.allInnerTexts()).toEqual(["includes", "includes_all", "includes_any"]);
    await page.waitForTimeout(100);
    await page.keyboard.press("Enter");
    await expect.poll(() => lines(page, "policies")).toMatch(/ {6}includes: $/);
  }));

it("a key says what it is for", () =>
  withRefunds(async ({ page }) => {
    await hears(page, /Needs approval/);
    const key = page.locator("[data-editor=policies] .cm-line", { hasText: '"approval"' }).locator("span").first();
    await key.hover();
    await expect.poll(() => page.locator(".cm-tooltip-hover").innerText()).toMatch(/^approval \w+/);
  }));

it("fields and tools are completed from the catalogue, and a field says of which type it is", () =>
  withRefunds(async ({ page }) => {
    await openExample(page, "argument-checks");
    const options = page.locator(".cm-tooltip-autocomplete [role=option]");
    const rule_expr = { when: { field: "run.mode", eq: "low" }, target: ["x"] };
    const policy = { id: "a", name: "a", scope: "tool", effect: "deny", rule_expr };
    await write(page, "policies", JSON.stringify([policy], null, 1));
    await select(page, "policies", '"run.mode"');
    await page.keyboard.type('"tool.ri');
    await expect.poll(() => options.allInnerTexts()).toEqual(["tool.risk_level"]);
    await expect.poll(() => page.locator(".cm-completionInfo").innerText()).toBe("string: low, medium, high");
    await page.waitForTimeout(100);
    await page.keyboard.press("Enter");
    await expect.poll(() => lines(page, "policies")).toMatch(/"field": "tool\.risk_level"/);
    await select(page, "policies", '"x"');
    await page.keyboard.type('"write');
    await expect.poll(() => options.allInnerTexts()).toEqual(["write_file"]);
    await page.keyboard.press("Escape");
    await page.locator("[data-editor=policies] .cm-line span", { hasText: '"tool.risk_level"' }).first().hover();
    await expect.poll(() => page.locator(".cm-tooltip-hover").innerText()).toMatch(/^tool\.risk_level string: low/);
    await write(page, "policies", "- id: a\n  rule_expr:\n    when:\n      field: ");
    await page.keyboard.type("user.ro");
    await expect.poll(() => options.allInnerTexts()).toEqual(["user.roles"]);
  }));
