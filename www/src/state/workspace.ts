// What the person works on: the texts of the editors, the requests that came with them, and the pinned policies.
import { batch, computed, type Signal, signal } from "@preact/signals";
import type { PolicyTexts, Texts } from "../engine/protocol.js";
import { formatJson } from "../source/format.js";
import { STARTER } from "./starter.js";

/** A request with a name, as examples have them. */
export interface Case {
  readonly title: string;
  readonly request: unknown;
}

/** Requests that a person brought, for an edit to be tried on. */
export interface RequestSet {
  /** None where they are not to be kept: what a server has logged goes with the tab. */
  readonly id?: string | undefined;
  readonly name: string;
  readonly blob: Blob;
}

/** All of it, as it is kept, shared and undone. */
export interface Workspace extends Texts {
  readonly cases: readonly Case[];
  readonly baseline: PolicyTexts | null;
  /** Users of the matrix; none where they are those of the calls. */
  readonly users?: readonly unknown[] | undefined;
  /** None while they are the cases. */
  readonly requests?: RequestSet | undefined;
}

export const texts: Readonly<Record<keyof Texts, Signal<string>>> = {
  policies: signal(""),
  catalogue: signal(""),
  request: signal(""),
};
export const cases = signal<readonly Case[]>([]);
export const baseline = signal<PolicyTexts | null>(null);

export const users = signal<readonly unknown[] | undefined>(undefined);
export const brought = signal<RequestSet | undefined>(undefined);

export const workspace = computed<Workspace>(() => ({
  policies: texts.policies.value,
  catalogue: texts.catalogue.value,
  request: texts.request.value,
  cases: cases.value,
  baseline: baseline.value,
  ...(users.value === undefined ? {} : { users: users.value }),
  ...(brought.value === undefined ? {} : { requests: brought.value }),
}));

/** Counts what was opened: from there on, what was done before is not undone edit by edit. */
export const opened = signal(0);

export function open(next: Workspace): void {
  batch(() => {
    texts.policies.value = next.policies;
    texts.catalogue.value = next.catalogue;
    texts.request.value = next.request;
    cases.value = next.cases;
    baseline.value = next.baseline;
    users.value = next.users;
    brought.value = next.requests;
    opened.value++;
  });
}

/** A set of policies with its requests, as examples and exports hold it. */
export interface Bundle {
  readonly title?: string;
  readonly policies: unknown;
  readonly catalogue?: unknown;
  readonly cases?: readonly Case[];
  /** Whom the matrix shows, where the calls are all of one. */
  readonly users?: readonly unknown[];
}

export function fromBundle({ policies, catalogue, cases = [], users }: Bundle): Workspace {
  const policiesText = `${formatJson(policies)}\n`;
  const catalogueText = catalogue === undefined || catalogue === null ? "" : `${formatJson(catalogue)}\n`;
  return {
    policies: policiesText,
    catalogue: catalogueText,
    request: cases[0] === undefined ? texts.request.peek() : `${formatJson(cases[0].request)}\n`,
    cases: cases.map(({ title, request }) => ({ title, request })),
    // What an edit changes is seen from the example as it came.
    baseline: { policies: policiesText, catalogue: catalogueText },
    ...(users === undefined ? {} : { users }),
  };
}

/** What a visitor finds. */
export function starter(): Workspace {
  return fromBundle(STARTER);
}
