// Tables of results: a bench file prints each as one line, and the report collects them.
import type { Ratio } from "./measure.js";

export interface Row {
  readonly what: string;
  /** What was set as a target, if anything was. */
  readonly must: string | null;
  readonly measured: string;
  /** Between which values nearly all rounds lie. */
  readonly spread: string | null;
  /** `null` where there is no target. */
  readonly reached: boolean | null;
}

export interface Table {
  readonly title: string;
  readonly rows: readonly Row[];
  /** How it was measured and what the rows mean: paragraphs of Markdown. */
  readonly notes: readonly string[];
}

/** What a line that holds a table begins with. */
export const MARK = "BENCH ";

export function print(table: Table): void {
  console.log(MARK + JSON.stringify(table));
}

/** The table on a line, if there is one. */
export function tableOf(line: string): Table | undefined {
  return line.startsWith(MARK) ? (JSON.parse(line.slice(MARK.length)) as Table) : undefined;
}

/** Two or three digits that matter. */
export function digits(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en") : value.toFixed(value >= 10 ? 0 : 2);
}

export function times(value: number): string {
  return `${digits(value)} ×`;
}

export function duration(ns: number): string {
  if (ns >= 1e6) return `${digits(ns / 1e6)} ms`;
  return ns >= 1e4 ? `${digits(ns / 1e3)} µs` : `${Math.round(ns).toLocaleString("en")} ns`;
}

export function spread({ least, most }: Ratio): string {
  return `${digits(least)}–${digits(most)}`;
}

/** A row for a ratio that must not be more than a number. */
export function atMost(what: string, ratio: Ratio, limit: number | null, more = ""): Row {
  return {
    what,
    must: limit === null ? null : `≤ ${limit} ×`,
    measured: times(ratio.median) + more,
    spread: spread(ratio),
    reached: limit === null ? null : ratio.median <= limit,
  };
}
