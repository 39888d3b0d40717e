// When to look for changes: when told, and else now and then; again soon where looking failed.

/** Milliseconds between a failure and the next attempt: the first, and the most. */
const FIRST_PAUSE = 200;

export interface RefresherOptions {
  /** Looks for changes and takes them over. */
  readonly refresh: () => Promise<void>;
  /** Milliseconds between two looks, and between attempts at most. */
  readonly pollMs: number;
}

/** Runs one refresh at a time. */
export class Refresher {
  readonly #options: RefresherOptions;
  #running: Promise<void> | undefined;
  /** One that begins when the running one has ended, for those who came after that began. */
  #next: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #closed = false;

  constructor(options: RefresherOptions) {
    this.#options = options;
  }

  /** Resolves when a refresh that began after this call has ended. */
  refresh(): Promise<void> {
    if (this.#running === undefined) return this.#begin();
    this.#next ??= this.#running.then(
      () => this.#begin(),
      () => this.#begin(),
    );
    // Whoever is not interested in how it ends must not be taken for one who forgot.
    this.#next.catch(() => undefined);
    return this.#next;
  }

  #begin(): Promise<void> {
    this.#next = undefined;
    if (this.#closed) return Promise.resolve();
    clearTimeout(this.#timer);
    const running = this.#options.refresh().finally(() => {
      // Where another waits for its turn, that one is the running one from here on.
      if (this.#next === undefined) this.#running = undefined;
    });
    this.#running = running;
    return running.then(
      () => {
        this.#failures = 0;
        this.#schedule();
      },
      (error) => {
        this.#failures++;
        this.#schedule();
        throw error;
      },
    );
  }

  #schedule(): void {
    if (this.#closed || this.#next !== undefined) return;
    const { pollMs } = this.#options;
    const wait = this.#failures === 0 ? pollMs : Math.min(pollMs, FIRST_PAUSE * 2 ** Math.min(this.#failures - 1, 16));
    // Spread, so that many instances don't ask at once; and early, since asking takes time too.
    this.#timer = setTimeout(() => this.refresh().catch(() => undefined), wait * (0.7 + Math.random() / 5));
    this.#timer.unref();
  }

  /** Ends it, and waits for what is under way. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#running?.catch(() => undefined);
  }
}
