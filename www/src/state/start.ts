// What the page begins with: the link that was opened, or what was left here, or the first example.
import { startAnalysis } from "./analysis.js";
import { startComparing } from "./comparison.js";
import { decode, isLink } from "./link.js";
import { startMatrix } from "./matrix.js";
import { notify } from "./notices.js";
import { restoreRequests } from "./request-set.js";
import { keepStored, store, stored } from "./storage.js";
import { startTheme } from "./theme.js";
import { open, starter, workspace } from "./workspace.js";

export async function start(): Promise<void> {
  startTheme();
  open(stored("workspace") ?? starter());
  restoreRequests();
  await openLink();
  addEventListener("hashchange", openLink);
  startAnalysis();
  startComparing();
  startMatrix();
  keepStored();
}

/** Opens what a link holds. What was here is set aside, and a link that can't be read changes nothing. */
async function openLink(): Promise<void> {
  const { hash } = location;
  if (!isLink(hash)) return;
  // The work is what counts from here on: a reload must not bring the link's beginnings back.
  history.replaceState(null, "", location.pathname + location.search);
  const mine = workspace.value;
  try {
    const shared = await decode(hash);
    if (JSON.stringify(shared) === JSON.stringify(mine)) return;
    const own = JSON.stringify(mine) !== JSON.stringify(starter());
    if (own) store("previous", mine);
    open(shared);
    const back = { label: "Bring back what was there", run: () => open(mine) };
    notify("info", "You see what was shared with you.", own ? back : undefined);
  } catch (error) {
    notify("error", `${(error as Error).message} Nothing was opened, and nothing lost.`);
  }
}
