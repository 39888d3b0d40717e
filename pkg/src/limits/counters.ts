// Counters in memory, one for each kind of limit. Whole numbers only.
import type { Limit } from "../types/generated/Limit.js";
import { milliseconds, type Window } from "./window.js";

/** Why a counter has no room. */
export interface Full {
  readonly spent: number;
  readonly reserved: number;
  readonly retry_after_ms: number | null;
}

export interface Counter {
  /** `null` where there is room. Changes nothing. */
  full(limit: Limit, amount: number, now: number): Full | null;
  take(amount: number, now: number): void;
  settle(amount: number, actual: number): void;
  release(amount: number): void;
  /** Whether a new one would say the same from now on, so that this one may be forgotten. */
  over(now: number): boolean;
}

export class Budget implements Counter {
  #spent = 0;
  #reserved = 0;
  readonly #end: number | null;

  constructor({ end }: Window) {
    this.#end = end;
  }

  full({ max }: Limit, amount: number, now: number): Full | null {
    if (this.#spent + this.#reserved + amount <= max) return null;
    const retry_after_ms = this.#end === null || amount > max ? null : Math.max(0, this.#end - now);
    return { spent: this.#spent, reserved: this.#reserved, retry_after_ms };
  }

  take(amount: number): void {
    this.#reserved += amount;
  }

  settle(amount: number, actual: number): void {
    this.#reserved -= amount;
    this.#spent += actual;
  }

  release(amount: number): void {
    this.#reserved -= amount;
  }

  over(now: number): boolean {
    return this.#end !== null && now >= this.#end;
  }
}

/** So many at a time: what has ended counts no more. */
export class Concurrent implements Counter {
  #reserved = 0;

  full({ max }: Limit, amount: number): Full | null {
    return this.#reserved + amount <= max ? null : { spent: 0, reserved: this.#reserved, retry_after_ms: null };
  }

  take(amount: number): void {
    this.#reserved += amount;
  }

  settle(amount: number): void {
    this.#reserved -= amount;
  }

  release(amount: number): void {
    this.#reserved -= amount;
  }

  over(): boolean {
    return this.#reserved === 0;
  }
}

/** The generic cell rate algorithm, in units of a millisecond divided by `max`, so that nothing is rounded. */
export class Rate implements Counter {
  /** When the counter is empty again, in those units. */
  #empty = 0n;
  /** Calls that may turn out to have taken more than they claimed. */
  #open = 0;
  readonly #max: bigint;
  readonly #each: bigint;
  readonly #burst: number;

  constructor({ max, window, burst }: Limit) {
    this.#max = BigInt(max);
    this.#each = BigInt(milliseconds(window));
    this.#burst = burst ?? max;
  }

  full(_limit: Limit, amount: number, now: number): Full | null {
    const used = this.#used(now);
    const over = used + BigInt(amount) * this.#each - BigInt(this.#burst) * this.#each;
    if (over <= 0n) return null;
    const spent = Number((used + this.#each - 1n) / this.#each);
    const retry_after_ms = amount > this.#burst ? null : Number((over + this.#max - 1n) / this.#max);
    return { spent, reserved: 0, retry_after_ms };
  }

  take(amount: number, now: number): void {
    this.#open++;
    this.#empty = BigInt(now) * this.#max + this.#used(now) + BigInt(amount) * this.#each;
  }

  settle(amount: number, actual: number): void {
    this.#open--;
    this.#empty += BigInt(actual - amount) * this.#each;
  }

  release(amount: number): void {
    this.#open--;
    this.#empty -= BigInt(amount) * this.#each;
  }

  over(now: number): boolean {
    return this.#open === 0 && this.#used(now) === 0n;
  }

  #used(now: number): bigint {
    const used = this.#empty - BigInt(now) * this.#max;
    return used > 0n ? used : 0n;
  }
}
