// Writes the changes that were checked, each against the revision that it is based on, and says what came of each.
import { batch, effect, signal } from "@preact/signals";
import { dismiss, notice, notify } from "../state/notices.js";
import { ServerError, wordsOf } from "./errors.js";
import { bodyOf, pinServer, sound, untick } from "./review.js";
import type { Row } from "./rows.js";
import { epoch, type Session, session, setBase, setConflict } from "./session.js";
import { apply, mineById, setMember } from "./text.js";
import type { Saved, StoredPolicy } from "./wire.js";

export type Outcome =
  | { readonly kind: "saved"; readonly name: string; readonly revision: number }
  /** With what brings it back. */
  | { readonly kind: "deleted"; readonly name: string; readonly revision: number; readonly policy: StoredPolicy }
  | { readonly kind: "refused"; readonly name: string; readonly error: ServerError }
  /** An earlier one failed, so this was not tried. */
  | { readonly kind: "waiting"; readonly name: string };

/** What came of the last save, by id. */
export const outcomes = signal<ReadonlyMap<string, Outcome>>(new Map());
export const saving = signal(false);

effect(() => {
  if (epoch.value > 0) outcomes.value = new Map();
});

interface Job {
  readonly row: Row;
  /** As it is sent; none for what is deleted. */
  readonly body: string | undefined;
}

/** Writes what was checked. It ends with the first that fails: those after it may only be right together with that. */
export async function save(): Promise<void> {
  const current = session.peek();
  if (current === undefined || saving.peek()) return;
  // As they stand now: what is typed meanwhile is another change.
  const jobs: Job[] = sound.peek().map((row) => ({ row, body: bodyOf(row) }));
  const done = new Map<string, Outcome>();
  saving.value = true;
  outcomes.value = done;
  // It would stand in the way of what is told now.
  if (notice.peek()?.kind === "info") dismiss();
  try {
    for (const [index, job] of jobs.entries()) {
      const outcome = await attempt(current, job);
      done.set(job.row.id, outcome);
      if (outcome.kind === "refused") {
        for (const { row } of jobs.slice(index + 1)) done.set(row.id, { kind: "waiting", name: row.name });
        break;
      }
    }
  } finally {
    batch(() => {
      outcomes.value = new Map(done);
      untick([...done].flatMap(([id, { kind }]) => (kind === "saved" || kind === "deleted" ? [id] : [])));
      saving.value = false;
      pinServer();
    });
  }
}

async function attempt({ server }: Session, { row, body }: Job): Promise<Outcome> {
  const { id, name, base } = row;
  try {
    if (base === undefined) return taken(row, await server.create(body ?? ""));
    if (body === undefined) {
      const revision = await server.delete(id, base.policy.revision);
      setBase(id, undefined);
      return { kind: "deleted", name, revision, policy: base.policy };
    }
    let { revision } = base.policy;
    if (base.deleted !== undefined) {
      // Back as it was first, and then as it is here.
      const { policy } = await server.restore(id, revision, base.deleted);
      setBase(id, policy);
      revision = policy.revision;
    }
    return taken(row, await server.replace(id, revision, body));
  } catch (thrown) {
    const error = thrown instanceof ServerError ? thrown : new ServerError(wordsOf(thrown), UNEXPECTED);
    if (error.status === 412 || error.code === "policy_not_found") await look(server, id);
    return { kind: "refused", name, error };
  }
}

const UNEXPECTED = { status: 0, code: "unexpected", remedy: "Look for changes, and see what was saved." };

function taken(row: Row, { policy }: Saved): Outcome {
  setBase(policy.id, policy);
  if (policy.id !== row.id) rename(row.id, policy.id);
  return { kind: "saved", name: policy.name, revision: policy.revision };
}

/** The id that the server gave goes into the text. */
function rename(from: string, to: string): void {
  try {
    setMember(from, "id", to);
  } catch (error) {
    notify("error", `“${from}” is saved under the id ${to}. Write that into the text: ${(error as Error).message}`);
  }
}

/** What is there now, in place of what was read. */
async function look(server: Session["server"], id: string): Promise<void> {
  try {
    setConflict(id, await server.policy(id));
  } catch {
    // The next look at the server finds it.
  }
}

/** Brings back what was deleted here. */
export async function undelete(id: string): Promise<void> {
  const current = session.peek();
  const outcome = outcomes.peek().get(id);
  if (current === undefined || outcome?.kind !== "deleted") return;
  const { policy, revision, name } = outcome;
  try {
    const saved = await current.server.restore(id, policy.revision, revision);
    adopt(saved.policy);
    outcomes.value = new Map(outcomes.peek()).set(id, { kind: "saved", name, revision: saved.policy.revision });
  } catch (error) {
    notify("error", `“${name}” was not brought back. ${wordsOf(error)}`);
  }
}

/** Takes a policy from the server into the editor, in place of what is there. */
export function adopt(policy: StoredPolicy): void {
  batch(() => {
    try {
      apply([mineById().has(policy.id) ? { id: policy.id, set: policy } : { add: policy }]);
    } catch (error) {
      // What was read says so, and the difference is seen once the text can be read again.
      notify("error", `The server has it, and the editor does not: ${(error as Error).message}`);
    }
    setBase(policy.id, policy);
    setConflict(policy.id, undefined);
    pinServer();
  });
}
