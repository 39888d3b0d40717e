// The memory that a core shares with JavaScript: cells, the bytes of strings, and picked buckets.
import { INTERNED, LONG_STRING, OTHER_STRING, STRING, UNSUPPORTED } from "./core.js";
import type { ColdCore, Instance } from "./instance.js";
import type { Nodes } from "./nodes.js";
import { isLong, isWellFormed } from "./values.js";

const encoder = new TextEncoder();
/** Up to so many characters a loop beats `encodeInto`, which needs a view of its own. */
const SHORT = 48;
/** `u32`s in a cell. */
export const CELL = 4;

/** Where the parts of one core's frame are, and how to write to them. */
export class Memory {
  /** All of the memory; detached, so of length 0, once it has grown. */
  words: Uint32Array;
  doubles: Float64Array;
  /** Where cells begin, and where picks begin, in words; where strings begin, in bytes. */
  frame = 0;
  picks = 0;
  heap = 0;
  /** Cells, bytes and picks that there is room for. */
  cellRoom: number;
  heapRoom = 16_384;
  pickRoom = 64;
  /** The next free cell, and where the next string goes. */
  next = 0;
  top = 0;
  #bytes: Uint8Array;
  readonly #core: ColdCore;
  readonly #instance: Instance;
  /** The calls of the instance when the frame began. */
  #calls = 0;
  readonly #nodes: Nodes;

  constructor(core: ColdCore, instance: Instance, nodes: Nodes) {
    const { memory } = instance.glue;
    this.#core = core;
    this.#instance = instance;
    this.#nodes = nodes;
    this.cellRoom = nodes.count + 256;
    this.reserve(this.cellRoom, this.heapRoom, this.pickRoom);
    this.words = new Uint32Array(memory.buffer);
    this.doubles = new Float64Array(memory.buffer);
    this.#bytes = new Uint8Array(memory.buffer);
  }

  /** Views of the memory as it is now. */
  refresh(): void {
    const { buffer } = this.#instance.glue.memory;
    this.words = new Uint32Array(buffer);
    this.doubles = new Float64Array(buffer);
    this.#bytes = new Uint8Array(buffer);
  }

  /** Begins the next frame. */
  begin(): void {
    this.revive();
    this.#calls = this.#instance.calls;
    this.next = this.#nodes.count;
    this.top = this.heap;
  }

  /** Whether nobody has called the core since the frame began: each call may use its memory, or make it grow. */
  get undisturbed(): boolean {
    return this.#instance.calls === this.#calls;
  }

  /** After the router may have asked the core: what is written is still there unless the memory has grown. */
  settle(wasUndisturbed: boolean): void {
    if (wasUndisturbed && this.words.length !== 0) this.#calls = this.#instance.calls;
  }

  /** To be called after a call into the core, before the views are used. */
  revive(): void {
    if (this.words.length === 0) this.refresh();
  }

  reserve(cells: number, heap: number, picks: number): void {
    const core = this.#core;
    core.reserve(cells, heap, picks);
    this.frame = core.frame_ptr() >>> 2;
    this.heap = core.heap_ptr();
    this.picks = core.picks_ptr() >>> 2;
    this.cellRoom = cells;
    this.heapRoom = core.heap_capacity();
    this.pickRoom = picks;
  }

  /** The number in a node's cell. */
  number(node: number): number {
    this.revive();
    return this.doubles[(this.frame + node * CELL + 2) >>> 1] as number;
  }

  /** Whether the bytes of a string surely fit. */
  fits(text: string): boolean {
    return this.top - this.heap + text.length * 3 <= this.heapRoom;
  }

  /** Writes a string to the cell that begins at a word; its bytes, if they are asked for and fit. */
  string(at: number, node: number, text: string, bytes: number): void {
    const literal = this.#nodes.literal(node, text);
    if (literal >= 0) {
      this.words[at] = INTERNED;
      this.words[at + 2] = literal;
    } else this.otherString(at, text, bytes);
  }

  /** The same for one that is known to be no literal. */
  otherString(at: number, text: string, bytes: number): void {
    const { words } = this;
    if (isLong(text)) words[at] = LONG_STRING;
    else if (!isWellFormed(text)) words[at] = UNSUPPORTED;
    else if (bytes !== 0) {
      words[at] = STRING;
      words[at + 2] = this.top - this.heap;
      words[at + 1] = this.#text(text);
    } else {
      words[at] = OTHER_STRING;
      words[at + 1] = text.length === 0 ? 0 : 1;
    }
  }

  /** Writes the bytes of a string; answers how many. */
  #text(text: string): number {
    const bytes = this.#bytes;
    const { length } = text;
    const start = this.top;
    const end = this.heap + this.heapRoom;
    if (length <= SHORT && start + length <= end) {
      let i = 0;
      for (; i < length; i++) {
        const unit = text.charCodeAt(i);
        if (unit > 0x7f) break;
        bytes[start + i] = unit;
      }
      if (i === length) {
        this.top = start + length;
        return length;
      }
    }
    const { read, written } = encoder.encodeInto(text, bytes.subarray(start, end));
    // Room was made before; what lies behind is not the frame's.
    if (read < length) throw new RangeError("a string does not fit the frame");
    this.top = start + written;
    return written;
  }
}
