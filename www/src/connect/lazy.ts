// The way to a server: nothing of it is loaded before a person asks for it, opens a link to it, or is connected.
import { signal } from "@preact/signals";
import { notify } from "../state/notices.js";
import { kept } from "./kept.js";

type Parts = typeof import("./index.js");

const LINK = /^#connect=(.*)$/s;

/** What is loaded, once it is. */
export const parts = signal<Parts | undefined>(undefined);

async function loaded(): Promise<Parts | undefined> {
  try {
    parts.value ??= await import("./index.js");
  } catch {
    notify("error", "The part of this page that talks to servers can’t be loaded. Reload the page.");
  }
  return parts.value;
}

export async function askToConnect(): Promise<void> {
  (await loaded())?.ask();
}

/** Before all else: a token in the address goes out of it at once. */
export function startConnecting(): void {
  if (!takeLink() && (kept()?.credentials.token ?? "") !== "") loaded().then((all) => all?.resume());
  addEventListener("hashchange", takeLink);
}

function takeLink(): boolean {
  const [, given] = LINK.exec(location.hash) ?? [];
  if (given === undefined) return false;
  history.replaceState(null, "", location.pathname + location.search);
  const token = decoded(given);
  loaded().then((all) => all?.connectByLink(token));
  return true;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
