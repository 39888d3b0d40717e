// What was written here survives: each tab keeps the work that it is at, and what was set aside can be opened again.
import { batch, effect, signal } from "@preact/signals";
import { type About, forget, list, read, requestsOf, write } from "./database.js";
import { newId } from "./ids.js";
import { notify } from "./notices.js";
import { fromPortable } from "./portable.js";
import { claim, keepLastWords, lastWords, release, tabIsAt, workOfTab } from "./tab.js";
import { open, type Workspace, workspace } from "./workspace.js";

/** Milliseconds after a keystroke. */
const PAUSE = 300;
/** Works that are kept at most; the oldest go first. */
const KEPT = 40;
/** Characters that are surely kept in the moment in which the page is left. */
const LAST_WORDS = 1_000_000;
/** Characters of a name. */
const NAME = 40;

/** Works that were set aside, or are those of other tabs: the newest first. */
export const earlier = signal<readonly About[]>([]);
/** Why the work is not kept just now: that is to be seen until it is, or until it is saved as a file. */
export const unkept = signal<string | undefined>(undefined);

let id = newId();
/** Whether a person wrote in it, so that it is set aside and not dropped when another one is opened. */
let own = false;
let pristine: Workspace | undefined;
/** What the database has. */
let written: Workspace | undefined;
let waiting: ReturnType<typeof setTimeout> | undefined;

/** The work that was here before a reload, or the last one of a tab that was closed, or a copy of another tab's. */
export async function restored(): Promise<Workspace | undefined> {
  try {
    const mine = workOfTab();
    const from = mine ?? (await list())[0]?.id;
    const last = mine === undefined ? undefined : lastWords(mine);
    const kept = from === undefined ? undefined : await read(from);
    const work = last === undefined ? kept?.work : { ...fromPortable(last), ...(await requestsIn(kept?.about)) };
    if (from === undefined || work === undefined) return undefined;
    const isFree = await claim(from);
    if (isFree) id = from;
    own = isFree && (last !== undefined || kept?.about.own === true);
    return work;
  } catch {
    // A browser that keeps nothing has nothing to restore; that is told with the first edit.
    return undefined;
  }
}

async function requestsIn(about: About | undefined): Promise<Pick<Workspace, "requests">> {
  const requests = about === undefined ? undefined : await requestsOf(about);
  return requests === undefined ? {} : { requests };
}

/** From here on what is written is kept. */
export function startKeeping(): void {
  pristine = workspace.peek();
  tabIsAt(id);
  claim(id);
  if (own) keep();
  look();
  effect(() => {
    if (workspace.value === pristine) return;
    own = true;
    clearTimeout(waiting);
    waiting = setTimeout(keep, PAUSE);
  });
  addEventListener("pagehide", () => {
    if (!own || workspace.peek() === written) return;
    const { requests: _, ...work } = workspace.peek();
    keepLastWords({ id, work });
    keep();
  });
  // Other tabs may have set something aside.
  addEventListener("focus", look);
  addEventListener("beforeunload", (event) => {
    if (unkept.peek() !== undefined || isAtRisk()) event.preventDefault();
  });
}

/** Whether it is too large for last words, and not yet in the database. */
function isAtRisk(): boolean {
  const { policies, catalogue, request } = workspace.peek();
  return own && workspace.peek() !== written && policies.length + catalogue.length + request.length > LAST_WORDS;
}

async function keep(): Promise<void> {
  clearTimeout(waiting);
  waiting = undefined;
  const work = workspace.peek();
  try {
    await write({ id, at: Date.now(), own, name: nameOf(work) }, work);
    written = work;
    unkept.value = undefined;
  } catch (error) {
    const why = (error as Error | null)?.name === "QuotaExceededError" ? "it has no room left" : "it refuses to";
    unkept.value = `This browser does not keep what you write here: ${why}. A reload would lose it.`;
  }
}

/** What a work is called in a list: by its first policy that has a name. */
function nameOf({ policies }: Workspace): string {
  const name = /"?\bname"?\s*:\s*"?([^"\n,}]+)/.exec(policies.slice(0, 10_000))?.[1]?.trim() ?? "without a name";
  return name.length > NAME ? `${name.slice(0, NAME - 1)}…` : name;
}

async function look(): Promise<void> {
  try {
    const all = await list();
    earlier.value = all.filter((one) => one.own && one.id !== id);
    await forget(all.slice(KEPT).flatMap((one) => (one.id === id ? [] : [one.id])));
  } catch {
    earlier.value = [];
  }
}

/** A work with its name among those that are kept. */
interface Place {
  readonly id: string;
  readonly own: boolean;
  readonly work: Workspace;
}

/** What was here before the last opening, as long as nothing else is opened. */
const before = signal<Place | undefined>(undefined);
export const canBringBack = () => before.value !== undefined;

/** Opens a work in place of what is here, which is set aside. `isOwn` says whether it is itself worth keeping. */
export function openInstead(work: Workspace, isOwn: boolean): void {
  move({ id: newId(), own: isOwn, work });
}

/** Opens what was here before the last opening; what has been done since is set aside in turn. */
export function bringBack(): boolean {
  const place = before.peek();
  if (place === undefined) return false;
  move(place);
  notify("info", "What was there is back.", BACK);
  return true;
}

/** What a notice of something opened offers. */
export const BACK = { label: "Bring back what was there", run: () => void bringBack() };

/** Opens a work that was set aside. One that another tab is at opens as a copy. */
export async function openEarlier({ id: from, name }: About): Promise<void> {
  try {
    const kept = await read(from);
    if (kept === undefined) throw new Error("it is gone");
    const isFree = await claim(from);
    move({ id: isFree ? from : newId(), own: true, work: kept.work });
    notify("info", `“${name}” is open.`, BACK);
  } catch (error) {
    notify("error", `“${name}” can’t be opened: ${(error as Error).message}. Nothing was changed.`);
  }
}

function move(next: Place): void {
  const left: Place = { id, own, work: workspace.peek() };
  const aside = left.own ? keep() : undefined;
  clearTimeout(waiting);
  waiting = undefined;
  batch(() => {
    open(next.work);
    pristine = workspace.peek();
    before.value = left;
  });
  ({ id, own } = next);
  tabIsAt(id);
  claim(id);
  Promise.all([aside, keep()])
    .then(() => leave(left))
    .then(look, look);
}

async function leave(left: Place): Promise<void> {
  // It may have been brought back meanwhile.
  if (left.id === id) return;
  release(left.id);
  if (!left.own) await forget([left.id]);
}
