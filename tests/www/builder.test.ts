// The form of policies, in step with their text.
import { expect, it } from "vitest";
import { fill, hears, lines, openExample, select, showForm, useBrowser, withRefunds, write } from "./page.js";

useBrowser();

const DENY_ALL = { id: "a", name: "never", scope: "global", effect: "deny", rule_expr: {} };

it("a policy is built without a line of JSON", () =>
  withRefunds(async ({ page }) => {
    await hears(page, /Needs approval/);
    await showForm(page);
    await page.getByRole("button", { name: "New policy" }).click();
    const form = await showForm(page);
    await fill(form.getByLabel("Name", { exact: true }), "no refunds by sam");
    await form.getByLabel("It is about").selectOption("tools");
    await form
      .getByRole("textbox", { name: /which tools/i })
      .or(form.getByLabel("Add to which tools"))
      .first()
      .fill("refund");
    await page.keyboard.press("Enter");
    await form.getByRole("button", { name: "Remove *" }).click();
    await fill(form.getByLabel("Field"), "user.id");
    await fill(form.getByLabel("Value"), "sam");
    await fill(form.getByLabel("Message"), "Not you.");
    await hears(page, /Denied, by no refunds by sam/);
    await page.getByRole("radio", { name: "Text" }).check();
    const text = await lines(page, "policies");
    expect(text).toMatch(/"id": "support-tools",\n {4}"name": "support agents may use tools",/);
    expect(text).toMatch(/"target": \["refund"\]/);
    expect(text).toMatch(/"when": \{ "field": "user\.id", "eq": "sam" \}/);
    expect(text).toMatch(/"message": "Not you\."/);
  }));

it("the form follows the text, and the text the form", () =>
  withRefunds(async ({ page }) => {
    const form = await showForm(page, "Both");
    await page.getByLabel("The policy that the form shows").selectOption("1");
    await page.getByLabel("The policy that the form shows").selectOption("0");
    // The cursor leads the form to its policy.
    await select(page, "policies", "10000");
    await expect.poll(() => form.getByLabel("Name", { exact: true }).inputValue()).toBe("large refunds need a lead");
    await page.keyboard.type("30000");
    await expect.poll(() => form.getByLabel("Value").inputValue()).toBe("30000");
    await hears(page, /Allowed/);
    await form.getByLabel("What is asked of it").selectOption("is at most");
    await expect.poll(() => lines(page, "policies")).toMatch(/"lte": 30000/);
    await hears(page, /Needs approval/);
  }));

