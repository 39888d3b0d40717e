// The examples, each a file of its own that is fetched when it is chosen.
import { LESSONS, TOOL_SETS } from "./example-list.js";
import { notify } from "./notices.js";
import { stored } from "./storage.js";
import { type Bundle, fromBundle, open, starter, workspace } from "./workspace.js";

/** Opens an example in place of what is there, which one press brings back. */
export async function openExample(id: string): Promise<void> {
  const before = workspace.value;
  try {
    const title =
      id === "" ? "The first example" : ([...LESSONS, ...TOOL_SETS].find((one) => one.id === id)?.title ?? id);
    open(id === "" ? starter() : fromBundle(await fetchBundle(id)));
    notify("info", `${title} is open.`, { label: "Bring back what was there", run: () => open(before) });
  } catch (error) {
    notify("error", `The example can’t be loaded: ${(error as Error).message}. What you wrote is untouched.`);
  }
}

/** Opens what was here before a link was. */
export function openPrevious(): void {
  const before = workspace.value;
  const previous = stored("previous");
  if (previous === undefined) return;
  open(previous);
  notify("info", "Your earlier work is open.", { label: "Bring back what was there", run: () => open(before) });
}

async function fetchBundle(id: string): Promise<Bundle> {
  const response = await fetch(new URL(`generated/examples/${id}.json`, document.baseURI));
  if (!response.ok) throw new Error(`the server answers ${response.status}`);
  return response.json();
}
