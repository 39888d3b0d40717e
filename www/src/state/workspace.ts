// What the person works on: the texts of the editors, the requests that came with them, and the pinned policies.
import { computed, type Signal, signal } from "@preact/signals";
import type { PolicyTexts, Texts } from "../engine/protocol.js";
import { formatJson } from "../source/format.js";
import { STARTER } from "./starter.js";

/** A request with a name, as examples have them. */
export interface Case {
  readonly title: string;
  readonly request: unknown;
}

/** All of it, as it is kept, shared and undone. */
export interface Workspace extends Texts {
  readonly cases: readonly Case[];
  readonly baseline: PolicyTexts | null;
}

export const texts: Readonly<Record<keyof Texts, Signal<string>>> = {
  policies: signal(""),
  catalogue: signal(""),
  request: signal(""),
};
export const cases = signal<readonly Case[]>([]);
export const baseline = signal<PolicyTexts | null>(null);

export const workspace = computed<Workspace>(() => ({
  policies: texts.policies.value,
  catalogue: texts.catalogue.value,
  request: texts.request.value,
  cases: cases.value,
  baseline: baseline.value,
}));

export function open(next: Workspace): void {
  texts.policies.value = next.policies;
  texts.catalogue.value = next.catalogue;
  texts.request.value = next.request;
  cases.value = next.cases;
  baseline.value = next.baseline;
}

/** A set of policies with its requests, as examples and exports hold it. */
export interface Bundle {
  readonly title?: string;
  readonly policies: unknown;
  readonly catalogue?: unknown;
  readonly cases?: readonly Case[];
}

export function fromBundle({ policies, catalogue, cases = [] }: Bundle): Workspace {
  const policiesText = `${formatJson(policies)}\n`;
  const catalogueText = catalogue === undefined || catalogue === null ? "" : `${formatJson(catalogue)}\n`;
  return {
    policies: policiesText,
    catalogue: catalogueText,
    request: cases[0] === undefined ? texts.request.peek() : `${formatJson(cases[0].request)}\n`,
    cases: cases.map(({ title, request }) => ({ title, request })),
    // What an edit changes is seen from the example as it came.
    baseline: { policies: policiesText, catalogue: catalogueText },
  };
}

export function starter(): Workspace {
  return fromBundle(STARTER);
}