it("YAML keeps its comments and the form of other policies", () =>
  withRefunds(async ({ page }) => {
    const first = "# Of the shop.\n- {id: open, name: open, scope: global, effect: allow,   rule_expr: {}} # all\n";
    const second =
      "- id: b\n  name: b # its name\n  scope: global\n  effect: deny\n  rule_expr:\n    # who\n    when:\n      field: user.id\n      eq: kim\n";
    await write(page, "policies", first + second);
    await hears(page, /Allowed/);
    const form = await showForm(page);
    await page.getByLabel("The policy that the form shows").selectOption("1");
    await fill(form.getByLabel("Value"), "sam");
    await hears(page, /Denied, by b/);
    await form.getByRole("button", { name: "+ and" }).click();
    await hears(page, /Denied, by b/);
    await page.getByRole("radio", { name: "Text" }).check();
    const text = await lines(page, "policies");
    expect(text.startsWith(`${first}- id: b\n  name: b # its name\n`)).toBe(true);
    expect(text).toMatch(/# who\n {4}when:\n {6}all:\n {8}- field: user\.id\n {10}eq: sam\n {8}- field: run\.mode/);
  }));

it("undo is one history, from the form as from the text", () =>
  withRefunds(async ({ page }) => {
    const form = await showForm(page);
    const name = form.getByLabel("Name", { exact: true });
    await name.fill("other");
    await hears(page, /by large refunds need a lead, other/);
    await name.press("ControlOrMeta+z");
    await hears(page, /by large refunds need a lead, support agents/);
    expect(await name.inputValue()).toBe("support agents may use tools");
    await page.getByRole("button", { name: "Redo in the policies" }).click();
    await hears(page, /by large refunds need a lead, other/);
    await page.getByRole("radio", { name: "Text" }).check();
    await select(page, "policies", "other");
    await page.keyboard.press("ControlOrMeta+z");
    await hears(page, /by large refunds need a lead, support agents/);
  }));

it("groups are made, joined otherwise, turned round and taken apart, by keyboard", () =>
  withRefunds(async ({ page }) => {
    await write(
      page,
      "policies",
      JSON.stringify([{ ...DENY_ALL, rule_expr: { when: { field: "user.id", eq: "sam" } } }]),
    );
    const form = await showForm(page);
    await form.getByRole("button", { name: "+ or" }).press("Enter");
    const added = form.getByLabel("Field").nth(1);
    await expect.poll(() => added.evaluate((field) => field === document.activeElement)).toBe(true);
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type("user.roles");
    await page.keyboard.press("Tab");
    // A list is asked what it includes.
    await expect.poll(() => form.getByLabel("What is asked of it").nth(1).inputValue()).toBe("includes");
    await form.getByLabel("How these join").selectOption("all of these hold");
    await form.getByRole("button", { name: "+ Group" }).press("Enter");
    await expect.poll(() => form.getByLabel("How these join").count()).toBe(2);
    const more = form.getByRole("button", { name: "More for this condition" });
    await more.nth(2).press("Enter");
    await form.getByRole("menuitem", { name: "Turn it round (not)" }).press("Enter");
    await expect.poll(() => form.getByText("it is not so that", { exact: true }).count()).toBe(1);
    await page.getByRole("radio", { name: "Text" }).check();
    expect((await lines(page, "policies")).replace(/\s+/g, "")).toContain(
      '"all":[{"field":"user.id","eq":"sam"},{"field":"user.roles","includes":"support"},{"any":[{"not":{"field":"run.mode","eq":"auto"}}]}]'.replace(
        "support",
        "text",
      ),
    );
    await showForm(page);
    // What would be left empty goes with what is removed.
    await more.nth(2).press("Enter");
    await form.getByRole("menuitem", { name: "Remove", exact: true }).press("Enter");
    await expect.poll(() => form.getByLabel("How these join").count()).toBe(1);
    for (const _ of [1, 2]) {
      await more.first().press("Enter");
      await form.getByRole("menuitem", { name: "Remove", exact: true }).press("Enter");
    }
    await expect.poll(() => form.getByText("It applies to every call that it covers.").count()).toBe(1);
    const add = form.getByRole("button", { name: "+ Condition" }).first();
    await expect.poll(() => add.evaluate((button) => button === document.activeElement)).toBe(true);
    await hears(page, /Denied, by never/);
  }));

it("what has no form is shown as JSON in its place, and kept", () =>
  withRefunds(async ({ page }) => {
    const exotic = { field: ["input", "a.b"], eq: 1 };
    const rule_expr = { when: { all: [{ field: "user.id", eq: "sam" }, exotic] } };
    await write(page, "policies", JSON.stringify([{ ...DENY_ALL, rule_expr }]));
    const form = await showForm(page);
    const json = form.getByLabel("The condition, as JSON");
    expect(JSON.parse(await json.inputValue())).toEqual(exotic);
    await fill(form.getByLabel("Value"), "kim");
    await json.fill('{"field": ["input", "a.b"], "eq": ');
    await json.press("Tab");
    await form.getByText("This is no JSON yet").waitFor();
    await json.fill('{"field": ["input", "a.b"], "gte": 2}');
    await json.press("Tab");
    await page.getByRole("radio", { name: "Text" }).check();
    expect((await lines(page, "policies")).replace(/\s+/g, "")).toContain(
      '"all":[{"field":"user.id","eq":"kim"},{"field":["input","a.b"],"gte":2}]',
    );
  }));

it("values are of the type that the catalogue gives to the field", () =>
  withRefunds(async ({ page }) => {
    await openExample(page, "argument-checks");
    await showForm(page);
    await page.getByRole("button", { name: "New policy" }).click();
    const form = await showForm(page);
    const known = page.locator("#known-fields option");
    const names = await known.evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value));
    expect(names).toEqual(expect.arrayContaining(["tool.risk_level", "input.url", "run.cost_cents", "user.roles"]));
    await fill(form.getByLabel("Field"), "tool.risk_level");
    await expect
      .poll(() => form.getByLabel("Value").locator("option").allInnerTexts())
      .toEqual(["low", "medium", "high"]);
    await fill(form.getByLabel("Field"), "run.cost_cents");
    await fill(form.getByLabel("Value"), "many");
    await fill(form.getByLabel("Value"), "12");
    await form.getByLabel("What is asked of it").selectOption("is one of");
    await form.getByLabel("Add to the values").fill("15");
    await page.keyboard.press("Enter");
    await form.getByRole("button", { name: "More for this condition" }).click();
    await form.getByRole("menuitem", { name: "Say what counts if it is absent…" }).click();
    await fill(form.getByLabel("Field"), "input.url");
    await form.getByRole("button", { name: "More for this condition" }).click();
    await form.getByRole("menuitem", { name: "Look at a part of it…" }).click();
    await form.getByLabel("Which part of it").selectOption("where its host leads");
    await form.getByLabel("Value").selectOption("loopback");
    await page.getByRole("radio", { name: "Text" }).check();
    await page.locator("[data-editor=policies] .cm-content").press("ControlOrMeta+End");
    await expect
      .poll(() => lines(page, "policies"))
      .toMatch(/"field": "input\.url", "as": "host_class", "eq": "loopback"/);
    expect(await page.locator(".problems .error").count()).toBe(0);
  }));

