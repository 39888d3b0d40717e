// The playground in Chromium, as a person meets it: opened, typed into, and made to replay many requests.
// With `--check` only whether the built page decides at all.
import { existsSync } from "node:fs";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { launch } from "../tests/browser/chromium.js";
import { MOST, weigh } from "../tests/www/weight.js";
import { serve } from "../www/serve.mjs";
import { digits, print, type Row } from "./table.js";
import { policies } from "./workload.js";

const OPENED = 9;
const KEYS = 40;
const REQUESTS = 100_000;
const SET = 1_000;
/** Milliseconds after which something is amiss. */
const PATIENCE = 60_000;
/** Milliseconds between two frames of a smooth page. */
const FRAME = 1000 / 60;

if (!existsSync(new URL("../www/dist/index.html", import.meta.url))) {
  throw new Error("the page is not built; run scripts/build/www");
}
const server = await serve();
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
const browser = await launch();
try {
  if (process.argv.includes("--check")) await check(browser);
  else await measure(browser);
} finally {
  await browser.close();
  server.closeAllConnections();
  server.close();
}

async function check(browser: Browser): Promise<void> {
  const { total } = weigh();
  if (total > MOST) throw new Error(`the page weighs ${total} bytes, and ${MOST} are allowed`);
  await withPage(browser, (page) => page.getByTestId("verdict").waitFor());
  console.log("the page decides; its times are measured by a full run");
}

async function measure(browser: Browser): Promise<void> {
  const opened: number[] = [];
  for (let i = 0; i < OPENED; i++) opened.push(await withPage(browser, firstDecision));
  const few = await withPage(browser, (page) => keystrokes(page, 10));
  const many = await withPage(browser, (page) => keystrokes(page, SET));
  const replay = await withPage(browser, framesDropped, "#example=refunds");
  const { total } = weigh();
  print({
    title: "The playground",
    rows: [
      {
        what: "page weight, gzipped, without the examples",
        must: `≤ ${MOST / 1024} KB`,
        measured: `${(total / 1024).toFixed(0)} KB`,
        spread: null,
        reached: total <= MOST,
      },
      times("opened, with an empty cache, until the first decision is shown", opened),
      times("a keystroke until its decision is shown, 10 policies", few),
      times(`a keystroke until its decision is shown, ${SET.toLocaleString("en")} policies`, many),
      {
        what: `frames dropped while ${REQUESTS.toLocaleString("en")} requests are decided before and after an edit`,
        must: null,
        measured: `${replay.dropped} of ${replay.frames} (in ${digits(replay.took / 1000)} s)`,
        spread: null,
        reached: null,
      },
    ],
    notes: [
      "In Chromium without a graphics card, by its own clock, from a server on the same machine. A keystroke waits 20 ms for" +
        " the next one; then one policy is compiled, and the decision explained to each of its readers.",
    ],
  });
}

async function withPage<T>(browser: Browser, use: (page: Page) => Promise<T>, hash = ""): Promise<T> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  try {
    const page = await context.newPage();
    // What is sent to the page has been compiled with names for its functions.
    await page.addInitScript("globalThis.__name = (named) => named");
    await page.addInitScript(() => {
      const seen = new MutationObserver(() => {
        if (document.querySelector("[data-testid=verdict]") === null) return;
        Object.assign(globalThis, { decided: performance.now() });
        seen.disconnect();
      });
      seen.observe(document, { childList: true, subtree: true });
    });
    await page.goto(origin + hash);
    await page.getByTestId("verdict").waitFor();
    return await use(page);
  } finally {
    await context.close();
  }
}

/** Milliseconds since the navigation began. */
function firstDecision(page: Page): Promise<number> {
  return page.evaluate(() => (globalThis as unknown as { decided: number }).decided);
}

/** Milliseconds from each key that is pressed in the name of a policy until the decision names it so. */
async function keystrokes(page: Page, count: number): Promise<number[]> {
  const edited = { id: "open", name: "typed", scope: "global", effect: "allow", rule_expr: {} };
  const text = JSON.stringify([edited, ...policies(count - 1)], null, 1);
  const content = page.locator("[data-editor=policies] .cm-content");
  await content.click();
  await page.keyboard.press("ControlOrMeta+a");
  await content.evaluate((element, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    element.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  }, text);
  await page.locator(".reasons strong", { hasText: "typed" }).waitFor();
  await page.keyboard.press("ControlOrMeta+Home");
  for (let line = 0; line < 3; line++) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("End");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  const took: number[] = [];
  for (let i = 0; i < KEYS; i++) {
    await page.evaluate(() => {
      const timing = { took: 0 };
      Object.assign(globalThis, { timing });
      const name = () => document.querySelector(".reasons strong")?.textContent ?? "";
      const before = name();
      const pressed = () => {
        const start = performance.now();
        const look = () => {
          if (name() !== before) timing.took = performance.now() - start;
          else requestAnimationFrame(look);
        };
        look();
      };
      addEventListener("keydown", pressed, { capture: true, once: true });
    });
    await page.keyboard.press("x");
    const taken = () => (globalThis as unknown as { timing: { took: number } }).timing.took;
    await page.waitForFunction(taken, undefined, { timeout: PATIENCE });
    took.push(await page.evaluate(taken));
  }
  return took;
}

interface Replay {
  readonly frames: number;
  readonly dropped: number;
  /** Milliseconds. */
  readonly took: number;
}

async function framesDropped(page: Page): Promise<Replay> {
  await page.getByLabel("From a file").evaluate((input, count) => {
    const one = (i: number) => ({
      action: "tool_call",
      now: 1_795_435_200_000,
      tenant: { id: "acme" },
      app: null,
      user: { id: `u${i}`, roles: ["support"] },
      workflow: null,
      agent: null,
      tool: { id: "refund" },
      input: { amount_cents: i * 10 },
    });
    const text = Array.from({ length: count }, (_, i) => JSON.stringify(one(i))).join("\n");
    const files = new DataTransfer();
    files.items.add(new File([text], "calls.ndjson"));
    (input as HTMLInputElement).files = files.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }, REQUESTS);
  await page.getByRole("radio", { name: "Both" }).check();
  await page.getByLabel("The policy that the form shows").selectOption("1");
  const value = page.getByRole("form", { name: "The policy as a form" }).getByLabel("Value");
  await value.fill("50000");
  await page.evaluate(
    ({ frame, count }) => {
      const start = performance.now();
      let [last, frames, dropped] = [start, 0, 0];
      const tick = (now: number) => {
        frames++;
        dropped += Math.max(0, Math.round((now - last) / frame) - 1);
        last = now;
        const said = document.querySelector(".effect .summary")?.textContent ?? "";
        const running = document.querySelector(".effect .progress") !== null;
        if (running || !said.includes(count)) requestAnimationFrame(tick);
        else Object.assign(globalThis, { replay: { frames, dropped, took: now - start } });
      };
      requestAnimationFrame(tick);
    },
    { frame: FRAME, count: REQUESTS.toLocaleString("en-GB") },
  );
  const ended = () => (globalThis as unknown as { replay?: Replay }).replay;
  await page.waitForFunction(ended, undefined, { timeout: PATIENCE });
  return (await page.evaluate(ended)) as Replay;
}

function times(what: string, values: readonly number[]): Row {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] as number;
  return {
    what,
    must: null,
    measured: `${digits(at(0.5))} ms`,
    spread: `${digits(at(0.1))}–${digits(at(0.9))}`,
    reached: null,
  };
}
