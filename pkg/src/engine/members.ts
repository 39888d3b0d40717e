// Members of ordinary objects: written as cells while they are read, each once. Getters may run meanwhile; if one of them
// calls the core, what is written here is lost, and `Memory` tells.
import {
  ARRAY,
  BLOCKED,
  FALSE,
  FIXED_NODES,
  INTERNED,
  MAX_NUMBER,
  MISSING,
  NULL,
  NUMBER,
  OBJECT,
  OTHER_STRING,
  ROOT,
  STRING,
  TRUE,
  UNSUPPORTED,
} from "./core.js";
import { CELL, type Memory } from "./memory.js";
import { type Nodes, zeros } from "./nodes.js";
import { isOrdinary, type Plain } from "./ordinary.js";
import { type Code, needsBytes, nodeOf, type Slot } from "./program.js";
import { isArray, isOwn, SURELY_SHORT } from "./values.js";

/** Among more names of an object each is asked for by itself, by the stage. */
const FEW_NAMES = 64;
/** Longer arrays are left to the stage, which knows their caps. */
const FEW_ELEMENTS = 256;
/** Longer elements are, too. */
const SHORT_ELEMENT = 1_024;

/** Reads the members of ordinary objects. Every answer is whether all was ordinary. */
export class Members {
  /** By node: what may be asked for again: ids that policies read, objects, arrays, strings that are no literals. */
  readonly values: unknown[];
  readonly #memory: Memory;
  readonly #nodes: Nodes;
  /** By node: the turn that read it last, and the turn whose members were; of elements, whether in full. */
  readonly #read: number[];
  readonly #walked: number[];
  readonly #full: number[];
  #turn = 0;
  #words: Uint32Array;
  #doubles: Float64Array;
  #frame = 0;

  constructor(memory: Memory, nodes: Nodes) {
    this.#memory = memory;
    this.#nodes = nodes;
    this.values = Array.from({ length: nodes.count }, () => undefined);
    this.#read = zeros(nodes.count);
    this.#walked = zeros(nodes.count);
    this.#full = zeros(nodes.count);
    this.#words = memory.words;
    this.#doubles = memory.doubles;
  }

  /** Begins the next request. */
  begin(): void {
    const { words, doubles, frame } = this.#memory;
    this.#turn++;
    this.#words = words;
    this.#doubles = doubles;
    this.#frame = frame;
  }

