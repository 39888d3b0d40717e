// Staging: reads what policies need of a request, before anything is written. Getters and proxies of the caller run
// here and nowhere else, each property once, and may call the engine again: a stage belongs to one call at a time.
import { below, type Column, spread, stageMembers } from "./columns.js";
import {
  ARRAY,
  COLUMN,
  FALSE,
  FIXED_NODES,
  LONG_ARRAY,
  MAX_ELEMENTS,
  MAX_STRING_BYTES,
  MISSING,
  NULL,
  NUMBER,
  OBJECT,
  ROOT,
  STRING,
  TRUE,
  UNSUPPORTED,
} from "./core.js";
import { type Nodes, STEP_MEMBER, STEP_NONE, zeros } from "./nodes.js";
import { isArray, isPlain, lengthOf, member, ownNames, prototypeOf, UNREADABLE } from "./values.js";

/** Among more names of an object each is asked for by itself. */
const FEW_NAMES = 64;

/** An array without holes, so that nothing is read of a prototype that somebody wrote elements to. */
function vacant<T>(length: number): (T | undefined)[] {
  return Array.from({ length }, () => undefined);
}

/** What was read of one request. */
export class Stage {
  readonly nodes: Nodes;
  /** By node: the tag of the value, `STRING` for every string. */
  readonly tags: number[];
  /** By node: numbers, and lengths of arrays and columns. */
  readonly numbers: Float64Array;
  /** By node: strings, objects and arrays. */
  readonly values: unknown[];
  /** By node: 1 where strings are needed in full. */
  readonly bytes: number[];
  /** By node, where the tag is `COLUMN`. */
  readonly columns: (Column | undefined)[];
  /** By node, where the tag is `ROWS`: a column for each value of the parent's column. */
  readonly rows: ((Column | undefined)[] | undefined)[];
  /** The nodes to write, each once: parents first. */
  readonly order: number[] = [];
  count = 0;
  /** Cells that the columns take. */
  cells = 0;
  /** Bytes that the strings can take. */
  heap = 0;
  readonly picks: number[] = [];
  pickCount = 0;
  /** By node: the call that read it last. */
  readonly #stamps: number[];
  /** By node: the call that has it written. */
  readonly #writes: number[];
  /** By node: the call that asked for the object's names last, the names, and where one stood among its parent's. */
  readonly #named: number[];
  readonly #names: (readonly string[] | undefined)[];
  readonly #hints: number[];
  #epoch = 0;
  constructor(nodes: Nodes) {
    const { count } = nodes;
    this.nodes = nodes;
    this.tags = zeros(count);
    this.numbers = new Float64Array(count);
    this.bytes = zeros(count);
    this.#stamps = zeros(count);
    this.#writes = zeros(count);
    this.#named = zeros(count);
    this.#names = vacant(count);
    this.#hints = zeros(count);
    this.values = vacant(count);
    this.columns = vacant(count);
    this.rows = vacant(count);
  }

