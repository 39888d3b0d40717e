// The requests that an edit is tried on: those that came with the policies, or others, pasted or from a file.
import { computed, signal } from "@preact/signals";
import { notify } from "./notices.js";
import { cases } from "./workspace.js";

/** Characters of pasted requests that survive a reload. */
const KEPT = 1_000_000;
const KEY = "portcullis.requests";

export interface RequestSet {
  readonly name: string;
  readonly blob: Blob;
}

/** What a person brought; none while the requests are those of the example. */
export const brought = signal<RequestSet | undefined>(undefined);

export const requestSet = computed<RequestSet>(() => {
  if (brought.value !== undefined) return brought.value;
  const { length } = cases.value;
  const blob = new Blob(length === 0 ? [] : [JSON.stringify(cases.value)]);
  if (length === 0) return { name: "none yet", blob };
  return { name: length === 1 ? "the call beside it" : `the ${length} calls that came with the policies`, blob };
});

/** Takes requests that were pasted, and keeps them over a reload where they are not too many. */
export function bringText(text: string): void {
  brought.value = text.trim() === "" ? undefined : { name: "what you pasted", blob: new Blob([text]) };
  try {
    if (text.trim() === "" || text.length > KEPT) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, text);
    if (text.length > KEPT) notify("info", "The requests are used, and are too many to be kept over a reload.");
  } catch {
    notify("error", "The requests are used, but this browser does not keep them over a reload.");
  }
}

/** Takes a file as it is: it is read by the worker alone. */
export function bringFile(file: File): void {
  brought.value = { name: file.name, blob: file };
}

export function restoreRequests(): void {
  try {
    const text = localStorage.getItem(KEY);
    if (text !== null) brought.value = { name: "what you pasted", blob: new Blob([text]) };
  } catch {
    // A browser that keeps nothing has nothing to restore.
  }
}
