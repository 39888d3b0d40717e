// The editor's policies by their ids, and changes of them that come from the server.
import { computed } from "@preact/signals";
import { type Edit, edited } from "../source/edit.js";
import { form, formOf, type PolicyValue } from "../state/form.js";
import { texts } from "../state/workspace.js";
import type { Step } from "./merge.js";
import { written } from "./policies.js";

/** What keeps the text from being changed. */
export class TextError extends Error {}

/** The policies of the editor; why they can't be told where they can't. */
export const mine = computed(() => {
  const current = form.value;
  return "problem" in current ? current : current.policies;
});

/** Those that have an id of their own. @throws TextError */
export function mineById(): ReadonlyMap<string, PolicyValue> {
  return new Map(policiesOf(texts.policies.peek()).policies.map(({ value }) => [String(value["id"]), value]));
}

/** Changes the text as one edit, which one undo takes back. @throws TextError */
export function apply(steps: readonly Step[]): void {
  if (steps.length > 0) texts.policies.value = steps.reduce(withStep, texts.policies.peek());
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
