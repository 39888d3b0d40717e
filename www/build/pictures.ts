// Takes the pictures of the documentation from the built page: each in light and in dark, as WebP.
import { mkdirSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import type { Page } from "playwright-core";
import { launch } from "../../tests/browser/chromium.js";
import { connected, OPEN, PLATFORM, REFUNDS } from "../../tests/www/server.js";
import { serve } from "../serve.mjs";

const out = new URL("../../docs/pictures/", import.meta.url);
/** Bytes; a reader on a phone waits for no more. */
const MOST = 150 * 1024;
const SIZE = { width: 1280, height: 860 };

interface Picture {
  readonly name: string;
  /** An example, by the name of its file. */
  readonly example?: string;
  /** Opens the page of a server that has decided something. */
  readonly connected?: boolean;
  /** Brings the page to where it is taken. */
  show(page: Page): Promise<void>;
}

const PICTURES: readonly Picture[] = [
  { name: "playground", show: async (page) => page.locator(".tree").waitFor() },
  {
    name: "form",
    example: "refunds",
    async show(page) {
      await page.getByRole("radio", { name: "Both" }).check();
      await page.getByLabel("The policy that the form shows").selectOption("1");
      await page.getByRole("form", { name: "The policy as a form" }).getByLabel("Value").fill("20000");
      await page.getByText("decided otherwise").waitFor({ state: "attached" });
    },
  },
  {
    name: "effect",
    example: "banking",
    async show(page) {
      await page.getByRole("radio", { name: "Form" }).first().check();
      await page.getByRole("button", { name: "Delete", exact: true }).click();
      await page.locator(".effect .summary").waitFor();
      await scrollTo(page, ".effect");
    },
  },
  {
    name: "matrix",
    example: "github",
    async show(page) {
      await page.locator(".matrix").scrollIntoViewIfNeeded();
      await page
        .getByRole("row", { name: /^add_issue_comment/ })
        .first()
        .waitFor();
      await scrollTo(page, ".matrix");
    },
  },
  {
    name: "server",
    connected: true,
    async show(page) {
      const panel = page.getByRole("region", { name: "The server" });
      await page.getByRole("button", { name: "Close this message" }).click();
      await panel.getByRole("tab", { name: "Decision log" }).click();
      await panel.getByRole("button", { name: "Take these decisions" }).click();
      await panel.getByText("requests to try an edit on").waitFor();
      const form = page.getByRole("form", { name: "The policy as a form" });
      await page.getByRole("radio", { name: "Both" }).check();
      await page.getByLabel("The policy that the form shows").selectOption("1");
      await form.getByLabel("Value").fill("20000");
      await panel.getByRole("tab", { name: "Changes (1)" }).click();
      await panel.getByText("What differs", { exact: true }).click();
      await panel.getByRole("button", { name: "Check 1 change with the server" }).click();
      await panel.getByText("decided otherwise").waitFor();
      await scrollTo(page, ".server");
    },
  },
];

/** A server with policies, and refunds that it has decided. */
async function decided(): Promise<{ readonly link: string; close(): Promise<void> }> {
  const server = await connected({ request: { omit: [] } });
  for (const policy of [OPEN, REFUNDS]) await server.store.create(PLATFORM, policy);
  await server.service.refresh();
  for (const dollars of [50, 120, 180, 250, 400]) {
    server.service.decide({
      ...{ action: "tool_call", now: Date.now(), tenant: { id: "acme" }, app: null, user: { id: "sam" } },
      ...{ workflow: null, agent: { id: "helper" }, tool: { id: "refund" }, input: { amount_cents: dollars * 100 } },
    });
  }
  await server.logged();
  return { link: `${server.origin}/#connect=${await server.key(null, "admin")}`, close: () => server.close() };
}

/** Brings a panel to the top of the window, under what sticks there. */
async function scrollTo(page: Page, panel: string): Promise<void> {
  await page.evaluate((panel) => {
    const top = document.querySelector(panel)?.getBoundingClientRect().top ?? 0;
    scrollBy({ top: top - 84, behavior: "instant" });
  }, panel);
}

mkdirSync(out, { recursive: true });
const server = await serve();
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
const api = await decided();
const browser = await launch();
try {
  for (const { name, show, example, connected: onServer } of PICTURES) {
    for (const colorScheme of ["light", "dark"] as const) {
      const context = await browser.newContext({ viewport: SIZE, colorScheme, deviceScaleFactor: 1.5 });
      const page = await context.newPage();
      await page.goto(onServer ? api.link : example === undefined ? origin : `${origin}#example=${example}`);
      await page.getByTestId("verdict").waitFor();
      if (example !== undefined) await page.getByRole("button", { name: "Close this message" }).click();
      await show(page);
      // What was pressed last is not to stand out.
      await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
      await page.mouse.move(0, 0);
      await page.waitForTimeout(500);
      const bytes = await taken(page);
      await context.close();
      if (bytes.length > MOST)
        throw new Error(`${name}-${colorScheme} has ${bytes.length} bytes, and ${MOST} are allowed`);
      writeFileSync(new URL(`${name}-${colorScheme}.webp`, out), bytes);
      console.log(`docs/pictures/${name}-${colorScheme}.webp: ${(bytes.length / 1024).toFixed(0)} KB`);
    }
  }
} finally {
  await browser.close();
  await api.close();
  server.closeAllConnections();
  server.close();
}

/** By the debugger, which writes WebP. */
async function taken(page: Page): Promise<Buffer> {
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality: 82 });
  return Buffer.from(data, "base64");
}
