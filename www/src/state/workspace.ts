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

/** All of it, as it is kept, shared and undone. */
export interface Workspace extends Texts {
  readonly cases: readonly Case[];
  readonly baseline: PolicyTexts | null;
  /** Users of the matrix; none where they are those of the calls. */
  readonly users?: readonly unknown[] | undefined;
}

export const texts: Readonly<Record<keyof Texts, Signal<string>>> = {
  policies: signal(""),
  catalogue: signal(""),
  request: signal(""),
};
export const cases = signal<readonly Case[]>([]);
export const baseline = signal<PolicyTexts | null>(null);

export const users = signal<readonly unknown[] | undefined>(undefined);

export const workspace = computed<Workspace>(() => ({
  policies: texts.policies.value,
  catalogue: texts.catalogue.value,
  request: texts.request.value,
  cases: cases.value,
  baseline: baseline.value,
  ...(users.value === undefined ? {} : { users: users.value }),
}));

/** Whether a value that came from outside is a workspace. */
export function isWorkspace(value: unknown): value is Workspace {
  if (typeof value !== "object" || value === null) return false;
  const {
    policies,
    catalogue,
    request,
    cases: some,
    baseline: pinned,
    users: people,
  } = value as Record<string, unknown>;
  const areTexts = [policies, catalogue, request].every((text) => typeof text === "string");
  if (people !== undefined && !Array.isArray(people)) return false;
  return areTexts && isCases(some) && (pinned === null || isPinned(pinned));
}

function isCases(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one?.title === "string" && "request" in one);
}

function isPinned(value: unknown): boolean {
  const { policies, catalogue } = (value ?? {}) as Record<string, unknown>;
  return typeof policies === "string" && typeof catalogue === "string";
}

export function open(next: Workspace): void {
  batch(() => {
    texts.policies.value = next.policies;
    texts.catalogue.value = next.catalogue;
    texts.request.value = next.request;
    cases.value = next.cases;
    baseline.value = next.baseline;
    users.value = next.users;
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

export function starter(): Workspace {
  return fromBundle(STARTER);
}
