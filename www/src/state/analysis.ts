// What the engine says of the texts, kept up with them.
import { computed, effect, signal } from "@preact/signals";
import { EngineClient } from "../engine/client.js";
import type { Analysis, Finding, Texts } from "../engine/protocol.js";
import { formatOf } from "../source/source.js";
import { isEmpty } from "./form.js";
import { notify } from "./notices.js";
import { texts } from "./workspace.js";

/** Milliseconds after a keystroke; a larger text waits longer. */
const PAUSE = 20;
const PAUSE_LARGE = 500;
const LARGE = 2_000_000;

/** Holds the policies that are being edited. */
export const client = new EngineClient();

const empty: Analysis = { findings: [], outcome: undefined };
/** The last analysis, with the texts that it is of. */
export const analysis = signal<{ readonly of: Texts | undefined; readonly result: Analysis }>({
  of: undefined,
  result: empty,
});
/** Why there is none. */
export const failure = signal<string | undefined>(undefined);

export const errors = computed(() => analysis.value.result.findings.filter(({ severity }) => severity === "error"));

/** Findings of one editor, where they are of the text that it shows. That nothing is written yet is none. */
export function findingsOf(name: keyof Texts): readonly Finding[] {
  const { of, result } = analysis.value;
  if (name === "policies" && isEmpty.value) return [];
  return of?.[name] === texts[name].value ? result.findings.filter((finding) => finding.in === name) : [];
}

let asked = 0;

async function analyse(now: Texts): Promise<void> {
  const turn = ++asked;
  try {
    const answer = await client.ask({ kind: "analyse", texts: now });
    if (turn !== asked || answer.kind !== "analysis") return;
    analysis.value = { of: now, result: answer.analysis };
    failure.value = undefined;
  } catch (error) {
    if (turn !== asked) return;
    // A verdict on what stood there before is none on this.
    analysis.value = { of: undefined, result: empty };
    failure.value = (error as Error).message;
  }
}

export function startAnalysis(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    const now = { policies: texts.policies.value, catalogue: texts.catalogue.value, request: texts.request.value };
    clearTimeout(timer);
    const size = now.policies.length + now.catalogue.length + now.request.length;
    timer = setTimeout(() => analyse(now), size > LARGE ? PAUSE_LARGE : PAUSE);
  });
}

/** Writes the policies in the other format. Undo brings them back as they were, with their comments. */
export async function convertPolicies(): Promise<void> {
  const text = texts.policies.value;
  const to = formatOf(text) === "json" ? "yaml" : "json";
  try {
    const answer = await client.ask({ kind: "convert", text, to });
    if (answer.kind === "converted" && texts.policies.value === text) texts.policies.value = answer.text;
  } catch (error) {
    notify("error", `The policies stay as they are: ${(error as Error).message}.`);
  }
}
