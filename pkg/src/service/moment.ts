// Moments: how long ago they were. The monotonic clock stands still while a machine is suspended or is a snapshot of
// itself, and the wall clock can be set back: the one that says longer is believed.

export class Moment {
  readonly #monotonic = performance.now();
  readonly #wall = Date.now();

  /** Milliseconds since. */
  get age(): number {
    return Math.max(performance.now() - this.#monotonic, Date.now() - this.#wall);
  }
}
