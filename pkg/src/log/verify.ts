// Checks chains: that nothing in them was changed, left out, added or put elsewhere.
import type { Anchor } from "./entry.js";
import { readLine } from "./read.js";

/** What is wrong with a log. */
export interface LogFinding {
  readonly code:
    | "unreadable"
    | "changed"
    | "missing"
    | "repeated"
    | "unlinked"
    | "no_beginning"
    | "truncated"
    | "differs_from_anchor"
    | "unknown_writer";
  /** Where it was seen, such as a file and its line. */
  readonly place: string;
  readonly writer: string | null;
  readonly seq: number | null;
  readonly message: string;
}

/** What was checked. */
export interface Verified {
  readonly findings: readonly LogFinding[];
  readonly entries: number;
  /** Where each chain has come to: kept elsewhere, it shows later that no tail was cut. */
  readonly anchors: readonly Anchor[];
  /** Writers of whom no anchor was given; a tail that was cut from theirs can't be seen. */
  readonly unanchored: readonly string[];
}

/** What retention has removed: the last that went. */
type From = NonNullable<Anchor["from"]>;

interface State {
  from: From | null;
  next: number;
  prev: string | null;
}

/** Takes lines in the order of each writer; writers may be mixed. */
export class Verifier {
  readonly #findings: LogFinding[] = [];
  readonly #chains = new Map<string, State>();
  readonly #anchors = new Map<string, Anchor[]>();
  /** Writers whom the store, or an export, knows; nothing where that was not told. */
  #known: Set<string> | undefined;
  #entries = 0;

  /** Adds what is known of chains. `all`: it names every writer there is. */
  anchor(anchors: readonly Anchor[], all = false): void {
    if (all) this.#known ??= new Set();
    for (const anchor of anchors) {
      this.#anchors.set(anchor.writer, [...(this.#anchors.get(anchor.writer) ?? []), anchor]);
      if (all) this.#known?.add(anchor.writer);
    }
  }

  line(text: string, place: string): void {
    const read = readLine(text);
    if (typeof read === "string") {
      this.#find("unreadable", place, null, null, read);
      return;
    }
    if ("anchors" in read) {
      this.anchor(read.anchors, true);
      return;
    }
    this.#entries++;
    const { entry, hash, computed } = read;
    const { writer, seq, prev } = entry;
    const say = (code: LogFinding["code"], message: string) => this.#find(code, place, writer, seq, message);
    if (computed !== hash) say("changed", "it is not what its hash says");
    const state = this.#chains.get(writer) ?? this.#begin(writer, seq, prev, say);
    if (seq < state.next) {
      say("repeated", `${state.next} was to come: it is there twice, or was put elsewhere`);
      return;
    }
    if (seq > state.next) this.#skipRemoved(writer, seq, state);
    if (seq > state.next) say("missing", `${state.next} was to come: ${seq - state.next} before it are missing`);
    else if (prev !== state.prev) say("unlinked", "it does not follow the entry before it");
    state.next = seq + 1;
    state.prev = hash;
    for (const anchor of this.#anchors.get(writer) ?? []) {
      if (anchor.seq === seq && anchor.hash !== hash) {
        say("differs_from_anchor", "an anchor says that it was another");
      }
    }
  }

  /** What there is to say when all lines have come. */
  end(): Verified {
    for (const [writer, anchors] of this.#anchors) {
      const state = this.#chains.get(writer);
      // Retention may have removed all of it.
      const last = Math.max((state?.next ?? 0) - 1, this.#removed(writer)?.seq ?? -1);
      const furthest = Math.max(...anchors.map(({ seq }) => seq));
      if (last < furthest) {
        const message = `its last ${furthest - last} entries are missing`;
        this.#find("truncated", "end", writer, furthest, message);
      }
    }
    for (const writer of this.#chains.keys()) {
      if (this.#known === undefined || this.#known.has(writer)) continue;
      this.#find("unknown_writer", "end", writer, null, "the store keeps no head of its chain");
    }
    return {
      findings: this.#findings,
      entries: this.#entries,
      anchors: [...this.#chains].map(([writer, { next, prev, from }]) => {
        return { writer, seq: next - 1, hash: prev ?? "", from };
      }),
      unanchored: [...this.#chains.keys()].filter((writer) => !this.#anchors.has(writer)),
    };
  }

  /** Where a chain begins: with its genesis, or after what retention has removed. */
  #begin(
    writer: string,
    seq: number,
    prev: string | null,
    say: (code: "no_beginning", message: string) => void,
  ): State {
    const from = this.#removed(writer, seq);
    const state: State = { from, next: from === null ? 0 : from.seq + 1, prev: from?.hash ?? null };
    if (from === null && seq > 0) {
      say("no_beginning", `its chain begins with ${seq}, and nothing tells what became of the entries before`);
      state.next = seq;
      state.prev = prev;
    }
    this.#chains.set(writer, state);
    return state;
  }

  /** Goes on after entries that retention has removed since the chain was begun. */
  #skipRemoved(writer: string, seq: number, state: State): void {
    const from = this.#removed(writer, seq);
    if (from === null || from.seq < state.next) return;
    state.from = from;
    state.next = from.seq + 1;
    state.prev = from.hash;
  }

  /** The latest that retention has removed of a chain, before an entry. Anchors may be of different times. */
  #removed(writer: string, before = Number.POSITIVE_INFINITY): From | null {
    let latest: From | null = null;
    for (const { from } of this.#anchors.get(writer) ?? []) {
      if (from !== null && from.seq < before && from.seq > (latest?.seq ?? -1)) latest = from;
    }
    return latest;
  }

  #find(code: LogFinding["code"], place: string, writer: string | null, seq: number | null, message: string): void {
    this.#findings.push({ code, place, writer, seq, message });
  }
}
