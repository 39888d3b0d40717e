// The policies as a form sees them: read from the text, and changed in it.
import { computed, signal } from "@preact/signals";
import { type Edit, EditError, edited } from "../source/edit.js";
import { formatJson } from "../source/format.js";
import { read } from "../source/read.js";
import { type Source, SourceError } from "../source/source.js";
import { type Path, trailOf } from "../source/tree.js";
import { isTooLong } from "./catalogue.js";
import { notify } from "./notices.js";
import { isRecord } from "./schema-types.js";
import { texts } from "./workspace.js";

export type PolicyValue = Readonly<Record<string, unknown>>;

export type Form =
  | {
      readonly policies: readonly { readonly path: Path; readonly value: PolicyValue }[];
      readonly list: Path | undefined;
      readonly source: Source | undefined;
    }
  /** Why the text can't be shown as a form, and where it goes wrong. */
  | { readonly problem: string; readonly at: number };

/** Which policy the form shows. */
export const chosen = signal(0);

/** What is to have the focus once it is there: a path, or one with `/add` behind it. */
export const focusNext = signal<string | undefined>(undefined);

/** Whether nothing is written yet. */
export const isEmpty = computed(() => texts.policies.value.trim() === "");

export const form = computed<Form>(() => formOf(texts.policies.value));

/** The policies of a text, with their places. */
export function formOf(text: string): Form {
  if (isTooLong(text)) return { problem: "This is too long for the form. Edit it in the text.", at: 0 };
  if (text.trim() === "") return { policies: [], list: undefined, source: undefined };
  try {
    const source = read(text);
    const { value } = source;
    if (Array.isArray(value)) return { policies: policiesAt([], value), list: [], source };
    if (!isRecord(value)) return { problem: "The text holds no policies. Write a list of them.", at: 0 };
    if (Array.isArray(value["policies"]))
      return { policies: policiesAt(["policies"], value["policies"]), list: ["policies"], source };
    return { policies: [{ path: [], value }], list: undefined, source };
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return { problem: `The text can’t be read just now: ${error.message}.`, at: error.range.from };
  }
}

function policiesAt(list: Path, values: readonly unknown[]) {
  return values.map((value, index) => ({ path: [...list, index], value: isRecord(value) ? value : {} }));
}

/** Where a policy of the form begins in the text. */
export function offsetOf(index: number): number {
  const current = form.peek();
  if ("problem" in current) return current.at;
  const path = current.policies[index]?.path;
  return path === undefined || current.source === undefined
    ? 0
    : (trailOf(current.source.tree(), path).at(-1)?.from ?? 0);
}

/** Shows the policy in which the cursor stands. */
export function chooseAt(offset: number): void {
  const current = form.peek();
  if ("problem" in current || current.source === undefined) return;
  const root = trailOf(current.source.tree(), current.list ?? []).at(-1);
  const index = root?.entries.findIndex(({ node }) => node.from <= offset && offset <= node.to) ?? -1;
  if (current.list !== undefined && index >= 0) chosen.value = index;
}

/** Changes one value of a text; what can't be changed is told, and nothing is lost. */
export function changeText(name: "policies" | "request", edit: Edit): void {
  try {
    texts[name].value = edited(texts[name].peek(), edit);
  } catch (error) {
    if (!(error instanceof EditError || error instanceof SourceError)) throw error;
    notify("error", error.message);
  }
}

export function change(edit: Edit): void {
  changeText("policies", edit);
}

export function addPolicy(): void {
  const current = form.peek();
  if ("problem" in current) return;
  const { policies, list } = current;
  const policy = {
    id: freshId(policies.map(({ value }) => value["id"])),
    name: "A new policy",
    scope: "global",
    effect: "deny",
    rule_expr: { when: { field: "run.mode", eq: "auto" } },
  };
  if (list === undefined) {
    const [alone] = policies;
    if (alone === undefined) texts.policies.value = `${formatJson([policy])}\n`;
    else change({ path: [], set: [alone.value, policy] });
  } else change({ path: list, append: policy });
  chosen.value = policies.length;
}

export function removePolicy(index: number): void {
  const current = form.peek();
  if ("problem" in current || current.list === undefined) return;
  change({ path: [...current.list, index], remove: true });
  chosen.value = Math.max(0, index - 1);
}

function freshId(taken: readonly unknown[]): string {
  for (let number = 1; ; number++) if (!taken.includes(`policy-${number}`)) return `policy-${number}`;
}

/** What has to go for a condition to go: groups that would be left empty go with it. */
export function withoutCondition(policy: PolicyValue, path: Path): Path {
  const parent = path.slice(0, -1);
  const held = parent.reduce<unknown>((inner, name) => (inner as Record<string | number, unknown>)[name], policy);
  const isOnly = Array.isArray(held) ? held.length === 1 : path.at(-1) === "not";
  if (!isOnly) return path;
  // The list's own key, `all` or `any`, goes with the group that it is in.
  return withoutCondition(policy, Array.isArray(held) ? parent.slice(0, -1) : parent);
}