  /** Reads the fixed nodes, which are always written. */
  begin(request: unknown): void {
    this.#epoch++;
    this.put(ROOT, request);
    if (this.tags[ROOT] === OBJECT && !this.#tellsNames(request as object)) this.tags[ROOT] = UNSUPPORTED;
    const isRead = this.tags[ROOT] === OBJECT;
    for (let node = ROOT; node < FIXED_NODES; node++) {
      if (!isRead && node !== ROOT) this.tags[node] = MISSING;
      else if (node !== ROOT) this.#readNew(node);
      this.#writes[node] = this.#epoch;
      this.bytes[node] = 0;
      this.order[this.count++] = node;
    }
  }

  /** Reads a node whose ancestors were read, to be written; `bytes` is 1 if its strings are needed in full. */
  read(node: number, bytes: number): void {
    this.pass(node);
    if (this.#writes[node] !== this.#epoch) {
      this.#writes[node] = this.#epoch;
      this.order[this.count++] = node;
      this.bytes[node] = 0;
    }
    if (bytes !== 0 && this.bytes[node] === 0) {
      this.bytes[node] = 1;
      if (this.tags[node] === STRING) this.heap += Math.min((this.values[node] as string).length, MAX_STRING_BYTES) * 3;
    }
  }

  /** Reads a node whose ancestors were read, for the sake of those below. */
  pass(node: number): void {
    if (node < FIXED_NODES || this.#stamps[node] === this.#epoch) return;
    this.#stamps[node] = this.#epoch;
    this.#readNew(node);
  }

  /** Notes that a bucket of policies must be looked at. */
  pick(bucket: number): void {
    this.picks[this.pickCount++] = bucket;
  }

  /** Makes room for the next request. Of this one, what was read stays until then. */
  end(): void {
    this.count = 0;
    this.cells = 0;
    this.heap = 0;
    this.pickCount = 0;
  }

  #readNew(node: number): void {
    const { nodes, tags } = this;
    nodes.describe(node);
    const parent = nodes.parent[node] as number;
    const tag = tags[parent] as number;
    const step = nodes.step[node] as number;
    if (step !== STEP_MEMBER) {
      tags[node] = MISSING;
      if (step !== STEP_NONE) spread(this, node, parent, step);
    } else if (tag === OBJECT) this.put(node, this.#member(parent, node));
    else if (tag === COLUMN) stageMembers(this, node, parent);
    else tags[node] = this.#below(parent);
  }

  #member(parent: number, node: number): unknown {
    const object = this.values[parent] as object;
    const key = this.nodes.key[node] as string;
    try {
      const names = this.#namesOf(parent, object);
      if (names.length > FEW_NAMES) return member(object, key);
      if (names[this.#hints[node] as number] !== key) {
        const at = names.indexOf(key);
        if (at < 0) return undefined;
        this.#hints[node] = at;
      }
      return (object as Record<string, unknown>)[key];
    } catch {
      return UNREADABLE;
    }
  }

  #tellsNames(request: object): boolean {
    try {
      this.#namesOf(ROOT, request);
      return true;
    } catch {
      return false;
    }
  }

  /** The own enumerable names of the object at a node, asked for once. */
  #namesOf(node: number, object: object): readonly string[] {
    if (this.#named[node] !== this.#epoch) {
      this.#named[node] = this.#epoch;
      this.#names[node] = ownNames(object);
    }
    return this.#names[node] as readonly string[];
  }

  /** What the members of a value are that is no object. */
  #below(node: number): number {
    return below(this.tags[node] as number, this.numbers[node] as number, this.values[node]);
  }

  // Not a `switch` over `typeof`: engines test for one type in place, and make a call for the name of any.
  put(node: number, value: unknown): void {
    if (typeof value === "string") {
      this.tags[node] = STRING;
      this.values[node] = value;
    } else if (typeof value === "number") {
      this.tags[node] = NUMBER;
      this.numbers[node] = value;
    } else if (value === undefined) this.tags[node] = MISSING;
    else if (value === null) this.tags[node] = NULL;
    else if (value === true) this.tags[node] = TRUE;
    else if (value === false) this.tags[node] = FALSE;
    else if (typeof value === "object") this.#putObject(node, value);
    else this.tags[node] = UNSUPPORTED;
  }

  #putObject(node: number, value: object): void {
    let tag = UNSUPPORTED;
    try {
      const prototype = prototypeOf(value);
      if (isArray(value)) {
        const length = lengthOf(value);
        this.numbers[node] = length;
        tag = length < 0 ? UNSUPPORTED : length > MAX_ELEMENTS ? LONG_ARRAY : ARRAY;
      } else if (isPlain(prototype)) {
        tag = OBJECT;
      }
      this.values[node] = value;
    } catch {
      tag = UNSUPPORTED;
    }
    this.tags[node] = tag;
  }
}
