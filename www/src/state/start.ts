// What the page begins with: the link that was opened, or what was left here, or the first example.
import { startAnalysis } from "./analysis.js";
import { startComparing } from "./comparison.js";
import { openExample } from "./examples.js";
import { decode, isLink } from "./link.js";
import { startMatrix } from "./matrix.js";
import { notify } from "./notices.js";
import { portable } from "./portable.js";
import { startTheme } from "./theme.js";
import { BACK, openInstead, restored, startKeeping } from "./works.js";
import { open, starter, workspace } from "./workspace.js";

export async function start(): Promise<void> {
  startTheme();
  open((await restored()) ?? starter());
  startKeeping();
  await openLink();
  addEventListener("hashchange", openLink);
  startAnalysis();
  startComparing();
  startMatrix();
}

const EXAMPLE = "#example=";

/** Opens what a link holds. What was here is set aside, and a link that can't be read changes nothing. */
async function openLink(): Promise<void> {
  const { hash } = location;
  if (!isLink(hash)) return;
  // The work is what counts from here on: a reload must not bring the link's beginnings back.
  history.replaceState(null, "", location.pathname + location.search);
  if (hash.startsWith(EXAMPLE)) return openExample(hash.slice(EXAMPLE.length));
  try {
    const shared = await decode(hash);
    const texts = await Promise.all([shared, workspace.value].map(async (one) => JSON.stringify(await portable(one))));
    if (texts[0] === texts[1]) return;
    openInstead(shared, true);
    notify("info", "You see what was shared with you.", BACK);
  } catch (error) {
    notify("error", `${(error as Error).message} Nothing was opened, and nothing lost.`);
  }
}
