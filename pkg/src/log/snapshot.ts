// Copies of requests, made while they are decided: what a caller changes afterwards is not logged.
import type { Json } from "./canonical.js";

/** A copy, and whether it is what was decided, to the letter. */
export interface Copied {
  readonly value: Json;
  readonly exact: boolean;
  /** Bytes that it takes, about. */
  readonly bytes: number;
}

/** Paths, as a tree; `true` where one ends. */
export type Paths = { readonly [key: string]: Paths | true };

const DEEPEST = 64;
/** What a value takes beside its characters, about. */
const EACH = 16;

/** A tree of paths such as `["input"]` and `["user", "email"]`. */
export function pathsOf(paths: readonly (readonly string[])[]): Paths {
  const tree: Record<string, Paths | true> = Object.create(null);
  for (const [first, ...rest] of paths) {
    if (first === undefined) continue;
    const below = tree[first];
    if (rest.length === 0 || below === true) tree[first] = true;
    else tree[first] = { ...below, ...mergedInto(below, pathsOf([rest])) };
  }
  return tree;
}

function mergedInto(tree: Paths | undefined, more: Paths): Paths {
  const merged: Record<string, Paths | true> = Object.assign(Object.create(null), tree);
  for (const [key, below] of Object.entries(more)) {
    const there = merged[key];
    merged[key] = there === true || below === true ? true : mergedInto(there, below);
  }
  return merged;
}

/** Text that every database and every JSON parser takes. */
export function plainText(text: string): string {
  const wellFormed = (text as string & { toWellFormed(): string }).toWellFormed();
  return wellFormed.includes("\0") ? wellFormed.replaceAll("\0", "\uFFFD") : wellFormed;
}

/** Copies data up to a number of bytes. What is left out, changed or no data makes the copy inexact. */
export function copied(value: unknown, omit: Paths, mostBytes: number): Copied {
  const copier = new Copier(mostBytes);
  const copy = copier.copy(value, omit, 0);
  return { value: copy, exact: copier.exact, bytes: copier.bytes };
}

class Copier {
  exact = true;
  bytes = 0;
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  copy(value: unknown, omit: Paths | undefined, depth: number): Json {
    this.bytes += EACH;
    switch (typeof value) {
      case "string":
        return this.#text(value);
      case "number":
        return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))
          ? value
          : this.#inexact();
      case "boolean":
        return value;
      case "object":
        return value === null ? null : this.#object(value, omit, depth);
      default:
        return this.#inexact();
    }
  }

  #object(value: object, omit: Paths | undefined, depth: number): Json {
    if (depth > DEEPEST || this.bytes > this.#most) return this.#inexact();
    if (Array.isArray(value)) {
      const elements: Json[] = [];
      for (let i = 0; i < value.length && this.bytes <= this.#most; i++) {
        elements.push(this.copy(value[i], undefined, depth + 1));
      }
      if (elements.length < value.length) this.exact = false;
      return elements;
    }
    const prototype = Object.getPrototypeOf(value);
    // Of another realm, a plain object's prototype has none itself.
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return this.#inexact();
    const members: Record<string, Json> = {};
    for (const key of Object.keys(value)) {
      const below = omit?.[key];
      const member = (value as Record<string, unknown>)[key];
      // JSON has no such member, and to the engine it is absent.
      if (member === undefined) continue;
      if (below === true || this.bytes > this.#most) {
        this.exact = false;
        continue;
      }
      this.bytes += key.length;
      const copy = this.copy(member, below, depth + 1);
      if (key === "__proto__") this.exact = false;
      else members[key] = copy;
    }
    return members;
  }

  #text(text: string): string {
    this.bytes += text.length;
    if (this.bytes <= this.#most) return text;
    this.exact = false;
    return "";
  }

  #inexact(): null {
    this.exact = false;
    return null;
  }
}

/** Behind the call: a copy whose texts are plain; itself where all were. */
export function plain(value: Json): Json {
  if (typeof value === "string") return plainText(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const elements = value.map(plain);
    return elements.every((element, i) => element === value[i]) ? value : elements;
  }
  const members = value as { readonly [key: string]: Json };
  const entries = Object.keys(members).map((key) => [plainText(key), plain(members[key] as Json)] as const);
  const unchanged = Object.keys(members).every((key, i) => entries[i]?.[0] === key && entries[i]?.[1] === members[key]);
  return unchanged ? value : Object.fromEntries(entries);
}
