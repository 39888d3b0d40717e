// Files, in and out, and the link to share.
import { formatOf } from "../source/source.js";
import { encode } from "./link.js";
import { notify } from "./notices.js";
import { bringFile } from "./request-set.js";
import { type Bundle, fromBundle, isWorkspace, open, texts, type Workspace, workspace } from "./workspace.js";

/** Bytes; an editor with more is no pleasure. */
const LARGEST = 16 * 1024 * 1024;

/** Opens a file: requests by its name, and else policies, an example, or what was downloaded here. */
export async function openFile(file: File): Promise<void> {
  if (/\.(ndjson|jsonl)$/i.test(file.name)) {
    bringFile(file);
    notify("info", `An edit of the policies is now tried on the requests of ${file.name}.`);
    return;
  }
  if (file.size > LARGEST) {
    notify("error", `${file.name} has ${file.size} bytes, and ${LARGEST} are opened. Nothing was changed.`);
    return;
  }
  const before = workspace.value;
  open(workspaceOf(await file.text()));
  notify("info", `${file.name} is open.`, { label: "Bring back what was there", run: () => open(before) });
}

/** What can't be read goes into the editor as it is, which says what is wrong with it. */
function workspaceOf(text: string): Workspace {
  const value = parsed(text);
  if (isWorkspace(value)) return value;
  const bundle = value as Partial<Bundle> | null | undefined;
  if (Array.isArray(bundle?.policies)) return fromBundle(bundle as Bundle);
  return { ...workspace.value, policies: text, baseline: { policies: text, catalogue: texts.catalogue.value } };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function downloadPolicies(): void {
  const text = texts.policies.value;
  download(`policies.${formatOf(text)}`, text);
}

export function downloadAll(): void {
  download("playground.json", `${JSON.stringify(workspace.value, null, 2)}\n`);
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text]));
  const anchor = document.createElement("a");
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  URL.revokeObjectURL(url);
}

/** Puts a link to all of this into the clipboard; where that is not allowed, into the address bar. */
export async function share(): Promise<void> {
  try {
    const { hash, whole } = await encode(workspace.value);
    const link = new URL(hash, location.href).href;
    const left = whole ? "" : " Only the call beside the policies is in it: the others would make it too long.";
    try {
      await navigator.clipboard.writeText(link);
      notify("info", `The link is copied. It holds all that it shows, and nothing is sent anywhere.${left}`);
    } catch {
      history.replaceState(null, "", hash);
      notify("info", `Copy the link from the address bar.${left}`);
    }
  } catch (error) {
    notify("error", (error as Error).message);
  }
}
