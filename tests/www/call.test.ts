// The form of the call, in step with its JSON.
import { expect, it } from "vitest";
import { editor, fill, hears, lines, openExample, useBrowser, withRefunds, write } from "./page.js";

useBrowser();

async function callForm(page: Parameters<typeof hears>[0]) {
  await page.getByRole("radiogroup", { name: "How the call is shown" }).getByRole("radio", { name: "Form" }).check();
  return page.getByRole("form", { name: "The call as a form" });
}

it("fields, roles, mode and entities change the call", () =>
  withRefunds(async ({ page }) => {
    await hears(page, /Needs approval/);
    const form = await callForm(page);
    await fill(form.getByLabel("amount_cents"), "500");
    await hears(page, /Allowed, mode auto/);
    await form.getByLabel("mode").selectOption("draft");
    await hears(page, /Allowed, mode draft/);
    await form.getByRole("button", { name: "Remove support" }).click();
    await hears(page, /Denied/);
    await form.getByLabel("Add to roles").fill("support");
    await page.keyboard.press("Enter");
    await hears(page, /Allowed/);
    await form.getByRole("button", { name: "No agent" }).click();
    await fill(form.getByLabel("Time (UTC)"), "2026-01-02T03:04");
    await fill(form.getByLabel("One more argument"), "reason");
    await fill(form.getByLabel("reason"), "it broke");
    await page.getByRole("radio", { name: "JSON" }).check();
    const request = JSON.parse(await lines(page, "request"));
    expect(request).toMatchObject({
      agent: null,
      now: Date.UTC(2026, 0, 2, 3, 4),
      run: { mode: "draft" },
      input: { amount_cents: 500, reason: "it broke" },
    });
  }));

it("a tool of the catalogue brings the fields of its schema", () =>
  withRefunds(async ({ page }) => {
    await openExample(page, "github");
    const form = await callForm(page);
    await fill(form.getByLabel("Tool"), "add_comment_to_pending_review");
    const type = form.getByLabel(/^subjectType/);
    await expect.poll(() => type.locator("option").allInnerTexts()).toEqual(["FILE", "LINE"]);
    await type.selectOption("LINE");
    expect(await form.getByLabel("side", { exact: true }).locator("option").allInnerTexts()).toEqual([
      "not given",
      "LEFT",
      "RIGHT",
    ]);
    const line = form.getByLabel("line", { exact: true });
    await line.fill("many");
    await form.getByText("A number is needed.").waitFor();
    await fill(line, "7");
    await page.getByRole("radio", { name: "JSON" }).check();
    // An editor has those lines in the page that are near.
    await expect
      .poll(() => lines(page, "request"))
      .toMatch(/"id": "add_comment_to_pending_review"[\s\S]*"risk_level": "high"/);
    await editor(page, "request").press("Control+End");
    await expect.poll(() => lines(page, "request")).toMatch(/"line": 7\s*\}\s*\}\s*$/);
    const shown = await lines(page, "request");
    const request = JSON.parse(`{${shown.slice(shown.indexOf('"input"'))}`);
    expect(request.input).toEqual({
      owner: "example",
      repo: "example",
      pullNumber: 1,
      path: "example",
      body: "example",
      subjectType: "LINE",
      line: 7,
    });
    expect(await page.locator(".problems .error").count()).toBe(0);
  }));

it("a call that can't be read keeps its text", () =>
  withRefunds(async ({ page }) => {
    await write(page, "request", '{"action": ');
    await callForm(page);
    await page.getByText("The call can’t be read just now").waitFor();
    await page.getByRole("radio", { name: "JSON" }).check();
    expect(await lines(page, "request")).toBe('{"action": ');
  }));
