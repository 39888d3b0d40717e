// What an edit does to many requests: decided by the pinned policies and by the edited ones.
import { batch, computed, effect, signal } from "@preact/signals";
import { EngineClient } from "../engine/client.js";
import type { Comparison, PolicyTexts } from "../engine/protocol.js";
import { requestSet } from "./request-set.js";
import { baseline, texts } from "./workspace.js";

/** Milliseconds after a keystroke. */
const PAUSE = 250;

export const comparison = signal<Comparison | undefined>(undefined);
export const running = signal(false);
/** Why there is none. */
export const refusal = signal<string | undefined>(undefined);

const current = computed<PolicyTexts>(() => ({
  policies: texts.policies.value,
  catalogue: texts.catalogue.value,
}));

/** Whether the policies are others than the pinned ones. */
export const edited = computed(() => {
  const pinned = baseline.value;
  return (
    pinned !== null && (pinned.policies !== current.value.policies || pinned.catalogue !== current.value.catalogue)
  );
});

const client = new EngineClient();
let turn = 0;

async function compare(before: PolicyTexts, after: PolicyTexts, requests: Blob): Promise<void> {
  const mine = ++turn;
  running.value = true;
  refusal.value = undefined;
  const take = (result: Comparison | undefined, refused?: string) => {
    if (mine !== turn) return;
    batch(() => {
      comparison.value = result;
      refusal.value = refused;
    });
  };
  try {
    const progress = (answer: { kind: string; comparison?: Comparison }) => {
      if (answer.comparison === undefined || answer.comparison.done || mine !== turn) return false;
      take(answer.comparison);
      return true;
    };
    const answer = await client.ask({ kind: "compare", comparing: { before, after, requests } }, progress);
    if (answer.kind === "comparison") take(answer.comparison);
  } catch (error) {
    take(undefined, (error as Error).message);
  } finally {
    if (mine === turn) running.value = false;
  }
}

/** Ends a comparison; what has been counted so far stays. */
export function stop(): void {
  turn++;
  running.value = false;
  client.tell({ kind: "stop" });
}

export function pin(): void {
  baseline.value = current.value;
}

export function backToBaseline(): void {
  const pinned = baseline.value;
  if (pinned === null) return;
  texts.policies.value = pinned.policies;
  texts.catalogue.value = pinned.catalogue;
}

export function startComparing(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    const after = current.value;
    const before = baseline.value;
    const { blob } = requestSet.value;
    clearTimeout(timer);
    stop();
    if (before === null || !edited.value || blob.size === 0) {
      comparison.value = undefined;
      refusal.value = undefined;
      return;
    }
    timer = setTimeout(() => compare(before, after, blob), PAUSE);
  });
}
