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

/**
 * Before all else: a token in the address goes out of it at once. What a server has is opened once the page has its own
 * work, in place of that, and never the other way round.
 */
export function startConnecting(started: Promise<void>): void {
  const then = async (run: (all: Parts) => void) => {
    const [all] = await Promise.all([loaded(), started]);
    if (all !== undefined) run(all);
  };
  const takeLink = () => {
    const [, token] = LINK.exec(location.hash) ?? [];
    if (token === undefined) return false;
    history.replaceState(null, "", location.pathname + location.search);
    then((all) => all.connectByLink(decoded(token)));
    return true;
  };
  if (!takeLink() && (kept()?.credentials.token ?? "") !== "") then((all) => all.resume());
  addEventListener("hashchange", takeLink);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
