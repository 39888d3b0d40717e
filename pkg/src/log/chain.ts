// A chain: each entry holds the hash of the one before it.
import { canonical, digestOf, type Json } from "./canonical.js";
import type { Draft, Drafter } from "./draft.js";
import type { Anchor, Entry, Sealed } from "./entry.js";
import type { Dropped } from "./queue.js";

const NONE: Dropped["counts"] = { allow: 0, deny: 0, require_approval: 0, unreadable: 0 };

/** The end of a chain at some time. */
export interface ChainEnd {
  readonly seq: number;
  readonly prev: string | null;
}

export class Chain {
  readonly writer: string;
  readonly #sampleAllows: number;
  /** Not after what it holds, or retention would keep all for its beginning. */
  readonly #began = Date.now();
  #seq = 0;
  #prev: string | null = null;

  constructor(writer: string, sampleAllows: number) {
    this.writer = writer;
    this.#sampleAllows = sampleAllows;
  }

  /** Where it has come to; nothing before its genesis. */
  get head(): Anchor | null {
    return this.#prev === null ? null : { writer: this.writer, seq: this.#seq - 1, hash: this.#prev, from: null };
  }

  /** Where it is, to go back to. */
  get end(): ChainEnd {
    return { seq: this.#seq, prev: this.#prev };
  }

  /** Forgets what was joined since: nobody has stored it, and nobody will. */
  rewind({ seq, prev }: ChainEnd): void {
    this.#seq = seq;
    this.#prev = prev;
  }

  /** Joins entries to it; the first ones begin it. */
  seal(drafts: readonly Draft[], dropped: Dropped | undefined, drafter: Drafter): Sealed[] {
    const sealed: Sealed[] = [];
    const common = () => ({ v: 1, writer: this.writer, seq: this.#seq, prev: this.#prev, time: Date.now() }) as const;
    if (this.#prev === null) {
      sealed.push(this.#join({ ...common(), time: this.#began, kind: "genesis", sample_allows: this.#sampleAllows }));
    }
    let unreadable = 0;
    for (const draft of drafts) {
      try {
        sealed.push(this.#join(drafter.entry(draft, this.writer, this.#seq, this.#prev as string)));
      } catch {
        // A decision that was taken apart since.
        unreadable++;
      }
    }
    if (dropped !== undefined || unreadable > 0) {
      const { counts = NONE, since = drafts[0]?.time ?? Date.now() } = dropped ?? {};
      const told = { ...counts, unreadable: counts.unreadable + unreadable };
      sealed.push(this.#join({ ...common(), kind: "gap", dropped: told, since }));
    }
    return sealed;
  }

  #join(entry: Entry): Sealed {
    const text = canonical(entry as unknown as Json);
    const hash = digestOf(text);
    this.#seq++;
    this.#prev = hash;
    return { text, hash };
  }
}
