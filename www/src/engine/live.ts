// An engine that follows the texts as one types: where one policy has changed, one is compiled.
import { type Diagnostic, type PolicyEngine, PolicySetError, validate } from "portcullis";
import type { PolicyTexts } from "./protocol.js";
import { type LoadedSet, loadWhole, type ReadSet, readSet } from "./set.js";

/** What is loaded, by the policies' own texts. */
interface Loaded {
  readonly engine: PolicyEngine;
  readonly each: string[];
  readonly catalogue: string | undefined;
  /** By the index of the policy in its pointer; -1 where there is none. */
  readonly diagnostics: Map<number, readonly Diagnostic[]>;
}

export class LiveSet {
  #of: PolicyTexts | undefined;
  #now: LoadedSet = { findings: [], engine: undefined };
  #loaded: Loaded | undefined;

  /** The set of the texts. While only the request is edited, nothing is done. */
  at({ policies, catalogue }: PolicyTexts): LoadedSet {
    if (this.#of?.policies === policies && this.#of.catalogue === catalogue) return this.#now;
    this.#of = undefined;
    const { findings, set } = readSet({ policies, catalogue });
    const { diagnostics, engine } = set === undefined ? { diagnostics: [], engine: undefined } : this.#follow(set);
    const placed = set === undefined ? [] : diagnostics.map(set.place);
    this.#now = { findings: [...findings, ...placed], engine };
    this.#of = { policies, catalogue };
    return this.#now;
  }

  #follow(set: ReadSet): { diagnostics: readonly Diagnostic[]; engine: PolicyEngine | undefined } {
    const index = this.#loaded === undefined ? undefined : onlyChange(this.#loaded, set);
    return this.#loaded === undefined || index === undefined
      ? this.#load(set)
      : this.#replace(this.#loaded, set, index);
  }

  #load(set: ReadSet) {
    const { diagnostics, engine } = loadWhole(set);
    // One that can't be loaded leaves the last that could: the next keystroke may mend it.
    if (engine === undefined) return { diagnostics, engine };
    this.#loaded?.engine.close();
    this.#loaded = {
      engine,
      each: [...set.each],
      catalogue: set.catalogue,
      diagnostics: byPolicy(diagnostics),
    };
    return { diagnostics, engine };
  }

  /** Compiles one policy; -1 says that all are as they were loaded. */
  #replace(loaded: Loaded, { each, catalogue }: ReadSet, index: number) {
    const { engine } = loaded;
    if (index < 0) return { diagnostics: all(loaded.diagnostics), engine };
    const policy = each[index] as string;
    const own = validate(`[${policy}]`, catalogue).diagnostics.map((one) => moved(one, index));
    const diagnostics = new Map(loaded.diagnostics).set(index, own);
    if (own.some(({ severity }) => severity === "error")) return { diagnostics: all(diagnostics), engine: undefined };
    try {
      engine.replace(policy);
    } catch (error) {
      if (!PolicySetError.is(error)) throw error;
      const found = error.diagnostics.map((one) => moved(one, index));
      return { diagnostics: all(diagnostics.set(index, found)), engine: undefined };
    }
    loaded.each[index] = policy;
    loaded.diagnostics.set(index, own);
    return { diagnostics: all(diagnostics), engine };
  }
}

/** The index of the one policy that has another text under the same id; -1 if none has, nothing if it is more than that. */
function onlyChange({ each, catalogue }: Loaded, next: ReadSet): number | undefined {
  if (catalogue !== next.catalogue || each.length !== next.each.length) return undefined;
  let changed = -1;
  for (const [index, text] of next.each.entries()) {
    if (text === each[index]) continue;
    if (changed >= 0 || idOf(text) !== idOf(each[index] as string)) return undefined;
    changed = index;
  }
  return changed;
}

function idOf(policy: string): unknown {
  return (JSON.parse(policy) as { id?: unknown } | null)?.id;
}

function byPolicy(diagnostics: readonly Diagnostic[]): Map<number, Diagnostic[]> {
  const found = new Map<number, Diagnostic[]>();
  for (const one of diagnostics) {
    const index = indexOf(one.pointer);
    found.set(index, [...(found.get(index) ?? []), one]);
  }
  return found;
}

function indexOf(pointer: string): number {
  return Number(/^\/(\d+)(?=\/|$)/.exec(pointer)?.[1] ?? -1);
}

/** A diagnostic of a policy by itself, at its place in the set. */
function moved(diagnostic: Diagnostic, index: number): Diagnostic {
  return { ...diagnostic, pointer: diagnostic.pointer.replace(/^\/0(?=\/|$)/, `/${index}`) };
}

function all(diagnostics: ReadonlyMap<number, readonly Diagnostic[]>): Diagnostic[] {
  return [...diagnostics].sort(([a], [b]) => a - b).flatMap(([, some]) => some);
}
