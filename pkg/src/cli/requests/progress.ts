// How far the command has come, on a terminal, and a summary at the end.
import type { DecisionEffect } from "../../types/generated/DecisionEffect.js";
import type { Sink } from "../terminal.js";

/** Milliseconds between two updates. */
const PAUSE = 200;

export class Progress {
  readonly #err: Sink;
  readonly #shown: boolean;
  readonly #counts: Record<DecisionEffect, number> = { allow: 0, deny: 0, require_approval: 0 };
  #bad = 0;
  #last = Number.NEGATIVE_INFINITY;

  constructor(err: Sink, shown: boolean) {
    this.#err = err;
    this.#shown = shown;
  }

  get denied(): number {
    return this.#counts.deny;
  }

  count(effect: DecisionEffect): void {
    this.#counts[effect]++;
  }

  /** Says what is wrong with a line. */
  async bad(place: string, problem: string): Promise<void> {
    this.#bad++;
    this.#erase();
    await this.#err.write(`${place}: ${this.#err.style.red("error[invalid_request]")}: ${problem}\n`);
  }

  /** Shows how many have been decided, now and then. */
  show(): void {
    if (!this.#shown || performance.now() - this.#last < PAUSE) return;
    this.#erase();
    this.#err.write(`${grouped(this.#total)} decided`);
    this.#last = performance.now();
  }

  async summary(): Promise<void> {
    this.#erase();
    const { allow, deny, require_approval } = this.#counts;
    const bad = this.#bad === 0 ? "" : `; ${grouped(this.#bad)} of these denied as bad lines`;
    const parts = `${grouped(allow)} allow, ${grouped(deny)} deny, ${grouped(require_approval)} require_approval`;
    await this.#err.write(`${grouped(this.#total)} decided: ${parts}${bad}\n`);
  }

  get #total(): number {
    return Object.values(this.#counts).reduce((sum, count) => sum + count, 0);
  }

  #erase(): void {
    if (this.#shown) this.#err.write("\r\u001b[K");
  }
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}
