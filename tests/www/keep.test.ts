// What was written survives here: a reload, an example opened over it, another tab, and a browser without room.
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import {
  chooseExample,
  editor,
  hears,
  lines,
  openEarlier,
  openExample,
  paste,
  select,
  useBrowser,
  withPage,
  write,
} from "./page.js";

useBrowser();

const policy = (name: string) => JSON.stringify([{ id: "d", name, scope: "global", effect: "deny", rule_expr: {} }]);

it("what was typed survives a reload at once", () =>
  withPage(async ({ page }) => {
    await write(page, "policies", "- id: half a tho");
    await page.reload();
    await expect.poll(() => lines(page, "policies")).toBe("- id: half a tho");
  }));

/** Policies of so many characters at least. */
function large(characters: number, name: string): string {
  const one = { name, description: "x".repeat(1000), scope: "global", effect: "allow", rule_expr: {} };
  return JSON.stringify(
    Array.from({ length: Math.ceil(characters / 1050) }, (_, id) => ({ id: `p${id}`, ...one })),
    null,
    1,
  );
}

it("five megabytes survive a reload, whole, and never an older text in their place", { timeout: 120_000 }, () =>
  withPage(
    async ({ page }) => {
      await write(page, "policies", policy("an older one"));
      await hears(page, /Denied, by an older one/);
      const text = large(5_000_000, "large");
      expect(text.length).toBeGreaterThan(5_000_000);
      await write(page, "policies", text);
      await expect.poll(() => page.getByTestId("spoken").textContent(), { timeout: 60_000 }).toMatch(/Allowed/);
      await page.reload();
      await expect
        .poll(() => page.getByTestId("spoken").textContent(), { timeout: 60_000 })
        .toMatch(/Allowed, .*large/);
      // To the last character: what is copied is what was pasted.
      await editor(page, "policies").click();
      await page.keyboard.press("ControlOrMeta+a");
      await page.keyboard.press("ControlOrMeta+c");
      expect((await page.evaluate(() => navigator.clipboard.readText())) === text).toBe(true);
      await page.getByRole("button", { name: "Share" }).click();
      await page.getByText(/The link is copied/).waitFor({ timeout: 20_000 });
    },
    { permissions: ["clipboard-read", "clipboard-write"] },
  ),
);

it("what an example replaces is brought back at once, and from the menu after a reload", { timeout: 60_000 }, () =>
  withPage(async ({ page }) => {
    // The first verdict moves what stands below it.
    await hears(page, /Denied/);
    await page.getByRole("button", { name: "Paste requests" }).click();
    await paste(page.getByLabel(/One request a line/), `{"action": "tool_call"}\n${" ".repeat(20_000)}`);
    await page.getByText("what you pasted").waitFor();
    await write(page, "policies", policy("mine"));
    await hears(page, /Denied, by mine/);
    await openExample(page, "limits");
    await page.getByText("calls that came with the policies").waitFor();
    await page.getByRole("button", { name: "Bring back what was there" }).click();
    await hears(page, /Denied, by mine/);
    await page.getByText("what you pasted").waitFor();
    await openExample(page, "tool-access");
    await page.getByRole("button", { name: "Close this message" }).click();
    await openExample(page, "limits");
    await page.reload();
    await hears(page, /open-by-default/);
    await openEarlier(page);
    await hears(page, /Denied, by mine/);
    await page.getByText("what you pasted").waitFor();
    // A file is opened over it, and it is still there.
    await page
      .getByLabel("A file to open")
      .setInputFiles({ name: "other.json", mimeType: "application/json", buffer: Buffer.from(policy("from a file")) });
    await hears(page, /Denied, by from a file/);
    await page.reload();
    await hears(page, /Denied, by from a file/);
    await page.getByRole("button", { name: "Examples", exact: true }).click();
    await page.getByRole("menuitem", { name: /^mine/ }).click();
    await hears(page, /Denied, by mine/);
  }),
);

