// What previews are told, and how the cells of a matrix come back from the core.

import type { DecisionEffect } from "../types/generated/DecisionEffect.js";
import type { Mode } from "../types/generated/Mode.js";
import type { PreviewCell } from "../types/generated/PreviewCell.js";
import { MAX_ELEMENTS } from "./core.js";
import { DECISION_EFFECTS } from "./decision.js";
import { PortcullisError } from "./errors.js";
import { lengthOfArray } from "./sources.js";
import { element, member } from "./values.js";

/** What a preview is told beside the request. */
export interface PreviewOptions {
  /** Fields that may hold anything, with all below them: dotted paths, or lists of names where one has a dot. */
  readonly unknown?: readonly (string | readonly string[])[] | undefined;
}

/** What many previews are told. */
export interface PreviewManyOptions extends PreviewOptions {
  /** For top-level members of the request, the values to put there: `{ user: […], tool: […] }`. */
  readonly vary: Readonly<Record<string, readonly unknown[]>>;
}

/** More cells are refused: their answers would fill the core's memory. */
const MAX_CELLS = 1_000_000;
const MODES: readonly Mode[] = ["draft", "auto"];

function invalid(message: string, remedy: string): PortcullisError {
  return new PortcullisError({ code: "invalid_argument", message, remedy, retryable: false });
}

/** The unknown fields as JSON, each read once. */
export function unknownAsJson(options: PreviewOptions | undefined): string {
  const unknown = options?.unknown;
  if (unknown === undefined) return "[]";
  const length = lengthOfArray(unknown);
  if (length < 0) throw invalid("`unknown` is no array", 'Give an array of fields, such as `["input"]`.');
  return JSON.stringify(Array.from({ length }, (_, i) => path(element(unknown as unknown[], i))));
}

function path(given: unknown): string | string[] {
  if (typeof given === "string" && !given.split(".").includes("")) return given;
  const length = lengthOfArray(given);
  const names = Array.from({ length: Math.max(length, 0) }, (_, i) => element(given as unknown[], i));
  if (names.length > 0 && names.every((name) => typeof name === "string")) return names as string[];
  throw invalid(
    "`unknown` holds what is no field",
    "Give dotted paths such as `input.amount`, or lists of names where one has a dot.",
  );
}

/** The lists of values, each read once. */
export function lists(options: PreviewManyOptions): Record<string, unknown[]> {
  const vary: unknown = options?.vary;
  if (typeof vary !== "object" || vary === null || lengthOfArray(vary) >= 0) {
    throw invalid("`vary` is no object of arrays", "Give arrays of values by the member they are for.");
  }
  let cells = 1;
  const lists: [string, unknown[]][] = Object.keys(vary).map((name) => {
    const list = member(vary, name);
    const length = lengthOfArray(list);
    cells *= length;
    if (length < 0 || length > MAX_ELEMENTS) {
      throw invalid(
        `\`vary.${name}\` is no array of at most 10,000 values`,
        "Give an array, in parts if it is longer.",
      );
    }
    return [name, Array.from({ length }, (_, i) => element(list as unknown[], i))];
  });
  if (cells > MAX_CELLS) throw invalid("`vary` makes more than 1,000,000 cells", "Ask for parts of the matrix.");
  return Object.fromEntries(lists);
}

const CELLS: (PreviewCell | undefined)[] = [];

/** A cell from its byte. There are few different ones, so they are made once and frozen. */
export function cellOf(byte: number): PreviewCell {
  CELLS[byte] ??= Object.freeze({
    effects: Object.freeze(DECISION_EFFECTS.filter((_, i) => byte & (1 << i))) as DecisionEffect[],
    modes: Object.freeze(MODES.filter((_, i) => byte & (8 << i))) as Mode[],
    settled: (byte & 32) !== 0,
    may_be_invalid: (byte & 64) !== 0,
  });
  return CELLS[byte];
}
