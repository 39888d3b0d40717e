// How everything here is measured: contestants take turns in one process, and what counts are ratios between them.
import type { Request } from "portcullis";
import { parsed } from "./workload.js";

/** Decides a request and gives a number that depends on the answer, so that none is left out. */
export type Run = (request: Request) => number | Promise<number>;

/** One who is measured: how it decides, and which requests. */
export interface Entrant {
  readonly run: Run;
  readonly texts: readonly string[];
}

export interface Ratio {
  readonly median: number;
  /** Without the tenth of the rounds at each end. */
  readonly least: number;
  readonly most: number;
}

/** Requests that are parsed at once: few, so that they are as warm as a server's. */
const BATCH = 400;
export const ROUNDS = 11;
const WARM_UP = 8;

/** The value below which a part of them lies. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.round((sorted.length - 1) * part)] as number;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Microseconds of processor time that this process has used, all its threads together. Waiting for others is none. */
function used(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

async function batch(requests: readonly Request[], run: Run): Promise<number> {
  const [first, ...rest] = requests as [Request, ...Request[]];
  let read = 0;
  const start = used();
  const answer = run(first);
  if (typeof answer === "number") for (const request of rest) read += run(request) as number;
  else {
    await answer;
    for (const request of rest) read += await run(request);
  }
  const took = used() - start;
  if (read < 0) throw new Error("nothing was decided");
  return took;
}

/** Nanoseconds a decision of each, over all its requests. The entrants take turns batch by batch. */
async function round(entrants: readonly Entrant[]): Promise<number[]> {
  const took = entrants.map(() => 0);
  const longest = Math.max(...entrants.map(({ texts }) => texts.length));
  for (let from = 0; from < longest; from += BATCH) {
    for (const [i, { run, texts }] of entrants.entries()) {
      const some = texts.slice(from, from + BATCH);
      if (some.length > 0) took[i] = (took[i] as number) + (await batch(parsed(some), run));
    }
  }
  return entrants.map(({ texts }, i) => ((took[i] as number) * 1_000) / texts.length);
}

/** Measures rounds after a warm-up; one list of nanoseconds a decision for each entrant. */
export async function measure(entrants: readonly Entrant[], rounds = ROUNDS, warmUp = WARM_UP): Promise<number[][]> {
  for (let i = 0; i < warmUp; i++) await round(entrants);
  const measured: number[][] = [];
  for (let i = 0; i < rounds; i++) measured.push(await round(entrants));
  return entrants.map((_, i) => measured.map((times) => times[i] as number));
}

/** How many times as long the first took as the second, round by round. */
export function ratio(times: readonly number[], others: readonly number[]): Ratio {
  const ratios = times.map((time, i) => time / (others[i] as number));
  return { median: median(ratios), least: quantile(ratios, 0.1), most: quantile(ratios, 0.9) };
}

/** As a server uses it: the effect and the reasons are read. */
export function reading(
  decide: (request: Request) => { readonly effect: string; readonly reasons: readonly unknown[] },
): (request: Request) => number {
  return (request) => {
    const { effect, reasons } = decide(request);
    return effect.length + reasons.length;
  };
}