it("two tabs have each their own work, over reloads and when they are closed", { timeout: 60_000 }, () =>
  withPage(async ({ page, origin }) => {
    await write(page, "policies", policy("of the first tab"));
    await hears(page, /by of the first tab/);
    await page.waitForTimeout(500);
    const other = await page.context().newPage();
    await other.goto(origin);
    // It begins with a copy, and writes over nothing.
    await hears(other, /by of the first tab/);
    await write(other, "policies", policy("of the second tab"));
    await hears(other, /by of the second tab/);
    await write(page, "policies", policy("of the first tab still"));
    await hears(page, /by of the first tab still/);
    await Promise.all([page.reload(), other.reload()]);
    await hears(page, /by of the first tab still/);
    await hears(other, /by of the second tab/);
    await other.close({ runBeforeUnload: true });
    await page.bringToFront();
    await page.reload();
    await openEarlier(page);
    await hears(page, /by of the second tab/);
  }),
);

it("a browser that has no room for it says so until it is saved, and asks before it is left", { timeout: 60_000 }, () =>
  withPage(async ({ page, origin }) => {
    const session = await page.context().newCDPSession(page);
    await session.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 1000 });
    await write(page, "policies", large(500_000, "no room"));
    const told = page.getByText("This browser does not keep what you write here");
    await told.waitFor({ timeout: 20_000 });
    // Another message does not hide it.
    await chooseExample(page, "limits");
    await page.getByRole("button", { name: "Bring back what was there" }).click();
    await hears(page, /no room/);
    await told.waitFor();
    const asked = page.waitForEvent("dialog").then(async (dialog) => {
      const type = dialog.type();
      await dialog.dismiss();
      return type;
    });
    await page.evaluate(() => location.reload());
    expect(await asked).toBe("beforeunload");
    await hears(page, /no room/);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Download everything" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("playground.json");
    await told.waitFor({ state: "detached" });
  }),
);

async function undo(page: Page, what: string): Promise<void> {
  await page.getByRole("button", { name: `Undo in the ${what}` }).click();
}

it("the call and the catalogue have undo as the policies have, by button and by key", () =>
  withPage(async ({ page }) => {
    await select(page, "request", "25000");
    await page.keyboard.type("2500");
    await hears(page, /Allowed/);
    await undo(page, "call");
    await hears(page, /Denied/);
    await page.getByRole("button", { name: "Redo in the call" }).click();
    await hears(page, /Allowed/);
    await page.getByRole("tab", { name: "Catalogue" }).click();
    await write(page, "catalogue", '{"tools": [{"nome": "refund"}]}');
    await hears(page, /No verdict/);
    await undo(page, "catalogue");
    await hears(page, /Allowed/);
    expect(await page.getByRole("button", { name: "Undo in the catalogue" }).isDisabled()).toBe(true);
  }));

it("undo after an example was opened takes all of it back, and never mixes two works", () =>
  withPage(async ({ page }) => {
    await write(page, "policies", policy("mine"));
    await hears(page, /Denied, by mine/);
    await openExample(page, "argument-checks");
    await undo(page, "call");
    await hears(page, /Denied, by mine/);
    expect(await lines(page, "request")).toMatch(/"amount_cents": 25000/);
    await page.getByRole("tab", { name: "Catalogue" }).click();
    expect((await lines(page, "catalogue")).trim()).toBe("");
    await page.getByRole("tab", { name: "Policies" }).click();
    // By key as well, once what was typed since is taken back.
    await openExample(page, "limits");
    await editor(page, "policies").click();
    await page.keyboard.type("x");
    await hears(page, /No verdict/);
    await page.keyboard.press("ControlOrMeta+z");
    await hears(page, /open-by-default/);
    await page.keyboard.press("ControlOrMeta+z");
    await hears(page, /Denied, by mine/);
  }));
