/** The engine in Chromium, asked by batches of questions. */
import { type Site, visit } from "../../browser/chromium.js";
import type { Asked } from "./answer.js";

const site: Site = {
  "/": new URL("../page.html", import.meta.url),
  "/support/": new URL("./", import.meta.url),
  "/dist/": new URL("../../../pkg/dist/", import.meta.url),
};

/** What the page offers. */
interface QuestionsPage {
  answer(questions: string): Promise<string[]>;
}

export type Ask = (questions: readonly Asked[]) => Promise<string[]>;

/** Opens a Chromium for as long as it is used. */
export async function withChromium(use: (ask: Ask) => Promise<void>): Promise<void> {
  await visit(site, "/", async ({ page }) => {
    page.setDefaultTimeout(0);
    // As text: what a page is given as values loses members that are named `__proto__`.
    await use((questions) =>
      page.evaluate((text) => (globalThis as unknown as QuestionsPage).answer(text), JSON.stringify(questions)),
    );
  });
}
