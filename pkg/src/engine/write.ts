// Writing: from what was staged to cells, strings and picks in the core's memory. Nothing here runs user code.
import type { Column } from "./columns.js";
import {
  ARRAY,
  COLUMN,
  LONG_STRING,
  MAX_COLUMN_BYTES,
  MAX_ELEMENTS,
  MAX_NESTED_BYTES,
  NUMBER,
  ROWS,
  STRING,
  TOO_MANY_NAMES,
  TOO_MANY_NESTED,
  UNSUPPORTED,
} from "./core.js";
import { CELL, type Memory } from "./memory.js";
import { type Nodes, STEP_KEYS, STEP_MEMBER } from "./nodes.js";
import type { Stage } from "./stage.js";
import { isLong, isWellFormed, utf8Length } from "./values.js";

/** Writes stages. */
export class Writer {
  readonly #memory: Memory;
  readonly #nodes: Nodes;
  /** Bytes that all arrays at one item path have left for strings, where those could pass the cap. */
  #nestedRoom = Number.POSITIVE_INFINITY;

  constructor(memory: Memory, nodes: Nodes) {
    this.#memory = memory;
    this.#nodes = nodes;
  }

  /** Writes all that a stage holds. */
  write(stage: Stage): void {
    const memory = this.#memory;
    const cells = this.#nodes.count + stage.cells;
    if (cells > memory.cellRoom || stage.heap > memory.heapRoom || stage.pickCount > memory.pickRoom) {
      memory.reserve(
        Math.max(cells, memory.cellRoom),
        Math.max(stage.heap, memory.heapRoom),
        Math.max(stage.pickCount, memory.pickRoom),
      );
    }
    memory.begin();
    const { order, count, picks, pickCount, tags, numbers, values, bytes } = stage;
    const { words, doubles, frame } = memory;
    for (let i = 0; i < count; i++) {
      const node = order[i] as number;
      const at = frame + node * CELL;
      const tag = tags[node] as number;
      words[at] = tag;
      if (tag === STRING) memory.string(at, node, values[node] as string, bytes[node] as number);
      else if (tag === NUMBER) doubles[(at >>> 1) + 1] = numbers[node] as number;
      else if (tag === ARRAY) words[at + 1] = numbers[node] as number;
      else if (tag === COLUMN) this.#column(stage, node, at);
      else if (tag === ROWS) this.#rows(stage, node);
    }
    for (let i = 0; i < pickCount; i++) words[memory.picks + i] = picks[i] as number;
  }

  /** Elements and names are found by the cell of their parent, members of elements by their own. */
  #column(stage: Stage, node: number, at: number): void {
    const { words } = this.#memory;
    const column = stage.columns[node] as Column;
    const first = this.#run(column, node, stage.bytes[node] as number);
    const step = this.#nodes.step[node] as number;
    if (step === STEP_MEMBER) {
      words[at] = COLUMN;
      words[at + 1] = column.length;
      words[at + 2] = first;
    } else
      this.#link(
        this.#memory.frame + (this.#nodes.parent[node] as number) * CELL,
        step,
        stage.numbers[node] as number,
        first,
      );
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
      const at = this.#memory.frame + (of.first + i) * CELL;
      // A proxy that would not tell its names has another tag now. Other cells are as they were written: of a string
      // the tag that was staged is not the one that it got.
      if (of.tags[i] === UNSUPPORTED) this.#memory.words[at] = UNSUPPORTED;
      if (column === undefined || column.total < 0) continue;
      const first = column.over ? TOO_MANY_NESTED : this.#run(column, node, stage.bytes[node] as number);
      this.#link(at, step, column.total, first);
    }
    this.#nestedRoom = Number.POSITIVE_INFINITY;
  }

  /** Writes into the cell of an array or an object how many elements or names it has, and where they begin. */
  #link(at: number, step: number, total: number, first: number): void {
    const { words } = this.#memory;
    if (total < 0) return;
    words[at + 1] = step === STEP_KEYS && total > MAX_ELEMENTS ? TOO_MANY_NAMES : total;
    words[at + 2] = first;
  }

  /** Writes the cells of a column; answers the first. */
  #run(column: Column, node: number, bytes: number): number {
    const { length, tags, numbers, values } = column;
    const { words } = this.#memory;
    const first = this.#memory.next;
    this.#memory.next = first + length;
    column.first = first;
    // Strings are counted only where they could pass the cap.
    let left = column.units * 3 > MAX_COLUMN_BYTES ? MAX_COLUMN_BYTES : Number.POSITIVE_INFINITY;
    const counts = left !== Number.POSITIVE_INFINITY || this.#nestedRoom !== Number.POSITIVE_INFINITY;
    for (let i = 0; i < length; i++) {
      const at = this.#memory.frame + (first + i) * CELL;
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
        this.#memory.string(at, node, text, bytes);
      } else {
        words[at] = tag;
        if (tag === NUMBER) this.#memory.doubles[(at >>> 1) + 1] = numbers[i] as number;
        else if (tag === ARRAY) words[at + 1] = numbers[i] as number;
      }
    }
    return first;
  }
}
