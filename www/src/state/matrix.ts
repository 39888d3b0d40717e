// Which tools which users may call, whatever the arguments: kept up with the texts once it is in sight.
import { computed, effect, signal } from "@preact/signals";
import type { Preview, PreviewCell } from "portcullis";
import { entityOf } from "../call/entity.js";
import { analysis, client } from "./analysis.js";
import { catalogue, request } from "./catalogue.js";
import { isEmpty } from "./form.js";
import { isRecord } from "./schema-types.js";
import { cases, opened, texts, users } from "./workspace.js";

/** Milliseconds after the decision, which comes first. */
const PAUSE = 120;
/** Of a matrix that people can still look at. */
const MOST_USERS = 12;
const MOST_TOOLS = 1000;

/** Whether the matrix has been in sight: until then nobody waits for it. */
export const wanted = signal(false);

/** Those of the calls, until a person names others. */
export const people = computed<readonly unknown[]>(() => users.value ?? callers.value.slice(0, MOST_USERS));
const callers = computed(() => distinct(calls.value, "user"));
const calls = computed(() => [request.value, ...cases.value.map((one) => one.request)]);

export const tools = computed(() => allTools.value.slice(0, MOST_TOOLS));
const allTools = computed<readonly Readonly<Record<string, unknown>>[]>(() => {
  const known = catalogue.value.tools.map(entityOf);
  return (known.length > 0 ? known : distinct(calls.value, "tool")).filter(isRecord);
});

/** What the matrix does not show, in words; nothing where it shows all. */
export const leftOut = computed(() => {
  const [some, all] = [tools.value.length, allTools.value.length];
  const parts = [
    ...(all > some ? [`the first ${some} of ${all} tools`] : []),
    ...(users.value === undefined && callers.value.length > MOST_USERS
      ? [`the first ${MOST_USERS} of ${callers.value.length} people in the calls`]
      : []),
  ];
  return parts.length === 0 ? "" : `Shown are ${parts.join(" and ")}.`;
});

/** What stands under a name in requests, each once. */
function distinct(requests: readonly unknown[], name: string): unknown[] {
  const found = new Map<string, unknown>();
  for (const one of requests) {
    const value = isRecord(one) ? one[name] : undefined;
    const key = isRecord(value) ? JSON.stringify([value["id"], value["roles"]]) : "";
    if (isRecord(value) && !found.has(key)) found.set(key, value);
  }
  return [...found.values()];
}

export interface Shown {
  readonly users: readonly unknown[];
  readonly tools: readonly Readonly<Record<string, unknown>>[];
  readonly cells: readonly PreviewCell[];
  /** The work it is of, as `opened` counts them. */
  readonly work: number;
}

export const matrix = signal<Shown | undefined>(undefined);
/** Why there is none. */
export const trouble = signal<string | undefined>(undefined);

function now() {
  return { policies: texts.policies.peek(), catalogue: texts.catalogue.peek(), request: texts.request.peek() };
}

/** Why policies decide nothing. */
export function unloaded(): string {
  return isEmpty.value ? "Nothing is written yet." : "Mend the errors first: policies load whole or not at all.";
}

let turn = 0;

async function ask({ users, tools, work }: Omit<Shown, "cells">): Promise<void> {
  const mine = ++turn;
  try {
    const answer = await client.ask({ kind: "matrix", matrix: { texts: now(), users, tools } });
    if (mine !== turn || answer.kind !== "matrix") return;
    const cells = answer.matrix?.cells;
    trouble.value = cells === undefined ? unloaded() : undefined;
    // What was there stays in sight, so that nothing jumps while one types.
    if (cells !== undefined) matrix.value = { users, tools, cells, work };
    else if (matrix.peek()?.work !== work) matrix.value = undefined;
  } catch (error) {
    if (mine === turn) trouble.value = (error as Error).message;
  }
}

/** The policies that decide a cell, and on what they depend. */
export async function cellPreview(user: unknown, tool: unknown): Promise<Preview | undefined> {
  const answer = await client.ask({ kind: "cell", texts: now(), user, tool });
  return answer.kind === "cell" ? answer.preview : undefined;
}

export function startMatrix(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    const asked = { users: people.value, tools: tools.value, work: opened.value };
    const ready = analysis.value.of !== undefined && wanted.value;
    clearTimeout(timer);
    if (!ready) return;
    if (asked.users.length === 0 || asked.tools.length === 0) {
      matrix.value = undefined;
      return;
    }
    timer = setTimeout(() => ask(asked), PAUSE);
  });
}
