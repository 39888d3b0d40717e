// What would be saved: which changes a person wants, and what the server says of each before anything is written.
import { batch, computed, effect, signal } from "@preact/signals";
import { baseline, texts } from "../state/workspace.js";
import { wordsOf } from "./errors.js";
import type { Bases } from "./merge.js";
import { textOf } from "./policies.js";
import { astray, changes, type Row } from "./rows.js";
import { bases, epoch, owner, session, trouble, troubled } from "./session.js";
import { jsonOf } from "./text.js";
import type { Validation } from "./wire.js";

/** Validations that are asked for at a time. */
const TOGETHER = 4;

/** What a person has chosen of each change, by id. */
export const ticks = signal<ReadonlyMap<string, boolean>>(new Map());

export const checking = signal(false);

interface Review {
  /** The text and what it is based on. */
  readonly of: string;
  readonly on: Bases;
  readonly results: ReadonlyMap<string, Validation>;
}

const last = signal<Review | undefined>(undefined);

/** What the server says of the changes as they stand; nothing until it was asked about these. */
export const review = computed(() => {
  const { of, on, results } = last.value ?? {};
  return of === texts.policies.value && on === bases.value ? results : undefined;
});

/** What is removed goes only where a person says so; so does what was never the server's. */
export function isTicked({ id, state, obstacle }: Row): boolean {
  if (obstacle !== undefined) return false;
  return ticks.value.get(id) ?? (state !== "removed" && !astray.value);
}

export function tick(id: string, on: boolean): void {
  ticks.value = new Map(ticks.peek()).set(id, on);
}

/** What was chosen counts for one save. */
export function untick(ids: Iterable<string>): void {
  const next = new Map(ticks.peek());
  for (const id of ids) next.delete(id);
  ticks.value = next;
}

effect(() => {
  if (epoch.value > 0) ticks.value = new Map();
});

/** What would be saved, in the order in which it would be. */
export const chosen = computed(() => changes.value.filter(isTicked).sort((a, b) => looseness(a) - looseness(b)));

/** Whether the server was asked about each of them. */
export const isChecked = computed(() => {
  const results = review.value;
  return results !== undefined && chosen.value.every(({ id, state }) => state === "removed" || results.has(id));
});

/** Those of them that the server would take. */
export const sound = computed(() => {
  const results = review.value;
  return results === undefined
    ? []
    : chosen.value.filter(({ id, state }) => state === "removed" || results.get(id)?.valid === true);
});

/** What restricts comes first and what opens last, so that nothing is looser on the way than before or after. */
function looseness({ state, own, base }: Row): number {
  const effect = own?.value["effect"] ?? base?.policy.effect;
  const opens = state === "removed" ? effect !== "allow" : effect === "allow";
  if (state === "changed") return 1;
  return opens ? 2 : 0;
}

/** Asks the server about each change, and sets the baseline to what the server has, so that the effect is that of these. */
export async function check(): Promise<void> {
  const current = session.peek();
  if (current === undefined || checking.peek()) return;
  const [of, on] = [texts.policies.peek(), bases.peek()];
  const waiting = chosen.peek().filter(({ state }) => state !== "removed");
  const results = new Map<string, Validation>();
  batch(() => {
    checking.value = true;
    trouble.value = undefined;
    pinServer();
  });
  try {
    const work = async () => {
      for (let row = waiting.shift(); row !== undefined; row = waiting.shift()) {
        const body = bodyOf(row);
        if (body !== undefined) results.set(row.id, await current.server.validate(body));
      }
    };
    await Promise.all(Array.from({ length: TOGETHER }, work));
    last.value = { of, on, results };
  } catch (error) {
    troubled(`The changes can’t be checked. ${wordsOf(error)}`, error);
  } finally {
    checking.value = false;
  }
}

/** As it is sent; nothing for what is deleted. */
export function bodyOf({ id, state }: Row): string | undefined {
  // A tenant's new policy is given its id by the server.
  return state === "removed" ? undefined : jsonOf(id, state !== "new" || owner.peek() === null);
}

/** Makes the server's policies those that an edit is compared with. */
export function pinServer(): void {
  const policies = textOf([...bases.peek().values()].map(({ policy }) => policy));
  const { catalogue = "" } = session.peek() ?? {};
  if (baseline.peek()?.policies === policies && baseline.peek()?.catalogue === catalogue) return;
  baseline.value = { policies, catalogue };
}
