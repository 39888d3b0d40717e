// The decision log: takes decisions within the call, and writes them behind it.
import { randomUUID } from "node:crypto";
import { PortcullisError } from "../engine/errors.js";
import type { DecisionEffect } from "../types/generated/DecisionEffect.js";
import { Chain, type ChainEnd } from "./chain.js";
import { type Draft, Drafter, type RequestOptions } from "./draft.js";
import type { Anchor, Counts, DecisionRecord, Recorder, Sealed } from "./entry.js";
import { type Dropped, Queue } from "./queue.js";
import { Sampler } from "./sample.js";
import type { LogSink } from "./sink.js";
import { plainText } from "./snapshot.js";

export interface DecisionLogOptions {
  /** Where entries are kept: `databaseLog` or `fileLog`. */
  readonly sink: LogSink;
  /** What names of writers begin with, such as a host's, up to 64 characters; each start of a process is a writer of its own. */
  readonly name?: string;
  /** Also keeps requests, but their input unless `omit` says otherwise. Without it, none are kept. */
  readonly request?: RequestOptions;
  /** The part of the allows that is logged, 0 to 1; default 1. A run's are logged, or not, together. */
  readonly sampleAllows?: number;
  /** Decisions that may wait; default 10,000. */
  readonly maxEntries?: number;
  /** Bytes that they may take, about; default 16 MiB. */
  readonly maxBytes?: number;
  /** Milliseconds that a decision waits for others to be written with it; default 200. */
  readonly flushMs?: number;
}

/** How a log is. */
export interface DecisionLogStats {
  readonly writer: string;
  /** Decisions that wait, or are being written. */
  readonly queued: number;
  readonly queued_bytes: number;
  /** Decisions that were acknowledged. */
  readonly written: number;
  /** Decisions that nobody took. */
  readonly dropped: Counts & { readonly unreadable: number };
  /** Allows that sampling left out. */
  readonly sampled_out: number;
  /** Writes that failed since the last that did not. */
  readonly failures: number;
  /** Why the last write failed; `null` if it didn't. */
  readonly failure: string | null;
  /** Up to where the chain was acknowledged. */
  readonly head: Anchor | null;
}

/** What a log leaves behind. */
export interface Closed {
  /** Decisions that were not written; of a write whose answer was lost, some may have been. */
  readonly unwritten: Counts;
  readonly head: Anchor | null;
}

/** Characters of a name; of longer ones the rest is left out. */
const LONGEST_NAME = 64;
const BATCH = 200;
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 10_000;
const CLOSES_WITHIN = 5_000;
const NONE = { allow: 0, deny: 0, require_approval: 0, unreadable: 0 };

/** Entries on their way, the same until they are acknowledged. */
interface Batch {
  readonly drafts: readonly Draft[];
  /** What is told with them to be missing. */
  readonly dropped: Dropped | undefined;
  readonly sealed: readonly Sealed[];
  readonly head: Anchor | null;
  /** The end of the chain that they are joined to. */
  readonly before: ChainEnd;
}

/**
 * Entries in a chain of hashes. What waits is in memory alone: a process that is killed loses it.
 *
 * @example
 * const log = new DecisionLog({ sink: databaseLog({ database: pool }) });
 * const service = await PolicyEngineService.start({ source, onDecision: decisionSink(log) });
 */
export class DecisionLog implements Recorder {
  readonly #sink: LogSink;
  readonly #drafter: Drafter;
  readonly #sampler: Sampler;
  readonly #queue: Queue;
  readonly #chain: Chain;
  readonly #flushMs: number;
  readonly #dropped: Record<DecisionEffect | "unreadable", number> = { ...NONE };
  #batch: Batch | undefined;
  /** What was taken from the queue and waits for a part of it to be tried. */
  #parted: Draft[] = [];
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #wake: (() => void) | undefined;
  #written = 0;
  #sampledOut = 0;
  #failures = 0;
  #failure: string | null = null;
  #head: Anchor | null = null;
  #closing: "no" | "flushing" | "closed" = "no";

  /** @throws PortcullisError `invalid_argument`. */
  constructor(options: DecisionLogOptions) {
    const { sink, name, request, sampleAllows = 1, maxEntries = 10_000, maxBytes = 16 * 1024 * 1024 } = options;
    const { flushMs = 200 } = options;
    checked("sampleAllows", sampleAllows, 0, 1);
    checked("maxEntries", maxEntries, 1, 10_000_000);
    checked("maxBytes", maxBytes, 1_024, 2 ** 40);
    checked("flushMs", flushMs, 0, 60_000);
    const writer = `${name === undefined ? "" : `${plainText(name.slice(0, LONGEST_NAME))}-`}${randomUUID()}`;
    this.#sink = sink;
    this.#drafter = new Drafter(request);
    this.#sampler = new Sampler(sampleAllows, writer);
    this.#queue = new Queue({ entries: maxEntries, bytes: maxBytes });
    this.#chain = new Chain(writer, sampleAllows);
    this.#flushMs = flushMs;
  }

  get writer(): string {
    return this.#chain.writer;
  }

