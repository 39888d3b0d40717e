// Keeps what a reload needs, as long as there is a connection.
import { effect } from "@preact/signals";
import { texts } from "../state/workspace.js";
import { keep } from "./kept.js";
import { bases, owner, session } from "./session.js";

/** Milliseconds after a keystroke. */
const PAUSE = 300;

export function startKeeping(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    clearTimeout(timer);
    const current = session.peek();
    if (current === undefined) return;
    const work = { owner: owner.peek(), bases: [...bases.peek().values()], policies: texts.policies.peek() };
    keep({ credentials: current.server.credentials, work });
  };
  effect(() => {
    const wanted = [session.value, bases.value, texts.policies.value];
    clearTimeout(timer);
    if (wanted[0] !== undefined) timer = setTimeout(flush, PAUSE);
  });
  addEventListener("pagehide", flush);
}
