// The requests that an edit is tried on: those that came with the policies, or others, pasted or from a file.
import { computed } from "@preact/signals";
import { newId } from "./ids.js";
import { brought, cases, type RequestSet } from "./workspace.js";

export const requestSet = computed<RequestSet>(() => {
  if (brought.value !== undefined) return brought.value;
  const { length } = cases.value;
  const blob = new Blob(length === 0 ? [] : [JSON.stringify(cases.value)]);
  if (length === 0) return { name: "none yet", blob };
  return { name: length === 1 ? "the call beside it" : `the ${length} calls that came with the policies`, blob };
});

/** Takes requests that were pasted; none of them lets go of those that were brought. */
export function bringText(text: string): void {
  brought.value = text.trim() === "" ? undefined : { id: newId(), name: "what you pasted", blob: new Blob([text]) };
}

/** Takes a file as it is: it is read by the worker alone. */
export function bringFile(file: File): void {
  brought.value = { id: newId(), name: file.name, blob: file };
}
