// All requests of a set, decided before and after an edit, in slices between which the worker listens.
import type { Decision, PolicyEngine, Request } from "portcullis";
import { causesOf, differencesOf } from "./difference.js";
import type { Comparing, Comparison, Flip, Move, PolicyTexts } from "./protocol.js";
import { readRequests } from "./requests.js";
import { loadSet } from "./set.js";

/** Milliseconds between two reports, after which a request to stop is heard. */
const SLICE = 60;
/** What the page lists; all are counted. */
const LISTED = 500;
const LISTED_UNREADABLE = 5;

/** A set that the engine refuses, so that nothing can be compared. */
export class NotComparable extends Error {}

export async function compare(
  { before, after, requests }: Comparing,
  report: (comparison: Comparison) => void,
  stopped: () => boolean,
): Promise<Comparison> {
  const old = loadOr(before, "The baseline");
  const engines = { before: old, after: same(before, after) ? old : loadOr(after, "The policies as edited") };
  try {
    const set = readRequests(await requests.text());
    const tally = new Tally(set.total);
    let slice = performance.now() + SLICE;
    for (const one of set.each()) {
      if ("message" in one) tally.unreadable(one.at, one.message);
      else {
        const request = one.request as Request;
        tally.decided(one.at, one.title, engines.before.decide(request), engines.after.decide(request));
      }
      if (performance.now() < slice) continue;
      report(tally.comparison(false));
      await turn();
      if (stopped()) return tally.comparison(false);
      slice = performance.now() + SLICE;
    }
    return tally.comparison(true);
  } finally {
    engines.before.close();
    engines.after.close();
  }
}

/** @throws NotComparable */
export function loadOr(texts: PolicyTexts, name: string): PolicyEngine {
  const { engine, findings } = loadSet(texts);
  if (engine !== undefined) return engine;
  const [first] = findings.filter(({ severity }) => severity === "error");
  throw new NotComparable(`${name}: ${first?.message ?? "does not load"}. Mend that first.`);
}

function same(a: PolicyTexts, b: PolicyTexts): boolean {
  return a.policies === b.policies && a.catalogue === b.catalogue;
}

/** Lets messages in. */
function turn(): Promise<void> {
  return new Promise((done) => setTimeout(done, 0));
}

class Tally {
  readonly #total: number;
  readonly #flips: Flip[] = [];
  readonly #moves = new Map<string, Move>();
  readonly #unreadable: { at: number; message: string }[] = [];
  #unreadableCount = 0;
  #decided = 0;
  #flipped = 0;

  constructor(total: number) {
    this.#total = total;
  }

  unreadable(at: number, message: string): void {
    this.#unreadableCount++;
    if (this.#unreadable.length < LISTED_UNREADABLE) this.#unreadable.push({ at, message });
  }

  decided(at: number, title: string, before: Decision, after: Decision): void {
    this.#decided++;
    const differences = differencesOf(before, after);
    if (differences.length === 0) return;
    this.#flipped++;
    for (const { what, ...sides } of differences) {
      // What limits and approvals say is too various to be counted by.
      const { from, to } = what === "effect" || what === "mode" ? sides : { from: "", to: "" };
      const key = `${what}:${from}>${to}`;
      const count = (this.#moves.get(key)?.count ?? 0) + 1;
      this.#moves.set(key, { what, from, to, count });
    }
    if (this.#flips.length === LISTED) return;
    this.#flips.push({ at, title, differences, causes: causesOf(before, after) });
  }

  comparison(done: boolean): Comparison {
    return {
      total: this.#total,
      decided: this.#decided,
      flipped: this.#flipped,
      flips: done ? this.#flips : this.#flips.slice(0, 20),
      moves: [...this.#moves.values()].sort((a, b) => b.count - a.count),
      unreadable: this.#unreadable,
      unreadableCount: this.#unreadableCount,
      done,
    };
  }
}
