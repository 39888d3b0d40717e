// The examples, each a file of its own that is fetched when it is chosen.
import { BUILT_IN, LESSONS, TOOL_SETS } from "./example-list.js";
import { notify } from "./notices.js";
import { REFUNDS } from "./starter.js";
import { BACK, openInstead } from "./works.js";
import { type Bundle, fromBundle, starter, type Workspace } from "./workspace.js";

/** Opens an example in place of what is there, which one press brings back. */
export async function openExample(id: string): Promise<void> {
  try {
    const example = [...BUILT_IN, ...LESSONS, ...TOOL_SETS].find((one) => one.id === id);
    if (example === undefined) throw new Error(`there is none of the name ${id}`);
    openInstead(await bundleOf(id), false);
    notify("info", `“${example.title}” is open.`, BACK);
  } catch (error) {
    notify("error", `The example can’t be loaded: ${(error as Error).message}. What you wrote is untouched.`);
  }
}

async function bundleOf(id: string): Promise<Workspace> {
  if (id === "first") return starter();
  return fromBundle(id === "refunds" ? REFUNDS : await fetchBundle(id));
}

async function fetchBundle(id: string): Promise<Bundle> {
  const response = await fetch(new URL(`generated/examples/${id}.json`, document.baseURI));
  if (!response.ok) throw new Error(`the server answers ${response.status}`);
  return response.json();
}
