// What waits to be written, within bounds. Where there is no room, allows go first, then approvals that are asked for.
import type { DecisionEffect } from "../types/generated/DecisionEffect.js";
import type { Draft } from "./draft.js";
import type { Counts } from "./entry.js";

export interface Bounds {
  readonly entries: number;
  /** Bytes, about. */
  readonly bytes: number;
}

/** What nobody took. */
export interface Dropped {
  readonly counts: Record<DecisionEffect | "unreadable", number>;
  /** Milliseconds since 1970, of the first. */
  readonly since: number;
}

interface Waiting {
  readonly draft: Draft;
  state: "waiting" | "taken" | "dropped";
}

const RANK: Record<DecisionEffect, number> = { allow: 0, require_approval: 1, deny: 2 };

export class Queue {
  readonly #bounds: Bounds;
  readonly #all = new Fifo();
  /** Those that others may push out, by rank. */
  readonly #lesser = [new Fifo(), new Fifo()] as const;
  /** What waits of each rank. */
  readonly #waiting = [new Sum(), new Sum(), new Sum()] as const;
  /** Of what waits and of what is being written. */
  #entries = 0;
  #bytes = 0;
  #dropped: Dropped | undefined;

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
  }

  get entries(): number {
    return this.#entries;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** What was dropped since it was last settled. */
  get dropped(): Dropped | undefined {
    return this.#dropped;
  }

  push(draft: Draft): void {
    const rank = rankOf(draft.decision.effect);
    // Nothing is pushed out for what would not fit all the same.
    if (!this.#couldFit(draft.weight, rank)) {
      this.drop(draft.decision.effect, draft.time);
      return;
    }
    for (let victim: Waiting | undefined; !this.#hasRoom(draft.weight); ) {
      victim = this.#lesserThan(rank);
      if (victim === undefined) throw new Error("the queue has lost count");
      victim.state = "dropped";
      this.#count(victim.draft, -1);
      this.#subtract(victim.draft);
      this.drop(victim.draft.decision.effect, victim.draft.time);
    }
    const waiting: Waiting = { draft, state: "waiting" };
    this.#all.push(waiting);
    this.#lesser[rank]?.push(waiting);
    this.#count(draft, 1);
    this.#entries++;
    this.#bytes += draft.weight;
  }

  /** Counts one that is not logged. */
  drop(effect: DecisionEffect | "unreadable", time: number): void {
    this.#dropped ??= { counts: { allow: 0, deny: 0, require_approval: 0, unreadable: 0 }, since: time };
    this.#dropped.counts[effect]++;
  }

  /** The next to be written. They count until they are settled. */
  take(most: number): Draft[] {
    const drafts: Draft[] = [];
    while (drafts.length < most) {
      const next = this.#all.shift();
      if (next === undefined) break;
      if (next.state === "dropped") continue;
      next.state = "taken";
      this.#count(next.draft, -1);
      drafts.push(next.draft);
    }
    for (const fifo of this.#lesser) fifo.trim();
    return drafts;
  }

  /** What was dropped is from now on told by an entry. */
  takeDropped(): Dropped | undefined {
    const dropped = this.#dropped;
    this.#dropped = undefined;
    return dropped;
  }

  /** What was to be told by an entry was not told after all. */
  restoreDropped(dropped: Dropped | undefined): void {
    if (dropped === undefined) return;
    const { counts, since } = this.#dropped ?? { counts: {}, since: dropped.since };
    this.#dropped = { counts: { ...dropped.counts }, since: Math.min(since, dropped.since) };
    for (const [effect, count] of Object.entries(counts)) this.#dropped.counts[effect as DecisionEffect] += count;
  }

  settle(drafts: readonly Draft[]): void {
    for (const draft of drafts) this.#subtract(draft);
  }

  /** How many of each effect wait to be taken. */
  waiting(): Counts {
    const counts = { allow: 0, deny: 0, require_approval: 0 };
    for (const { draft, state } of this.#all) if (state === "waiting") counts[draft.decision.effect]++;
    return counts;
  }

  #hasRoom(weight: number): boolean {
    return this.#entries < this.#bounds.entries && this.#bytes + weight <= this.#bounds.bytes;
  }

  /** Whether there would be room if all that is lesser went. */
  #couldFit(weight: number, rank: number): boolean {
    let [entries, bytes] = [this.#entries, this.#bytes];
    for (const waiting of this.#waiting.slice(0, rank)) {
      entries -= waiting.entries;
      bytes -= waiting.bytes;
    }
    return entries < this.#bounds.entries && bytes + weight <= this.#bounds.bytes;
  }

  #count({ decision, weight }: Draft, by: 1 | -1): void {
    const waiting = this.#waiting[rankOf(decision.effect)];
    if (waiting === undefined) return;
    waiting.entries += by;
    waiting.bytes += by * weight;
  }

  #lesserThan(rank: number): Waiting | undefined {
    for (let lesser = 0; lesser < rank; lesser++) {
      const fifo = this.#lesser[lesser];
      fifo?.trim();
      const first = fifo?.shift();
      if (first !== undefined) return first;
    }
    return undefined;
  }

  #subtract(draft: Draft): void {
    this.#entries--;
    this.#bytes -= draft.weight;
  }
}

function rankOf(effect: DecisionEffect): number {
  return RANK[effect] ?? RANK.deny;
}

class Sum {
  entries = 0;
  bytes = 0;
}

/** First in, first out, in constant time each. */
class Fifo {
  #items: (Waiting | undefined)[] = [];
  #head = 0;

  push(item: Waiting): void {
    this.#items.push(item);
  }

  shift(): Waiting | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    this.#items[this.#head++] = undefined;
    if (this.#head === this.#items.length) {
      this.#items = [];
      this.#head = 0;
    } else if (this.#head > 1_024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  /** Lets go of those at the front that wait no more. */
  trim(): void {
    for (let first = this.#items[this.#head]; first !== undefined && first.state !== "waiting"; ) {
      this.shift();
      first = this.#items[this.#head];
    }
  }

  *[Symbol.iterator](): Generator<Waiting> {
    for (let i = this.#head; i < this.#items.length; i++) yield this.#items[i] as Waiting;
  }
}