it("elements of a list have conditions of their own", () =>
  withRefunds(async ({ page }) => {
    const some = { not: { as: "email_domain", eq: "example.com" } };
    await write(page, "policies", JSON.stringify([{ ...DENY_ALL, rule_expr: { when: { field: "input.to", some } } }]));
    const form = await showForm(page);
    await form.getByLabel("Whose value").selectOption("its member");
    await fill(form.getByLabel("Member of the element"), "mail");
    await page.getByRole("radio", { name: "Text" }).check();
    expect((await lines(page, "policies")).replace(/\s+/g, "")).toContain(
      '"some":{"not":{"item":"mail","as":"email_domain","eq":"example.com"}}',
    );
  }));

it("an effect brings what it needs, and takes along what is its own", () =>
  withRefunds(async ({ page }) => {
    const form = await showForm(page);
    await page.getByLabel("The policy that the form shows").selectOption("1");
    await form.getByLabel("Add to users").fill("dana");
    await page.keyboard.press("Enter");
    await fill(form.getByLabel("How many people"), "2");
    await expect.poll(() => page.locator(".terms").innerText()).toMatch(/2 people, role lead or dana/);
    await form.getByLabel("Effect", { exact: true }).selectOption("Restrict");
    await hears(page, /Allowed, mode draft/);
    await form.getByRole("button", { name: "+ Limit" }).click();
    await fill(form.getByLabel("The most there may be"), "7");
    await form.getByLabel("Over which time").selectOption("by a span of time");
    await expect.poll(() => page.locator(".terms").innerText()).toMatch(/7 tool_calls per 1m, for user sam/);
    await form.getByLabel("Effect", { exact: true }).selectOption("Deny");
    await hears(page, /Denied/);
    expect(await page.locator(".problems .error").count()).toBe(0);
  }));

it("a text that can't be read is said, and its form comes back", () =>
  withRefunds(async ({ page }) => {
    const form = await showForm(page, "Both");
    await select(page, "policies", '"global"');
    await page.keyboard.press("Delete");
    await page.getByText("The text can’t be read just now").waitFor();
    await page.getByRole("button", { name: "Show me where" }).click();
    await page.keyboard.press("ControlOrMeta+z");
    await expect.poll(() => form.getByLabel("Name", { exact: true }).inputValue()).toBe("support agents may use tools");
  }));

it("the way to look at it stays over a reload", () =>
  withRefunds(async ({ page }) => {
    await showForm(page);
    await page.reload();
    await page.getByRole("form", { name: "The policy as a form" }).waitFor();
    await page.getByRole("button", { name: "Delete" }).click();
    // The first one went, which allowed; of the one that is left nothing allows.
    await hears(page, /Verdict: Denied, by large refunds need a lead$|Verdict: Denied$/);
    await expect
      .poll(() => page.getByLabel("The policy that the form shows").locator("option").allInnerTexts())
      .toEqual(["1. large refunds need a lead"]);
  }));

it("where nothing is written, the page says how to begin", () =>
  withRefunds(async ({ page }) => {
    await write(page, "policies", "");
    await page.getByText("There is no policy yet", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Write one in a form" }).click();
    const form = page.getByRole("form", { name: "The policy as a form" });
    expect(await form.getByLabel("Name", { exact: true }).inputValue()).toBe("A new policy");
    await hears(page, /Denied, by A new policy/);
  }));

it("five megabytes are left to the text", { timeout: 60_000 }, () =>
  withRefunds(async ({ page }) => {
    const many = Array.from({ length: 4_800 }, (_, id) => ({
      ...DENY_ALL,
      id: `p${id}`,
      description: "x".repeat(1000),
    }));
    await write(page, "policies", JSON.stringify(many, null, 1));
    await hears(page, /Denied/);
    await page.getByRole("radio", { name: "Form" }).first().check();
    await page.getByText("This is too long for the form").waitFor();
    await page.getByRole("button", { name: "Undo in the policies" }).click();
    await page.getByRole("form", { name: "The policy as a form" }).waitFor();
    await hears(page, /Needs approval/);
  }),
);
