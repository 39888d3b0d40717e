// The places in a request that policies read, as far as they were asked for.
import { ACTION, FIXED_NODES, MAX_ELEMENTS } from "./core.js";
import type { ColdCore } from "./instance.js";
import { ownNames } from "./values.js";

/** How a node is reached from its parent. */
export const STEP_NONE = 0;
export const STEP_MEMBER = 1;
export const STEP_ELEMENTS = 2;
export const STEP_KEYS = 3;

export const NO_LITERALS = 0;
const FEW_LITERALS = 1;
const MANY_LITERALS = 2;
const IN_CORE = 3;

const UNKNOWN = 255;
/** Up to so many literals a walk beats a Map, which has to hash a fresh string first. */
const FEW = 8;

/**
 * Small numbers. Engines read them from an array with fewer checks than from a typed one, which might be detached: once
 * a memory of WebAssembly has grown, they ask that of every typed array each time.
 */
export function zeros(count: number): number[] {
  return new Array<number>(count).fill(0);
}

/** The nodes of one core, each described when it is first needed. */
export class Nodes {
  readonly count: number;
  readonly parent: number[];
  readonly step: number[];
  readonly key: string[] = [];
  readonly max: number[];
  /** How strings at a node are told apart: not at all, by a walk over few literals, by a Map, or in the core. */
  readonly literals: number[];
  readonly #core: ColdCore;
  readonly #literals: (readonly string[] | null)[] = [];
  readonly #numbers: (ReadonlyMap<string, number> | undefined)[] = [];

  constructor(core: ColdCore) {
    this.#core = core;
    this.count = core.node_count();
    this.parent = zeros(this.count);
    this.step = zeros(this.count).fill(UNKNOWN);
    this.max = zeros(this.count);
    this.literals = zeros(this.count);
    for (let node = 0; node < FIXED_NODES; node++) this.describe(node);
  }

  /** Asks the core once; calls no user code. */
  describe(node: number): void {
    if (this.step[node] !== UNKNOWN) return;
    const { parent, kind, key, literals, max } = this.#core.node(node);
    this.parent[node] = parent;
    this.max[node] = Math.min(max, MAX_ELEMENTS);
    this.key[node] = key === null ? "" : asPropertyName(key);
    this.#literals[node] = literals;
    if (literals === null) this.literals[node] = IN_CORE;
    else if (literals.length > FEW) {
      this.literals[node] = MANY_LITERALS;
      this.#numbers[node] = new Map(literals.map((text, i) => [text, i]));
    } else this.literals[node] = literals.length === 0 ? NO_LITERALS : FEW_LITERALS;
    this.step[node] =
      kind === "member" ? STEP_MEMBER : kind === "elements" ? STEP_ELEMENTS : kind === "keys" ? STEP_KEYS : STEP_NONE;
  }

  /** How many actions there are. */
  get actions(): number {
    return this.#literals[ACTION]?.length ?? 0;
  }

  /** The number of a string among the literals of a described node, or −1. */
  literal(node: number, text: string): number {
    const kind = this.literals[node];
    if (kind === NO_LITERALS || kind === IN_CORE) return -1;
    if (kind === MANY_LITERALS) return (this.#numbers[node] as ReadonlyMap<string, number>).get(text) ?? -1;
    const literals = this.#literals[node] as readonly string[];
    for (let i = 0; i < literals.length; i++) if (literals[i] === text) return i;
    return -1;
  }

  /** A literal of a described node. */
  text(node: number, literal: number): string {
    return this.#literals[node]?.[literal] ?? "";
  }

  /** Whether strings at a described node are told apart by number alone. */
  interns(node: number): boolean {
    return this.literals[node] !== IN_CORE;
  }
}

/** The same text as the engine's own copy of a property name: comparing such copies is comparing addresses. */
function asPropertyName(key: string): string {
  return ownNames({ [key]: 0 })[0] ?? key;
}
