// A limiter in memory.
import type { Limit } from "../types/generated/Limit.js";
import { Budget, Concurrent, type Counter, Rate } from "./counters.js";
import type { Claim, Limiter, Refusal, Reservation, Reserve } from "./port.js";
import { windowOf } from "./window.js";

/** Counters that are kept before those that are over are looked for. */
const FEW = 1_024;

/**
 * Counts in the memory of this process, for tests and development. Other processes don't see what it counts, and a restart
 * forgets it. Counters that are over are forgotten in time; budgets without a window are kept, since they never end.
 */
export class MemoryLimiter implements Limiter {
  readonly #counters = new Map<string, Counter>();
  #sweepsAt = FEW;

  /** How many counters are kept. */
  get size(): number {
    return this.#counters.size;
  }

  reserve({ tenant_id, now, claims }: Reserve): Reservation | Refusal {
    if (this.#counters.size >= this.#sweepsAt) this.#sweep(now);
    const counted = claims.map(({ limit, amount }) => ({ counter: this.#counter(tenant_id, limit, now), amount }));
    for (const [i, { counter, amount }] of counted.entries()) {
      const { limit } = claims[i] as Claim;
      const full = counter.full(limit, amount, now);
      if (full !== null) return { granted: false, limit, ...full };
    }
    for (const { counter, amount } of counted) counter.take(amount, now);
    let open = true;
    const once = (end: () => void) => {
      if (!open) throw new Error("a reservation ends once");
      open = false;
      end();
    };
    return {
      granted: true,
      settle: (amounts) =>
        once(() => counted.forEach(({ counter, amount }, i) => void counter.settle(amount, amounts[i] ?? amount))),
      release: () => once(() => counted.forEach(({ counter, amount }) => void counter.release(amount))),
    };
  }

  /** Before anything is looked up: what a claim is about to take must not be forgotten. */
  #sweep(now: number): void {
    for (const [name, counter] of this.#counters) if (counter.over(now)) this.#counters.delete(name);
    this.#sweepsAt = Math.max(FEW, this.#counters.size * 2);
  }

  #counter(tenant: string, limit: Limit, now: number): Counter {
    // A rate whose policy was edited counts anew.
    const rate = `${limit.max}/${limit.window}/${limit.burst}`;
    const window =
      limit.kind === "budget" ? windowOf(limit.window, now) : { name: limit.kind === "rate" ? rate : "", end: null };
    const name = JSON.stringify([tenant, limit.policy_id, limit.index, limit.per, limit.key, limit.kind, window.name]);
    let counter = this.#counters.get(name);
    if (counter === undefined) {
      counter =
        limit.kind === "budget" ? new Budget(window) : limit.kind === "rate" ? new Rate(limit) : new Concurrent();
      this.#counters.set(name, counter);
    }
    return counter;
  }
}
