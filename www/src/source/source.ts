// A text of an editor as JSON, and the way back from a JSON Pointer to the place in the text.

import type { Node, Path } from "./tree.js";

/** A part of a text, by offsets in UTF-16 code units. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** A text that could be read. */
export interface Source {
  /** All of it as JSON text; of JSON, as it was written, so that nothing in it is hidden from the engine. */
  readonly json: string;
  readonly value: unknown;
  /** The places of its values, worked out when first asked for. @throws SourceError where it nests too deep */
  tree(): Node;
  /** The value at a path as JSON text, in its very text where that is JSON. */
  part(path: Path): string;
  /** Where a value stands, or its key; what is not there is placed at what should hold it. */
  locate(pointer: string, part: "key" | "value"): Range;
}

/** What keeps a text from being read. */
export class SourceError extends Error {
  readonly code: string;
  readonly help: string;
  readonly range: Range;

  constructor(code: string, message: string, help: string, range: Range) {
    super(message);
    this.code = code;
    this.help = help;
    this.range = range;
  }
}

export type Format = "json" | "yaml";

/** By what the text begins with, as the command line does for files without a telling name. */
export function formatOf(text: string): Format {
  return /^\s*([[{]|$)/.test(text) ? "json" : "yaml";
}

/** The names of a JSON Pointer. */
export function pointerNames(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** The first line of a range, so that an underline does not cover half of the text. */
export function firstLine(text: string, { from, to }: Range): Range {
  const end = text.indexOf("\n", from);
  return end < 0 || end >= to ? { from, to } : { from, to: end };
}
