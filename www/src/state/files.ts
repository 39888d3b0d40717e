// Files, in and out, and the link to share.
import { formatOf } from "../source/source.js";
import { encode, type Link } from "./link.js";
import { notify } from "./notices.js";
import { fromPortable, isPortable, portable } from "./portable.js";
import { bringFile } from "./request-set.js";
import { BACK, openInstead, unkept } from "./works.js";
import { type Bundle, fromBundle, texts, type Workspace, workspace } from "./workspace.js";

/** Bytes of policies; an editor with more is no pleasure. */
const LARGEST = 16 * 1024 * 1024;
/** Bytes of a file that holds requests as well. */
const LARGEST_WITH_REQUESTS = 96 * 1024 * 1024;

/** Opens a file: requests by its name, and else policies, an example, or what was downloaded here. */
export async function openFile(file: File): Promise<void> {
  if (/\.(ndjson|jsonl)$/i.test(file.name)) {
    bringFile(file);
    notify("info", `An edit of the policies is now tried on the requests of ${file.name}.`);
    return;
  }
  const next = file.size > LARGEST_WITH_REQUESTS ? undefined : workspaceOf(await file.text());
  if (next === undefined) {
    notify("error", `${file.name} has ${file.size} bytes, and ${LARGEST} are opened. Nothing was changed.`);
    return;
  }
  openInstead(next, true);
  notify("info", `${file.name} is open.`, BACK);
}

/** What can't be read goes into the editor as it is, which says what is wrong with it. None of what is too large. */
function workspaceOf(text: string): Workspace | undefined {
  const value = parsed(text);
  if (isPortable(value)) return fromPortable(value);
  if (text.length > LARGEST) return undefined;
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

export async function downloadAll(): Promise<void> {
  const work = workspace.value;
  const all = await portable(work);
  download("playground.json", `${JSON.stringify(all, null, 2)}\n`);
  unkept.value = undefined;
  if (work.requests !== undefined && all.requests === undefined) {
    notify(
      "info",
      `All is in the file but the requests of ${work.requests.name}, which are not to be kept or too many.`,
    );
  }
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
    const link = await encode(workspace.value);
    const href = new URL(link.hash, location.href).href;
    try {
      await navigator.clipboard.writeText(href);
      notify("info", `The link is copied, and nothing is sent anywhere. ${heldBy(link)}`);
    } catch {
      history.replaceState(null, "", link.hash);
      notify("info", `Copy the link from the address bar. ${heldBy(link)}`);
    }
  } catch (error) {
    notify("error", (error as Error).message);
  }
}

function heldBy({ without }: Link): string {
  const names = { requests: "the requests that you brought", calls: "the calls but the one beside the policies" };
  if (without.length === 0) return "It holds all that you see here.";
  return `It does not hold ${without.map((one) => names[one]).join(", nor ")}: too much for a link. A file takes them.`;
}