  /** What policies need of the objects among fixed values. */
  read(code: Code, fixed: readonly unknown[]): boolean {
    for (let at = 0; at < code.length; at += 2 + 2 * (code[at + 1] as number)) {
      const node = code[at] as number;
      const object = fixed[node] as Plain | null;
      if (object === null) {
        if (!this.#none(code, at, MISSING)) return false;
      } else if (node === ROOT ? !this.#root(code, at, fixed) : !this.#group(code, at, object)) return false;
    }
    return true;
  }

  /** A string of the fixed part that policies read. */
  text(node: number, text: string, bytes: number): boolean {
    if (this.#read[node] === this.#turn) return this.#again(node, bytes);
    this.#read[node] = this.#turn;
    // A limit may be counted by it.
    this.values[node] = text;
    return this.#string(node, text, bytes);
  }

  /** Members of the request itself: those that most requests have were read with it. */
  #root(code: Code, at: number, fixed: readonly unknown[]): boolean {
    const first = at + 2;
    const end = first + 2 * (code[at + 1] as number);
    for (let i = first; i < end; i += 2) {
      if (code[i] !== "input" && code[i] !== "usage") return this.#group(code, at, fixed[ROOT] as Plain);
    }
    this.#walked[ROOT] = this.#turn;
    for (let i = first; i < end; i += 2) {
      const slot = code[i + 1] as number | Slot;
      const node = readNode(slot);
      if (this.#read[node] === this.#turn) {
        if (!this.#more(slot)) return false;
      } else {
        this.#read[node] = this.#turn;
        if (!this.#value(slot, fixed[code[i] === "input" ? FIXED_NODES : FIXED_NODES + 1])) return false;
      }
    }
    return true;
  }

  /** The members of the object whose code begins at a place. */
  #group(code: Code, at: number, object: Plain): boolean {
    const parent = code[at] as number;
    const turn = this.#turn;
    if (this.#walked[parent] === turn) return this.#groupAgain(code, at, object);
    this.#walked[parent] = turn;
    const first = at + 2;
    let missing = code[at + 1] as number;
    const end = first + 2 * missing;
    let names = 0;
    // Policies mostly name members in the order in which requests have them.
    let next = first;
    for (const name in object) {
      if (++names > FEW_NAMES) return false;
      let i = next;
      if (i >= end || code[i] !== name) {
        i = placeOf(name, code, first, end);
        if (i < 0) continue;
      }
      next = i + 2;
      const slot = code[i + 1] as number | Slot;
      this.#read[readNode(slot)] = turn;
      if (!this.#value(slot, object[name])) return false;
      if (--missing === 0) return true;
    }
    return this.#rest(code, first, end);
  }

  /** Those that an object does not have. */
  #rest(code: Code, first: number, end: number): boolean {
    for (let i = first + 1; i < end; i += 2) {
      const slot = code[i] as number | Slot;
      const node = readNode(slot);
      if (this.#read[node] === this.#turn) continue;
      this.#read[node] = this.#turn;
      if (!this.#absent(slot, MISSING)) return false;
    }
    return true;
  }

  /** The same of an object whose members, or some of them, other policies have read. */
  #groupAgain(code: Code, at: number, object: Plain): boolean {
    const first = at + 2;
    const end = first + 2 * (code[at + 1] as number);
    const read = this.#read;
    let missing = 0;
    for (let i = first + 1; i < end; i += 2) {
      const slot = code[i] as number | Slot;
      if (read[readNode(slot)] !== this.#turn) missing++;
      else if (!this.#more(slot)) return false;
    }
    if (missing === 0) return true;
    let names = 0;
    for (const name in object) {
      if (++names > FEW_NAMES) return false;
      const i = placeOf(name, code, first, end);
      if (i < 0) continue;
      const slot = code[i + 1] as number | Slot;
      const node = readNode(slot);
      if (read[node] === this.#turn) continue;
      read[node] = this.#turn;
      if (!this.#value(slot, object[name])) return false;
      if (--missing === 0) return true;
    }
    return this.#rest(code, first, end);
  }

  /** Members of what is no object have the tag that is given. */
  #none(code: Code, at: number, tag: number): boolean {
    const end = at + 2 + 2 * (code[at + 1] as number);
    for (let i = at + 3; i < end; i += 2) {
      const slot = code[i] as number | Slot;
      const node = readNode(slot);
      if (this.#read[node] === this.#turn) {
        if (!this.#more(slot)) return false;
      } else {
        this.#read[node] = this.#turn;
        if (!this.#absent(slot, tag)) return false;
      }
    }
    return true;
  }

  #absent(slot: number | Slot, tag: number): boolean {
    const isPlain = typeof slot === "number";
    this.#words[this.#frame + nodeOf(isPlain ? slot : slot.read) * CELL] = tag;
    return isPlain || slot.below === null || this.#none(slot.below, 0, tag);
  }

  #value(slot: number | Slot, value: unknown): boolean {
    const read = typeof slot === "number" ? slot : slot.read;
    const node = nodeOf(read);
    const words = this.#words;
    const at = this.#frame + node * CELL;
    const below = typeof slot === "number" ? null : slot.below;
    if (typeof value === "string") {
      if (!this.#string(node, value, needsBytes(read))) return false;
    } else if (typeof value === "number") {
      words[at] = NUMBER;
      this.#doubles[(at + 2) >>> 1] = value;
      if (below !== null && !(Math.abs(value) <= MAX_NUMBER)) return false;
    } else if (value === undefined || value === null) {
      words[at] = value === null ? NULL : MISSING;
      return below === null || this.#none(below, 0, MISSING);
    } else if (value === true) words[at] = TRUE;
    else if (value === false) words[at] = FALSE;
    else if (isArray(value)) return this.#array(slot, node, value);
    else if (isOrdinary(value)) {
      words[at] = OBJECT;
      this.values[node] = value;
      return below === null || this.#group(below, 0, value);
    } else return false;
    return below === null || this.#none(below, 0, BLOCKED);
  }

  /** What other policies need of a value that was read. */
  #more(slot: number | Slot): boolean {
    if (typeof slot === "number") return this.#again(nodeOf(slot), needsBytes(slot));
    const { read, below, elements } = slot;
    const node = nodeOf(read);
    const tag = this.#words[this.#frame + node * CELL] as number;
    if (!this.#again(node, needsBytes(read))) return false;
    if (elements >= 0 && tag === ARRAY) {
      const column = nodeOf(elements);
      if (this.#read[column] !== this.#turn) {
        if (!this.#elements(node, elements, this.values[node] as unknown[])) return false;
      } else if (needsBytes(elements) > (this.#full[column] as number)) return false;
    }
    if (below === null) return true;
    if (tag === OBJECT) return this.#group(below, 0, this.values[node] as Plain);
    // What the stage would say of members of an odd number is its own.
    if (tag === NUMBER) return false;
    return this.#none(below, 0, tag === MISSING || tag === NULL ? MISSING : BLOCKED);
  }

  /** A string that was written for other policies, which may not have needed it in full. */
  #again(node: number, bytes: number): boolean {
    if (bytes === 0 || this.#words[this.#frame + node * CELL] !== OTHER_STRING) return true;
    return this.#string(node, this.values[node] as string, 1);
  }

  #string(node: number, text: string, bytes: number): boolean {
    const words = this.#words;
    const at = this.#frame + node * CELL;
    const literal = this.#nodes.literal(node, text);
    if (literal >= 0) {
      words[at] = INTERNED;
      words[at + 2] = literal;
      return true;
    }
    const memory = this.#memory;
    if (text.length >= SURELY_SHORT || (bytes !== 0 && !memory.fits(text))) return false;
    memory.otherString(at, text, bytes);
    this.values[node] = text;
    const tag = words[at];
    return tag === STRING || tag === OTHER_STRING;
  }

  #array(slot: number | Slot, node: number, array: readonly unknown[]): boolean {
    const { length } = array;
    const words = this.#words;
    const at = this.#frame + node * CELL;
    // The length of a proxy is whatever it says.
    if (length >>> 0 !== length || length > FEW_ELEMENTS) return false;
    words[at] = ARRAY;
    words[at + 1] = length;
    this.values[node] = array;
    if (typeof slot === "number") return true;
    const { elements, below } = slot;
    if (elements >= 0 && !this.#elements(node, elements, array)) return false;
    return below === null || this.#none(below, 0, BLOCKED);
  }

  /** The elements of the array at a node, where all are scalars. */
  #elements(of: number, read: number, array: readonly unknown[]): boolean {
    const node = nodeOf(read);
    const bytes = needsBytes(read);
    const memory = this.#memory;
    const words = this.#words;
    const { next: first } = memory;
    const place = this.#frame + of * CELL;
    const length = words[place + 1] as number;
    if (first + length > memory.cellRoom || length > (this.#nodes.max[node] as number)) return false;
    this.#read[node] = this.#turn;
    this.#full[node] = bytes;
    memory.next = first + length;
    words[place + 2] = first;
    let at = this.#frame + first * CELL;
    for (let i = 0; i < length; i++, at += CELL) {
      const value = array[i];
      if (value === undefined || !isOwn.call(array, i)) return false;
      if (typeof value === "string") {
        if (value.length > SHORT_ELEMENT || (bytes !== 0 && !memory.fits(value))) return false;
        memory.string(at, node, value, bytes);
        if (words[at] === UNSUPPORTED) return false;
      } else if (typeof value === "number") {
        words[at] = NUMBER;
        this.#doubles[(at + 2) >>> 1] = value;
      } else if (value === null) words[at] = NULL;
      else if (value === true) words[at] = TRUE;
      else if (value === false) words[at] = FALSE;
      else return false;
    }
    return true;
  }
}

/** The node that a member goes to. */
const readNode = (slot: number | Slot): number => nodeOf(typeof slot === "number" ? slot : slot.read);

/** Where a member is among those from a place to another, or −1. */
function placeOf(name: string, code: Code, first: number, end: number): number {
  for (let i = first; i < end; i += 2) if (code[i] === name) return i;
  return -1;
}
