// Columns: the elements of arrays, the names of objects, and members of the elements.
import {
  ARRAY,
  BLOCKED,
  COLUMN,
  FALSE,
  LONG_ARRAY,
  MAX_COLUMN_BYTES,
  MAX_ELEMENTS,
  MAX_NESTED_BYTES,
  MAX_NESTED_ELEMENTS,
  MAX_NUMBER,
  MAX_STRING_BYTES,
  MISSING,
  NULL,
  NUMBER,
  OBJECT,
  ROWS,
  STRING,
  TRUE,
  UNSUPPORTED,
} from "./core.js";
import { STEP_ELEMENTS, STEP_KEYS } from "./nodes.js";
import type { Stage } from "./stage.js";
import { element, isLong, isWellFormed, lengthOf, member, ownNames, tagOfObject } from "./values.js";

/** What the members of a value are that is no object: absent, unsupported, or blocked by it. */
export function below(tag: number, number: number, value: unknown): number {
  switch (tag) {
    case MISSING:
    case NULL:
      return MISSING;
    case UNSUPPORTED:
      return UNSUPPORTED;
    case NUMBER:
      return Math.abs(number) <= MAX_NUMBER ? BLOCKED : UNSUPPORTED;
    case STRING:
      return isLong(value as string) || isWellFormed(value as string) ? BLOCKED : UNSUPPORTED;
    default:
      return BLOCKED;
  }
}

/** Values that were read, one behind the other. */
export class Column {
  length = 0;
  /** How many values there are in truth, where too many were not read. Of rows. */
  total = 0;
  /** Whether the columns before it leave no room for it. Of rows. */
  over = false;
  /** The cell of the first value, once written. */
  first = 0;
  /** UTF-16 units of all strings that may be written. */
  units = 0;
  tags = new Uint8Array(8);
  numbers = new Float64Array(8);
  values: unknown[] = [];

  /** Forgets what was read. */
  clear(): void {
    this.length = 0;
    this.units = 0;
  }

  /** Bytes that writing its strings can take. */
  get heap(): number {
    return Math.min(this.units * 3, MAX_COLUMN_BYTES + MAX_STRING_BYTES);
  }

  push(value: unknown): void {
    const at = this.length++;
    if (at >= this.tags.length) this.#grow();
    this.values[at] = value;
    if (typeof value === "string") {
      if (value.length <= MAX_STRING_BYTES) this.units += value.length;
      this.tags[at] = STRING;
    } else this.tags[at] = this.#tag(at, value);
  }

  /** A value without a value of its own. */
  pushTag(tag: number): void {
    const at = this.length++;
    if (at >= this.tags.length) this.#grow();
    this.values[at] = undefined;
    this.tags[at] = tag;
  }

  #tag(at: number, value: unknown): number {
    switch (typeof value) {
      case "number":
        this.numbers[at] = value;
        return NUMBER;
      case "boolean":
        return value ? TRUE : FALSE;
      case "undefined":
        // `document.all` calls itself undefined, and is something.
        return value === undefined ? MISSING : UNSUPPORTED;
      case "object": {
        if (value === null) return NULL;
        const { tag, length } = describe(value);
        this.numbers[at] = length;
        return tag;
      }
      default:
        return UNSUPPORTED;
    }
  }

  #grow(): void {
    const { tags, numbers } = this;
    this.tags = new Uint8Array(tags.length * 4);
    this.tags.set(tags);
    this.numbers = new Float64Array(numbers.length * 4);
    this.numbers.set(numbers);
  }
}

function describe(value: object): { tag: number; length: number } {
  try {
    const tag = tagOfObject(value);
    if (tag !== ARRAY) return { tag, length: 0 };
    const length = lengthOf(value as unknown[]);
    if (length < 0) return { tag: UNSUPPORTED, length: 0 };
    return { tag: length > MAX_ELEMENTS ? LONG_ARRAY : ARRAY, length };
  } catch {
    return { tag: UNSUPPORTED, length: 0 };
  }
}

