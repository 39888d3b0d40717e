// Lines of a log as entries: strictly, so that no two texts are one entry.
import { canonical, digestOf, type Json } from "./canonical.js";
import type { Anchor, Entry } from "./entry.js";

export interface ReadEntry {
  readonly entry: Entry;
  readonly hash: string;
  /** What its text comes to; another than `hash` where it was changed. */
  readonly computed: string;
}

/** The first line of an export: where the chains in it had come to. */
export interface Anchors {
  readonly anchors: readonly Anchor[];
}

/** What a line holds; a text says why it holds nothing. */
export function readLine(line: string): ReadEntry | Anchors | string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return "it is no JSON: torn by a crash, or changed";
  }
  if (typeof parsed !== "object" || parsed === null) return "it is no entry";
  if (canonical(parsed as Json) !== line) return "it is not as an entry is written";
  if ("anchors" in parsed && Array.isArray(parsed.anchors)) {
    return parsed.anchors.every(isAnchor) ? (parsed as Anchors) : "its anchors are none";
  }
  const { entry, hash } = parsed as { entry?: Partial<Entry>; hash?: unknown };
  if (typeof entry !== "object" || entry === null || typeof hash !== "string") return "it is no entry";
  if (typeof entry.writer !== "string" || !Number.isSafeInteger(entry.seq)) return "it is no entry";
  return { entry: entry as Entry, hash, computed: digestOf(canonical(entry as unknown as Json)) };
}

export function isAnchor(value: unknown): value is Anchor {
  if (typeof value !== "object" || value === null) return false;
  const { writer, seq, hash, from } = value as Partial<Anchor>;
  const isFrom = from === null || (typeof from === "object" && Number.isSafeInteger(from.seq));
  return typeof writer === "string" && Number.isSafeInteger(seq) && typeof hash === "string" && isFrom;
}
