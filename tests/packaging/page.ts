// Pages that decide, in Chromium.
import type { Page } from "playwright-core";
import { launch, type Site, serve } from "../browser/chromium.js";

/** Opens a page for a test; answers all that it logged, threw or failed to load, which should be nothing. */
export async function openPage(url: string, test: (page: Page) => Promise<void>): Promise<readonly string[]> {
  const browser = await launch();
  const said: string[] = [];
  try {
    const page = await browser.newPage();
    page.on("console", (message) => said.push(message.text()));
    page.on("pageerror", (error) => said.push(String(error.stack ?? error)));
    page.on("requestfailed", (request) => said.push(`${request.url()}: ${request.failure()?.errorText}`));
    await page.goto(url);
    await test(page);
  } catch (error) {
    throw new Error(`${url}: ${error}\n${said.join("\n")}`);
  } finally {
    await browser.close();
  }
  return said;
}

/** What a page of a site puts into the global variable `decided`, or what that promises; it says nothing else. */
export async function decidedAt(site: Site, path = "/"): Promise<string> {
  const server = await serve(site);
  try {
    let decided = "";
    const said = await openPage(server.origin + path, async (page) => {
      await page.waitForFunction("globalThis.decided");
      decided = await page.evaluate("globalThis.decided");
    });
    if (said.length > 0) throw new Error(`the page says:\n${said.join("\n")}`);
    return decided;
  } finally {
    await server.close();
  }
}