  /** Takes a decision, at once. Never throws; where there is no room, it is counted. */
  append(record: DecisionRecord): void {
    try {
      const { decision, request } = record;
      if (decision.effect === "allow" && !this.#sampler.takes(request)) {
        this.#sampledOut++;
        return;
      }
      if (this.#closing === "no") this.#queue.push(this.#drafter.take(record));
      else this.#queue.drop(decision.effect, Date.now());
    } catch {
      // A getter of the caller's that throws, or no decision at all.
      this.#queue.drop("unreadable", Date.now());
    }
    this.#schedule();
  }

  stats(): DecisionLogStats {
    const dropped = { ...this.#dropped };
    for (const pending of [this.#queue.dropped, this.#batch?.dropped]) add(dropped, pending);
    return {
      writer: this.writer,
      queued: this.#queue.entries,
      queued_bytes: this.#queue.bytes,
      written: this.#written,
      dropped,
      sampled_out: this.#sampledOut,
      failures: this.#failures,
      failure: this.#failure,
      head: this.#head,
    };
  }

  /** Resolves when all that was taken before is written. While the sink fails, that may be never. */
  async flush(): Promise<void> {
    while (this.#pending()) await this.#run();
  }

  /** Writes what waits, for at most so many milliseconds (default 5,000), and takes no more. */
  async close({ timeoutMs = CLOSES_WITHIN } = {}): Promise<Closed> {
    if (this.#closing === "no") this.#closing = "flushing";
    let timer: NodeJS.Timeout | undefined;
    const timedOut = new Promise<void>((done) => {
      timer = setTimeout(done, timeoutMs);
    });
    this.#wake?.();
    await Promise.race([this.flush(), timedOut]);
    clearTimeout(timer);
    clearTimeout(this.#timer);
    this.#closing = "closed";
    this.#wake?.();
    await Promise.race([this.#sink.close?.().catch(() => undefined), new Promise((done) => setImmediate(done))]);
    const unwritten = { ...this.#queue.waiting() };
    for (const { decision } of [...(this.#batch?.drafts ?? []), ...this.#parted]) unwritten[decision.effect]++;
    return { unwritten, head: this.#head };
  }

  #pending(): boolean {
    const waits = this.#batch !== undefined || this.#queue.entries > 0 || this.#queue.dropped !== undefined;
    return this.#closing !== "closed" && waits;
  }

  #schedule(): void {
    if (this.#running !== undefined) return;
    if (this.#queue.entries >= BATCH) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      // Not now: the call comes first.
      this.#running = new Promise((done) => setImmediate(done)).then(() => this.#drain());
      return;
    }
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.#run(), this.#flushMs);
    this.#timer.unref();
  }

  #run(): Promise<void> {
    this.#running ??= this.#drain();
    return this.#running;
  }

  async #drain(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (this.#pending()) {
      this.#batch ??= this.#seal(this.#parted.length > 0 ? this.#parted.splice(0) : this.#queue.take(BATCH));
      try {
        await this.#sink.write(this.#batch.sealed);
      } catch (error) {
        if (PortcullisError.is(error) && error.code === "entries_refused" && this.#part(this.#batch)) continue;
        this.#failures++;
        this.#failure = error instanceof Error ? error.message : String(error);
        await this.#pause();
        continue;
      }
      this.#acknowledged(this.#batch);
      // A few that have come meanwhile wait for others to be written with them.
      if (this.#queue.entries < BATCH) break;
    }
    this.#running = undefined;
    if (this.#pending()) this.#schedule();
  }

  #seal(drafts: readonly Draft[]): Batch {
    const before = this.#chain.end;
    const dropped = this.#queue.takeDropped();
    const sealed = this.#chain.seal(drafts, dropped, this.#drafter);
    return { drafts, dropped, sealed, head: this.#chain.head, before };
  }

  /** Goes on with a half of what will never be taken as a whole; a single decision of that kind is dropped, and counted. */
  #part({ drafts, dropped, before }: Batch): boolean {
    const [first, ...others] = drafts;
    if (first === undefined) return false;
    this.#chain.rewind(before);
    this.#queue.restoreDropped(dropped);
    this.#batch = undefined;
    if (others.length === 0) {
      this.#queue.settle(drafts);
      this.#queue.drop(first.decision.effect, first.time);
      return true;
    }
    const half = drafts.length >> 1;
    this.#parted.unshift(...drafts.slice(half));
    this.#batch = this.#seal(drafts.slice(0, half));
    return true;
  }

  #acknowledged({ drafts, dropped, head }: Batch): void {
    this.#batch = undefined;
    add(this.#dropped, dropped);
    this.#queue.settle(drafts);
    this.#written += drafts.length;
    this.#head = head;
    this.#failures = 0;
    this.#failure = null;
  }

  /** Longer after each failure. */
  #pause(): Promise<void> {
    const wait = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(this.#failures - 1, 16));
    return new Promise((done) => {
      const timer = setTimeout(done, wait);
      timer.unref();
      this.#wake = () => {
        clearTimeout(timer);
        done();
      };
    });
  }
}

function add(total: Record<DecisionEffect | "unreadable", number>, dropped: Dropped | undefined): void {
  for (const [effect, count] of Object.entries(dropped?.counts ?? NONE)) total[effect as keyof typeof NONE] += count;
}

function checked(name: string, value: number, least: number, most: number): void {
  if (typeof value === "number" && value >= least && value <= most) return;
  throw new PortcullisError({
    code: "invalid_argument",
    message: `\`${name}\` is no number from ${least} to ${most}`,
    remedy: "Give one, or leave it out.",
    retryable: false,
  });
}
