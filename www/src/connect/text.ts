// The editor's policies by their ids, and changes of them that come from the server.
import { computed, effect, signal } from "@preact/signals";
import { type Edit, edited } from "../source/edit.js";
import { formatJson } from "../source/format.js";
import { formatOf } from "../source/source.js";
import { formOf, type PolicyValue } from "../state/form.js";
import { texts } from "../state/workspace.js";
import type { Step } from "./merge.js";
import { written } from "./policies.js";

/** What keeps the text from being changed. */
export class TextError extends Error {}

/** Characters of a text that is read with each keystroke; a larger one once a person pauses. */
const SMALL = 100_000;
/** Milliseconds. */
const PAUSE = 150;

const settled = signal(texts.policies.peek());

/** The policies of the editor; why they can't be told where they can't. */
export const mine = computed(() => {
  const current = formOf(settled.value);
  return "problem" in current ? current : current.policies;
});

/** What did not come from typing is read at once. */
export function settle(): void {
  settled.value = texts.policies.peek();
}

/** Follows the editor from now on. */
export function startReading(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    const text = texts.policies.value;
    clearTimeout(timer);
    if (text.length <= SMALL) settle();
    else timer = setTimeout(settle, PAUSE);
  });
}

/** Those that have an id of their own. @throws TextError */
export function mineById(): ReadonlyMap<string, PolicyValue> {
  return new Map(policiesOf(texts.policies.peek()).policies.map(({ value }) => [String(value["id"]), value]));
}

/** Changes above which JSON is written anew as a whole: one by one they would be felt. */
const MANY = 10;

/** Changes the text as one edit, which one undo takes back. @throws TextError */
export function apply(steps: readonly Step[]): void {
  const text = texts.policies.peek();
  if (steps.length > MANY && formatOf(text) === "json") texts.policies.value = withAll(text, steps);
  else if (steps.length > 0) texts.policies.value = steps.reduce(withStep, text);
  settle();
}

function withAll(text: string, steps: readonly Step[]): string {
  const { policies, list } = policiesOf(text);
  const byId = new Map(steps.flatMap((step) => ("add" in step ? [] : [[step.id, step] as const])));
  const kept = policies.flatMap(({ value }) => {
    const step = byId.get(String(value["id"]));
    if (step === undefined) return [value];
    return "set" in step ? [written(step.set)] : [];
  });
  const added = steps.flatMap((step) => ("add" in step ? [written(step.add)] : []));
  const all = [...kept, ...added];
  return list === undefined || list.length === 0 ? `${formatJson(all)}\n` : edited(text, { path: list, set: all });
}

function withStep(text: string, step: Step): string {
  const { policies, list } = policiesOf(text);
  if ("add" in step) {
    const policy = written(step.add);
    if (policies.length === 0) return edited("[]", { path: [], append: policy });
    if (list === undefined) return edited(text, { path: [], set: [policies[0]?.value, policy] });
    return edited(text, { path: list, append: policy });
  }
  const at = policies.find(({ value }) => value["id"] === step.id);
  if (at === undefined) return text;
  if ("set" in step) return edited(text, { path: at.path, set: written(step.set) });
  return list === undefined ? "[]\n" : edited(text, { path: at.path, remove: true });
}

/** Changes one member of a policy, by its id. @throws TextError */
export function setMember(id: string, name: string, value: unknown): void {
  const text = texts.policies.peek();
  const at = policiesOf(text).policies.find((one) => one.value["id"] === id);
  if (at !== undefined) texts.policies.value = edited(text, { path: [...at.path, name], set: value });
  settle();
}

/** One policy as JSON text as it was written, without its id where the server gives it one. */
export function jsonOf(id: string, withId: boolean): string | undefined {
  const { policies, source } = policiesOf(texts.policies.peek());
  const at = policies.find(({ value }) => value["id"] === id);
  if (at === undefined || source === undefined) return undefined;
  const text = source.part(at.path);
  const edit: Edit = { path: ["id"], remove: true };
  return withId ? text : edited(text, edit);
}

function policiesOf(text: string) {
  const found = formOf(text);
  if ("problem" in found) throw new TextError(found.problem);
  return found;
}
