// Sources: policy sets as they were given, kept so that an engine can be built again, and how they load.
import type { Diagnostic } from "../types/generated/Diagnostic.js";
import { ARRAY, type Core, type CoreLoader, type Wire } from "./core.js";
import { DeepEncoder, decodeDeep, encodeDeep } from "./deep.js";
import { PolicySetError } from "./errors.js";
import { enter, type Instance } from "./instance.js";
import { splitArray } from "./split.js";
import { element, lengthOf, tagOfObject } from "./values.js";

/** Policies encoded at a time. */
const CHUNK = 64;
/** Policies compiled between two looks at the clock: two milliseconds of work. */
const STEP = 128;
/** Milliseconds that loading may hold up the event loop. */
const SLICE = 8;

/** Encodes texts into memory of its own: quicker than what the glue does with strings, and nothing is left for the collector. */
class Utf8 {
  readonly #encoder = new TextEncoder();
  #bytes = new Uint8Array(0);

  /** The text's bytes, until the next one is encoded. */
  of(text: string): Uint8Array {
    if (this.#bytes.length < 3 * text.length) this.#bytes = new Uint8Array(3 * text.length);
    return this.#bytes.subarray(0, this.#encoder.encodeInto(text, this.#bytes).written);
  }
}

/** A policy or a catalogue, as the core takes it: text as it is, anything else encoded. */
export function encodeSource(source: unknown): Wire {
  return typeof source === "string" ? source : encodeDeep(source, { capped: false }).slice();
}

/** Encodes policies piece by piece; each piece is an array of them. */
export function* encodePolicies(policies: unknown): Generator<Wire, void, void> {
  if (typeof policies === "string") return yield* splitArray(policies);
  const length = lengthOfArray(policies);
  if (length < 0) return yield encodeSource(policies);
  const encoder = new DeepEncoder({ capped: false });
  let chunk: unknown[] = [];
  for (let i = 0; i < length; i++) {
    const policy = element(policies as unknown[], i);
    if (typeof policy !== "string") chunk.push(policy);
    if (chunk.length === CHUNK || (typeof policy === "string" && chunk.length > 0)) {
      yield encoder.encode(chunk).slice();
      chunk = [];
    }
    if (typeof policy === "string") yield* splitArray(policy);
  }
  if (chunk.length > 0) yield encoder.encode(chunk).slice();
}

/** −1 for what is no array. */
export function lengthOfArray(value: unknown): number {
  try {
    const isArray = typeof value === "object" && value !== null && tagOfObject(value) === ARRAY;
    return isArray ? lengthOf(value as unknown[]) : -1;
  } catch {
    return -1;
  }
}

/** What a set begins with: a catalogue, a residual, or nothing. */
export interface Start {
  readonly catalogue?: Wire | undefined;
  readonly residual?: Wire | undefined;
}

/** A policy set as it was given, and what was changed since. */
export class Sources {
  readonly start: Start;
  readonly #pieces: Wire[] = [];
  /** By policy, the latest change; `null` where it was removed. */
  readonly #changes = new Map<string, Wire | null>();
  /** Bytes or characters of all pieces. */
  #size: number;

  constructor(start: Start) {
    this.start = start;
    this.#size = start.residual?.length ?? 0;
  }

  /** About how many bytes a rebuild has to read. */
  get size(): number {
    return this.#size;
  }

  add(piece: Wire): void {
    this.#pieces.push(piece);
    this.#size += piece.length;
  }

  replaced(policy: Wire): void {
    const value = (typeof policy === "string" ? JSON.parse(policy) : decodeDeep(policy)) as { id: string };
    this.#changes.set(value.id, policy);
  }

  removed(id: string): void {
    this.#changes.set(id, null);
  }

  /** Builds a core anew; yields wherever the event loop may have its turn. */
  *build(instance: Instance): Generator<void, Core, void> {
    const core = yield* load(instance, this.start, this.#pieces);
    for (const [id, change] of this.#changes) {
      enter(instance, () => {
        if (change === null) core.remove(id);
        else if (typeof change === "string") core.replace_text(change);
        else core.replace(change);
      });
      yield;
    }
    return core;
  }
}

/** Feeds pieces to a loader; yields wherever the event loop may have its turn. */
function* feed(instance: Instance, start: Start, pieces: Iterable<Wire>): Generator<void, CoreLoader, void> {
  const { CoreLoader } = instance.glue;
  const { catalogue, residual } = start;
  const loader = enter(instance, () =>
    residual === undefined ? new CoreLoader(...wire(catalogue)) : CoreLoader.residual(...wire(residual)),
  );
  while (!enter(instance, () => loader.step(STEP))) yield;
  const utf8 = new Utf8();
  for (const piece of pieces) {
    if (typeof piece === "string") {
      const bytes = utf8.of(piece);
      enter(instance, () => loader.push_text(bytes));
    } else enter(instance, () => loader.push(piece));
    yield;
    while (!enter(instance, () => loader.step(STEP))) yield;
  }
  return loader;
}

/** A value as the arguments text and bytes. */
function wire(value: Wire | undefined): [(string | undefined)?, Uint8Array?] {
  return typeof value === "string" ? [value] : value === undefined ? [] : [undefined, value];
}

/**
 * Loads pieces into a new core.
 * @throws PolicySetError with every finding.
 */
export function* load(instance: Instance, start: Start, pieces: Iterable<Wire>): Generator<void, Core, void> {
  const loader = yield* feed(instance, start, pieces);
  while (!enter(instance, () => loader.settle())) yield;
  try {
    return enter(instance, () => loader.finish());
  } catch (error) {
    throw refusal(error) ?? error;
  }
}

/** All findings about pieces, without a core. */
export function findings(instance: Instance, start: Start, pieces: Iterable<Wire>): Diagnostic[] {
  const loader = runNow(feed(instance, start, pieces));
  return enter(instance, () => loader.findings()) as Diagnostic[];
}

/** The error for what the core throws where policies do not load; nothing for anything else. */
export function refusal(error: unknown): PolicySetError | undefined {
  const diagnostics = (error as { diagnostics?: unknown } | null)?.diagnostics;
  return Array.isArray(diagnostics) ? new PolicySetError(diagnostics) : undefined;
}

/** Runs work to its end at once. */
export function runNow<T>(work: Generator<void, T, void>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/** Runs work in slices, between which the event loop has its turn. */
export async function runInSlices<T>(work: Generator<void, T, void>): Promise<T> {
  for (;;) {
    const end = performance.now() + SLICE;
    do {
      const { done, value } = work.next();
      if (done) return value;
    } while (performance.now() < end);
    await turn();
  }
}

interface Immediate {
  setImmediate?(done: () => void): unknown;
}

/** One turn of the event loop. */
function turn(): Promise<void> {
  const { setImmediate } = globalThis as Immediate;
  return new Promise((done) => {
    if (setImmediate !== undefined) {
      setImmediate(done);
      return;
    }
    // Timers of browsers wait four milliseconds at least.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      done();
    };
    port2.postMessage(null);
  });
}
