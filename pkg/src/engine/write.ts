// Writing: from what was staged to cells, strings and picks in the core's memory. Nothing here runs user code.
import type { Column } from "./columns.js";
import {
  ARRAY,
  COLUMN,
  INTERNED,
  LONG_STRING,
  MAX_COLUMN_BYTES,
  MAX_ELEMENTS,
  MAX_NESTED_BYTES,
  NUMBER,
  OTHER_STRING,
  ROWS,
  STRING,
  TOO_MANY_NAMES,
  TOO_MANY_NESTED,
  UNSUPPORTED,
} from "./core.js";
import type { ColdCore } from "./instance.js";
import { NO_LITERALS, type Nodes, STEP_KEYS, STEP_MEMBER } from "./nodes.js";
import type { Stage } from "./stage.js";
import { isLong, isWellFormed, SURELY_SHORT, utf8Length } from "./values.js";

const encoder = new TextEncoder();
/** Up to so many characters a loop beats `encodeInto`, which needs a view of its own. */
const SHORT = 48;
/** `u32`s in a cell. */
const CELL = 4;

/** The memory that a core shares with its writer. */
export class Writer {
  /** All of the memory; detached, so of length 0, once it has grown. */
  words: Uint32Array;
  readonly #core: ColdCore;
  readonly #memory: WebAssembly.Memory;
  readonly #nodes: Nodes;
  #doubles: Float64Array;
  #bytes: Uint8Array;
  /** Where cells begin, in words; where strings begin and end, in bytes; where picks begin, in words. */
  #frame = 0;
  #heap = 0;
  #top = 0;
  #picks = 0;
  #cellRoom: number;
  #pickRoom = 64;
  #heapRoom = 16_384;
  /** The next free cell. */
  #next = 0;
  /** Bytes that all arrays at one item path have left for strings, where those could pass the cap. */
  #nestedRoom = Number.POSITIVE_INFINITY;

  constructor(core: ColdCore, memory: WebAssembly.Memory, nodes: Nodes) {
    this.#core = core;
    this.#memory = memory;
    this.#nodes = nodes;
    this.#cellRoom = nodes.count + 256;
    this.#reserve(this.#cellRoom, this.#heapRoom, this.#pickRoom);
    this.words = new Uint32Array(memory.buffer);
    this.#doubles = new Float64Array(memory.buffer);
    this.#bytes = new Uint8Array(memory.buffer);
  }

  /** Views of the memory as it is now. */
  refresh(): void {
    const { buffer } = this.#memory;
    this.words = new Uint32Array(buffer);
    this.#doubles = new Float64Array(buffer);
    this.#bytes = new Uint8Array(buffer);
  }

  /** Writes all that a stage holds. */
  write(stage: Stage): void {
    const cells = this.#nodes.count + stage.cells;
    if (cells > this.#cellRoom || stage.heap > this.#heapRoom || stage.pickCount > this.#pickRoom) {
      this.#reserve(
        Math.max(cells, this.#cellRoom),
        Math.max(stage.heap, this.#heapRoom),
        Math.max(stage.pickCount, this.#pickRoom),
      );
    }
    if (this.words.length === 0) this.refresh();
    this.#next = this.#nodes.count;
    this.#top = this.#heap;
    const { order, count, picks, pickCount, tags, numbers, values, bytes } = stage;
    const { words } = this;
    const { literals } = this.#nodes;
    const doubles = this.#doubles;
    const frame = this.#frame;
    for (let i = 0; i < count; i++) {
      const node = order[i] as number;
      const at = frame + node * CELL;
      const tag = tags[node] as number;
      words[at] = tag;
      if (tag === STRING) {
        const text = values[node] as string;
        if (literals[node] === NO_LITERALS && bytes[node] === 0 && text.length < SURELY_SHORT && isWellFormed(text)) {
          words[at] = OTHER_STRING;
          words[at + 1] = text.length === 0 ? 0 : 1;
        } else this.#string(at, node, text, bytes[node] as number);
      } else if (tag === NUMBER) doubles[(at >>> 1) + 1] = numbers[node] as number;
      else if (tag === ARRAY) words[at + 1] = numbers[node] as number;
      else if (tag === COLUMN) this.#column(stage, node, at);
      else if (tag === ROWS) this.#rows(stage, node);
    }
    for (let i = 0; i < pickCount; i++) words[this.#picks + i] = picks[i] as number;
  }

  #reserve(cells: number, heap: number, picks: number): void {
    const core = this.#core;
    core.reserve(cells, heap, picks);
    this.#frame = core.frame_ptr() >>> 2;
    this.#heap = core.heap_ptr();
    this.#picks = core.picks_ptr() >>> 2;
    this.#cellRoom = cells;
    this.#heapRoom = core.heap_capacity();
    this.#pickRoom = picks;
  }

  #string(at: number, node: number, text: string, bytes: number): void {
    const { words } = this;
    const nodes = this.#nodes;
    const literal = nodes.literals[node] === NO_LITERALS ? -1 : nodes.literal(node, text);
    if (literal >= 0) {
      words[at] = INTERNED;
      words[at + 2] = literal;
    } else if (isLong(text)) words[at] = LONG_STRING;
    else if (!isWellFormed(text)) words[at] = UNSUPPORTED;
    else if (bytes !== 0) {
      words[at] = STRING;
      words[at + 2] = this.#top - this.#heap;
      words[at + 1] = this.#text(text);
    } else {
      words[at] = OTHER_STRING;
      words[at + 1] = text.length === 0 ? 0 : 1;
    }
  }

  /** Writes the bytes of a string that fits; answers how many. */
  #text(text: string): number {
    const bytes = this.#bytes;
    const { length } = text;
    const start = this.#top;
    if (length <= SHORT) {
      let i = 0;
      for (; i < length; i++) {
        const unit = text.charCodeAt(i);
        if (unit > 0x7f) break;
        bytes[start + i] = unit;
      }
      if (i === length) {
        this.#top = start + length;
        return length;
      }
    }
    const { written } = encoder.encodeInto(text, bytes.subarray(start, start + length * 3));
    this.#top = start + written;
    return written;
  }