/** Reads the elements of the array, or the names of the object, at a node's parent. */
export function spread(stage: Stage, node: number, parent: number, step: number): void {
  const { tags, numbers, values, nodes } = stage;
  const max = nodes.max[node] as number;
  const tag = tags[parent];
  if (tag === COLUMN) {
    spreadRows(stage, node, stage.columns[parent] as Column, step);
  } else if (step === STEP_ELEMENTS && tag === ARRAY) {
    const length = numbers[parent] as number;
    const column = open(stage, node, length);
    if (length <= max) readElements(column, values[parent] as unknown[], length);
    close(stage, column);
  } else if (step === STEP_KEYS && tag === OBJECT) {
    const column = open(stage, node, 0);
    const length = readNames(column, values[parent] as object, max);
    if (length < 0) tags[parent] = UNSUPPORTED;
    numbers[node] = length;
    close(stage, column);
  }
}

/** Reads one member of each value of the column at a node's parent. */
export function stageMembers(stage: Stage, node: number, parent: number): void {
  const of = stage.columns[parent] as Column;
  const key = stage.nodes.key[node] as string;
  const column = open(stage, node, of.length);
  for (let i = 0; i < of.length; i++) {
    const tag = of.tags[i] as number;
    if (tag === OBJECT) column.push(member(of.values[i] as object, key));
    else column.pushTag(below(tag, of.numbers[i] as number, of.values[i]));
  }
  close(stage, column);
}

function spreadRows(stage: Stage, node: number, of: Column, step: number): void {
  const max = stage.nodes.max[node] as number;
  const rows: (Column | undefined)[] = [];
  let left = MAX_NESTED_ELEMENTS;
  let heap = 0;
  for (let i = 0; i < of.length; i++) {
    const tag = of.tags[i];
    let column: Column | undefined;
    if (step === STEP_ELEMENTS && tag === ARRAY) {
      column = new Column();
      column.total = of.numbers[i] as number;
      // Longer ones are no rows, so that what is left does not depend on who looks.
      left -= column.total;
      if (left >= 0 && column.total <= max) readElements(column, of.values[i] as unknown[], column.total);
    } else if (step === STEP_KEYS && tag === OBJECT) {
      column = new Column();
      if (left >= 0) column.total = readNames(column, of.values[i] as object, max);
      if (column.total < 0) of.tags[i] = UNSUPPORTED;
      else if (column.total <= MAX_ELEMENTS) left -= column.total;
      if (left < 0) column.clear();
    }
    rows.push(column);
    if (column === undefined) continue;
    column.over = left < 0;
    stage.cells += column.length;
    heap += column.heap;
  }
  stage.heap += Math.min(heap, MAX_NESTED_BYTES);
  stage.tags[node] = ROWS;
  stage.rows[node] = rows;
}

function open(stage: Stage, node: number, length: number): Column {
  stage.tags[node] = COLUMN;
  stage.numbers[node] = length;
  let column = stage.columns[node];
  if (column === undefined) {
    column = new Column();
    stage.columns[node] = column;
  }
  column.clear();
  return column;
}

function close(stage: Stage, column: Column): void {
  stage.cells += column.length;
  stage.heap += column.heap;
}

function readElements(column: Column, array: readonly unknown[], length: number): void {
  for (let i = 0; i < length; i++) column.push(element(array, i));
}

/** How many names there are, or −1 if an object won't tell. Over `max` they are counted alone. */
function readNames(column: Column, object: object, max: number): number {
  let names: string[];
  try {
    names = ownNames(object);
  } catch {
    return -1;
  }
  if (names.length <= max) for (const name of names.sort(byCodePoints)) column.push(name);
  return names.length;
}

/** The order of UTF-8 bytes. */
function byCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return isSurrogate(x) === isSurrogate(y) ? x - y : isSurrogate(x) ? 1 : -1;
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return (unit & 0xf800) === 0xd800;
}
