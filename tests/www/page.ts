// The built page in a real browser, watched: what it loads, logs and refuses.
import { existsSync } from "node:fs";
import type { AddressInfo } from "node:net";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { serve } from "../../www/serve.mjs";
import { BUILT_IN, LESSONS, TOOL_SETS } from "../../www/src/state/example-list.js";
import { launch } from "../browser/chromium.js";

const built = new URL("../../www/dist/index.html", import.meta.url);

export interface Playground {
  readonly page: Page;
  readonly origin: string;
}

let browser: Browser;
let server: Awaited<ReturnType<typeof serve>>;

/** A browser and a server for all tests of a file. */
export function useBrowser(): void {
  beforeAll(async () => {
    if (!existsSync(built)) throw new Error("the page is not built; run `make www` or scripts/build/www");
    [browser, server] = await Promise.all([launch(), serve()]);
  });
  afterAll(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
  });
}

/**
 * Opens the page in a fresh profile; afterwards nothing may have gone wrong, and nothing have left its origin. Where
 * the page is that of an API, what the API refuses is the test's to judge.
 */
export async function withPage(
  test: (playground: Playground) => Promise<void>,
  { hash = "", api, ...options }: BrowserContextOptions & { hash?: string; api?: string | undefined } = {},
): Promise<void> {
  const origin = api ?? `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const amiss: string[] = [];
  const left: string[] = [];
  context.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !url.startsWith("data:") && !url.startsWith(`blob:${origin}/`)) left.push(url);
  });
  context.on("requestfailed", (request) => {
    const problem = request.failure()?.errorText ?? "";
    // A reload ends what is still loading, and a server that is gone is what some tests are about.
    if (api !== undefined && request.url().startsWith(`${api}/v1/`)) return;
    if (problem !== "net::ERR_ABORTED") amiss.push(`${request.url()}: ${problem}`);
  });
  // Violations of the Content-Security-Policy are logged as errors.
  context.on("console", (message) => {
    const refused = api !== undefined && message.location().url.startsWith(`${api}/v1/`);
    if ((message.type() === "error" || message.type() === "warning") && !refused) amiss.push(message.text());
  });
  context.on("weberror", (error) => amiss.push(String(error.error().stack)));
  await context.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => {
      console.error(`security policy: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  try {
    const page = await context.newPage();
    await page.goto(`${origin}/${hash}`);
    await page.getByTestId("spoken").waitFor({ state: "attached" });
    await test({ page, origin });
    expect(amiss).toEqual([]);
    expect(left).toEqual([]);
  } finally {
    await context.close();
  }
}

/** Opens the page with two policies, of which one asks for approval: there is more to see. */
export function withRefunds(
  test: (playground: Playground) => Promise<void>,
  options: BrowserContextOptions = {},
): Promise<void> {
  return withPage(
    async (playground) => {
      await hears(playground.page, /Needs approval/);
      await playground.page.getByRole("button", { name: "Close this message" }).click();
      await test(playground);
    },
    { hash: "#example=refunds", ...options },
  );
}

/** What the page says aloud, once it is as expected. */
export async function hears(page: Page, words: RegExp): Promise<void> {
  await expect.poll(() => page.getByTestId("spoken").textContent(), { timeout: 10_000 }).toMatch(words);
}

export type EditorName = "policies" | "catalogue" | "request";

export function editor(page: Page, name: EditorName) {
  return page.locator(`[data-editor=${name}] .cm-content`);
}

/** Writes a text as a person does who pastes it over all that is there. */
export async function write(page: Page, name: EditorName, text: string): Promise<void> {
  await editor(page, name).click();
  await page.keyboard.press("ControlOrMeta+a");
  await paste(editor(page, name), text);
}

/** What pressing Ctrl+V does with a text in the clipboard. */
export async function paste(into: Locator, text: string): Promise<void> {
  await into.evaluate((element, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    element.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  }, text);
}

/** The lines of an editor that are on the screen. */
export async function lines(page: Page, name: EditorName): Promise<string> {
  return (await editor(page, name).locator(".cm-line").allInnerTexts()).join("\n");
}

/** Puts the cursor behind the first place of a text in the editor, and selects that text. */
export async function select(page: Page, name: EditorName, text: string): Promise<void> {
  await editor(page, name).evaluate((content, wanted) => {
    const walker = document.createTreeWalker(content, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const at = node.textContent?.indexOf(wanted) ?? -1;
      if (at < 0) continue;
      (content as HTMLElement).focus();
      getSelection()?.setBaseAndExtent(node, at, node, at + wanted.length);
      return;
    }
    throw new Error(`the editor does not show ${wanted}`);
  }, text);
}

/** Shows the policies as a form, beside the text or in its place. */
export async function showForm(page: Page, how: "Form" | "Both" = "Form"): Promise<Locator> {
  await page.getByRole("radiogroup", { name: "How the policies are shown" }).getByRole("radio", { name: how }).check();
  return page.getByRole("form", { name: "The policy as a form" });
}

/** Types over what a field holds, and leaves it. */
export async function fill(field: Locator, text: string): Promise<void> {
  await field.fill(text);
  await field.press("Tab");
}

/** Chooses from a menu. */
export async function choose(page: Page, menu: string, item: string | RegExp): Promise<void> {
  await page.getByRole("button", { name: menu, exact: true }).click();
  await page.getByRole("menuitem", { name: item, exact: true }).click();
}

/** Chooses an example from the menu by the name of its file. */
export async function chooseExample(page: Page, id: string): Promise<void> {
  const title = [...BUILT_IN, ...LESSONS, ...TOOL_SETS].find((one) => one.id === id)?.title;
  await choose(page, "Examples", title ?? id);
}

/** Opens an example, and waits until it is there. */
export async function openExample(page: Page, id: string): Promise<void> {
  await chooseExample(page, id);
  await page.getByRole("button", { name: "Bring back what was there" }).waitFor();
  await hears(page, /^Verdict/);
}

/** Opens the work that was set aside last. */
export async function openEarlier(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Examples", exact: true }).click();
  await page.getByRole("group", { name: "My earlier work" }).getByRole("menuitem").first().click();
}

/** Calls that differ in what they refund: the i-th refunds i dollars. It runs in the page too. */
export function calls(count: number): string {
  const one = (i: number) => ({
    action: "tool_call",
    now: 1_795_435_200_000,
    tenant: { id: "acme" },
    app: null,
    user: { id: `u${i}`, roles: ["support"] },
    workflow: null,
    agent: null,
    tool: { id: "refund" },
    input: { amount_cents: i * 100 },
  });
  return Array.from({ length: count }, (_, i) => JSON.stringify(one(i))).join("\n");
}

/** Brings that many calls from a file. */
export async function bringCalls(page: Page, count: number): Promise<void> {
  await page.getByLabel("From a file").evaluate(
    (input, [source, count]) => {
      const files = new DataTransfer();
      const text = new Function(`return (${source})(${count})`)() as string;
      files.items.add(new File([text], "calls.ndjson"));
      (input as HTMLInputElement).files = files.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    },
    [calls.toString(), count] as const,
  );
}