  /** Elements and names are found by the cell of their parent, members of elements by their own. */
  #column(stage: Stage, node: number, at: number): void {
    const { words } = this;
    const column = stage.columns[node] as Column;
    const first = this.#run(column, node, stage.bytes[node] as number);
    const step = this.#nodes.step[node] as number;
    if (step === STEP_MEMBER) {
      words[at] = COLUMN;
      words[at + 1] = column.length;
      words[at + 2] = first;
    } else
      this.#link(this.#frame + (this.#nodes.parent[node] as number) * CELL, step, stage.numbers[node] as number, first);
  }

  #rows(stage: Stage, node: number): void {
    const rows = stage.rows[node] as (Column | undefined)[];
    const parent = this.#nodes.parent[node] as number;
    const step = this.#nodes.step[node] as number;
    const of = stage.columns[parent] as Column;
    const units = rows.reduce((sum, column) => sum + (column?.units ?? 0), 0);
    if (units * 3 > MAX_NESTED_BYTES) this.#nestedRoom = MAX_NESTED_BYTES;
    for (let i = 0; i < rows.length; i++) {
      const column = rows[i];
      const at = this.#frame + (of.first + i) * CELL;
      // A proxy that would not tell its names has another tag now. Other cells are as they were written: of a string
      // the tag that was staged is not the one that it got.
      if (of.tags[i] === UNSUPPORTED) this.words[at] = UNSUPPORTED;
      if (column === undefined || column.total < 0) continue;
      const first = column.over ? TOO_MANY_NESTED : this.#run(column, node, stage.bytes[node] as number);
      this.#link(at, step, column.total, first);
    }
    this.#nestedRoom = Number.POSITIVE_INFINITY;
  }

  /** Writes into the cell of an array or an object how many elements or names it has, and where they begin. */
  #link(at: number, step: number, total: number, first: number): void {
    const { words } = this;
    if (total < 0) return;
    words[at + 1] = step === STEP_KEYS && total > MAX_ELEMENTS ? TOO_MANY_NAMES : total;
    words[at + 2] = first;
  }

  /** Writes the cells of a column; answers the first. */
  #run(column: Column, node: number, bytes: number): number {
    const { length, tags, numbers, values } = column;
    const { words } = this;
    const first = this.#next;
    this.#next = first + length;
    column.first = first;
    // Strings are counted only where they could pass the cap.
    let left = column.units * 3 > MAX_COLUMN_BYTES ? MAX_COLUMN_BYTES : Number.POSITIVE_INFINITY;
    const counts = left !== Number.POSITIVE_INFINITY || this.#nestedRoom !== Number.POSITIVE_INFINITY;
    for (let i = 0; i < length; i++) {
      const at = this.#frame + (first + i) * CELL;
      const tag = tags[i] as number;
      if (tag === STRING) {
        const text = values[i] as string;
        // Once a string has passed the cap, none behind it is read.
        if (left < 0 || this.#nestedRoom < 0) {
          words[at] = LONG_STRING;
          continue;
        }
        if (counts && !isLong(text) && isWellFormed(text)) {
          const size = utf8Length(text);
          left = size > left ? -1 : left - size;
          if (left >= 0) this.#nestedRoom = size > this.#nestedRoom ? -1 : this.#nestedRoom - size;
          if (left < 0 || this.#nestedRoom < 0) {
            words[at] = LONG_STRING;
            continue;
          }
        }
        this.#string(at, node, text, bytes);
      } else {
        words[at] = tag;
        if (tag === NUMBER) this.#doubles[(at >>> 1) + 1] = numbers[i] as number;
        else if (tag === ARRAY) words[at + 1] = numbers[i] as number;
      }
    }
    return first;
  }
}
