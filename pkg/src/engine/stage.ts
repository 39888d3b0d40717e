// Staging: reads what policies need of a request, before anything is written. Getters and proxies of the caller run
// here and nowhere else, each property once, and may call the engine again: a stage belongs to one call at a time.
import { below, type Column, spread, stageMembers } from "./columns.js";
import {
  ACTION,
  AGENT,
  APP,
  ARRAY,
  COLUMN,
  COMMON,
  FALSE,
  FIXED_NODES,
  LONG_ARRAY,
  MAX_ELEMENTS,
  MAX_STRING_BYTES,
  MISSING,
  NOW,
  NULL,
  NUMBER,
  OBJECT,
  ROOT,
  RUN,
  RUN_MODE,
  RUN_ROOT_ID,
  STRING,
  TENANT,
  TOOL,
  TRUE,
  UNSUPPORTED,
  USER,
  WORKFLOW,
} from "./core.js";
import { COMMON_FIXED, EVERY_FIXED, type Facts, namesAskedOf, namesOf, readEntity, readOfRun } from "./fixed.js";
import { type Nodes, STEP_MEMBER, STEP_NONE, zeros } from "./nodes.js";
import {
  inheritsNothing,
  isArray,
  isClean,
  isPlain,
  lengthOf,
  member,
  ownNames,
  prototypeOf,
  UNREADABLE,
} from "./values.js";

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
  /** For a request of the common kind: `COMMON`, and a bit for each entity that is no `null`. Else 0. */
  stated = 0;
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
  /** Whether nobody has written enumerable properties to the prototype of all objects. */
  #clean = false;
  /**
   * By node: whether a walk over the object's names meets its own enumerable ones and no others. Engines keep these names
   * with the object's shape, so the walk beats the question whether a property is one of them by far.
   */
  readonly walkable = zeros(FIXED_NODES);

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

  /** Reads the fixed nodes. */
  begin(request: unknown): void {
    this.#epoch++;
    this.#clean = isClean();
    this.stated = 0;
    this.put(ROOT, request);
    if (this.tags[ROOT] !== OBJECT) {
      this.tags.fill(MISSING, ACTION, FIXED_NODES);
      this.#always(EVERY_FIXED);
      return;
    }
    const facts = request as Facts;
    let names = 0;
    try {
      names = this.walkable[ROOT] === 1 ? namesOf(facts) : namesAskedOf(facts);
    } catch {
      this.tags[ROOT] = UNSUPPORTED;
      this.tags.fill(MISSING, ACTION, FIXED_NODES);
      this.#always(EVERY_FIXED);
      return;
    }
    let value: unknown = UNREADABLE;
    try {
      value = (names & 1) === 0 ? undefined : facts.action;
    } catch {}
    this.put(ACTION, value);
    value = UNREADABLE;
    try {
      value = (names & 2) === 0 ? undefined : facts.now;
    } catch {}
    this.put(NOW, value);
    const { tags, values, walkable } = this;
    const clean = this.#clean;
    value = UNREADABLE;
    try {
      value = (names & 4) === 0 ? undefined : facts.tenant;
    } catch {}
    let stated = readEntity(this, tags, values, walkable, clean, TENANT, value);
    value = UNREADABLE;
    try {
      value = (names & 8) === 0 ? undefined : facts.app;
    } catch {}
    stated |= readEntity(this, tags, values, walkable, clean, APP, value);
    value = UNREADABLE;
    try {
      value = (names & 16) === 0 ? undefined : facts.user;
    } catch {}
    stated |= readEntity(this, tags, values, walkable, clean, USER, value);
    value = UNREADABLE;
    try {
      value = (names & 32) === 0 ? undefined : facts.workflow;
    } catch {}
    stated |= readEntity(this, tags, values, walkable, clean, WORKFLOW, value);
    value = UNREADABLE;
    try {
      value = (names & 64) === 0 ? undefined : facts.agent;
    } catch {}
    stated |= readEntity(this, tags, values, walkable, clean, AGENT, value);
    value = UNREADABLE;
    try {
      value = (names & 128) === 0 ? undefined : facts.tool;
    } catch {}
    stated |= readEntity(this, tags, values, walkable, clean, TOOL, value);
    value = UNREADABLE;
    try {
      value = (names & 256) === 0 ? undefined : facts.run;
    } catch {}
    stated |= readEntity(this, tags, values, walkable, clean, RUN, value);
    this.#run();
    const hasTenant = (stated & 1) !== 0 && (values[TENANT + 1] as string).length > 0;
    if (stated > 0 && hasTenant) {
      this.stated = (stated | COMMON) >>> 0;
      this.#always(COMMON_FIXED);
    } else this.#always(EVERY_FIXED);
  }

  /** Has fixed nodes written whether or not policies read them. */
  #always(fixed: readonly number[]): void {
    for (let i = 0; i < fixed.length; i++) {
      const node = fixed[i] as number;
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
    if (parent < FIXED_NODES) return this.#own(parent, object, key);
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

  /** The own enumerable names of the object at a node, asked for once. */
  #namesOf(node: number, object: object): readonly string[] {
    if (this.#named[node] !== this.#epoch) {
      this.#named[node] = this.#epoch;
      this.#names[node] = ownNames(object);
    }
    return this.#names[node] as readonly string[];
  }

  /** An entity that is no object as `JSON.parse` makes them, and its id. */
  entity(node: number, value: unknown): void {
    this.put(node, value);
    if (this.tags[node] === OBJECT) this.put(node + 1, this.#own(node, value as object, "id"));
    else this.tags[node + 1] = this.#below(node);
  }

  /** What a run has beyond its id. */
  #run(): void {
    const { tags } = this;
    if (tags[RUN] !== OBJECT) {
      tags[RUN_MODE] = this.#below(RUN);
      tags[RUN_ROOT_ID] = this.#below(RUN);
      return;
    }
    const run = this.values[RUN] as Facts;
    if (this.walkable[RUN] === 0) {
      this.put(RUN_MODE, member(run, "mode"));
      this.put(RUN_ROOT_ID, member(run, "root_id"));
      return;
    }
    let mode: unknown;
    let rootId: unknown;
    try {
      for (const name in run) {
        if (name === "mode") mode = readOfRun(run, "mode");
        else if (name === "root_id") rootId = readOfRun(run, "root_id");
      }
    } catch {
      mode = UNREADABLE;
      rootId = UNREADABLE;
    }
    this.put(RUN_MODE, mode);
    this.put(RUN_ROOT_ID, rootId);
  }

  /** An own enumerable property of the entity at a node, which has few. */
  #own(node: number, object: object, key: string): unknown {
    if (this.walkable[node] === 0) return member(object, key);
    try {
      for (const name in object) if (name === key) return (object as Record<string, unknown>)[key];
      return undefined;
    } catch {
      return UNREADABLE;
    }
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
        if (node < FIXED_NODES) this.walkable[node] = this.#clean && inheritsNothing(prototype) ? 1 : 0;
      }
      this.values[node] = value;
    } catch {
      tag = UNSUPPORTED;
    }
    this.tags[node] = tag;
  }
}
