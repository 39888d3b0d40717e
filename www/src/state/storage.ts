// What was written here survives a reload, in this browser alone.
import { effect, signal } from "@preact/signals";
import { notice, notify } from "./notices.js";
import { isWorkspace, type Workspace, workspace } from "./workspace.js";

/** Characters; browsers keep about five million for a site. */
const KEPT = 2_000_000;
/** Milliseconds after a keystroke. */
const PAUSE = 300;

export type Slot = "workspace" | "previous";

export function stored(slot: Slot): Workspace | undefined {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(`portcullis.${slot}`) ?? "null");
    return isWorkspace(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether work was set aside when a link was opened. */
export const hasPrevious = signal(stored("previous") !== undefined);

/** Whether it could be kept. */
export function store(slot: Slot, value: Workspace): boolean {
  const text = JSON.stringify(value);
  if (text.length > KEPT) {
    warn(`This is too large to survive a reload: ${text.length} characters, and ${KEPT} are kept. Download it.`);
    return false;
  }
  try {
    localStorage.setItem(`portcullis.${slot}`, text);
    warned = false;
    if (slot === "previous") hasPrevious.value = true;
    return true;
  } catch {
    warn("This browser does not keep what you write here over a reload. Download it, or share it by link.");
    return false;
  }
}

let warned = false;

/** Once, and not with each keystroke. */
function warn(text: string): void {
  if (!warned || notice.value === undefined) notify("error", text);
  warned = true;
}

export function keepStored(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waiting: Workspace | undefined;
  const flush = () => {
    clearTimeout(timer);
    if (waiting !== undefined) store("workspace", waiting);
    waiting = undefined;
  };
  effect(() => {
    waiting = workspace.value;
    clearTimeout(timer);
    timer = setTimeout(flush, PAUSE);
  });
  addEventListener("pagehide", flush);
}
