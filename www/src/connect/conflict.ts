// Policies that were changed here and on the server: a person chooses, and nothing is written by that.
import { batch } from "@preact/signals";
import { notify } from "../state/notices.js";
import { wordsOf } from "./errors.js";
import type { Row } from "./rows.js";
import { adopt } from "./save.js";
import { session, setBase, setConflict } from "./session.js";
import { apply } from "./text.js";

/** What is here stays, based on what is there: the next save replaces that. */
export async function keepMine({ id, base, own, conflict }: Row): Promise<void> {
  if (conflict === undefined) return;
  const { theirs } = conflict;
  if (theirs !== null) {
    batch(() => {
      setBase(id, theirs);
      setConflict(id, undefined);
    });
    return;
  }
  const { server } = session.peek() ?? {};
  if (server === undefined || base === undefined || own === undefined) return;
  try {
    // It is brought back from the revision that says that it is gone.
    const [last] = (await server.revisions(id)).items;
    batch(() => {
      setBase(id, base.policy, last?.revision);
      setConflict(id, undefined);
    });
  } catch (error) {
    notify("error", `Its revisions can’t be read. ${wordsOf(error)}`);
  }
}

/** What is there takes the place of what is here; undo brings the text back. */
export function takeTheirs({ id, conflict }: Row): void {
  if (conflict === undefined) return;
  if (conflict.theirs !== null) {
    adopt(conflict.theirs);
    return;
  }
  batch(() => {
    apply([{ id, remove: true }]);
    setBase(id, undefined);
    setConflict(id, undefined);
  });
}

/** Makes a policy of the editor again what was read. */
export function putBack({ id, base, own }: Row): void {
  if (base === undefined) apply([{ id, remove: true }]);
  else apply([own === undefined ? { add: base.policy } : { id, set: base.policy }]);
}
