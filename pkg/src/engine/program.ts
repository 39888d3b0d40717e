// Programs: what policies read of ordinary requests, arranged by the objects that it is read from.
import { FIXED_NODES, ROOT, RUN, TENANT } from "./core.js";
import { type Nodes, STEP_ELEMENTS, STEP_MEMBER, STEP_NONE } from "./nodes.js";

/** A node to read: four times its number, plus 1 where strings are needed in full, plus 2 where it is passed through. */
export const nodeOf = (read: number): number => read >>> 2;
export const needsBytes = (read: number): number => read & 1;
export const isPassage = (read: number): boolean => (read & 2) !== 0;

/**
 * What to read of objects. For each of them its node and how many of its members; then these, each by its name and where
 * it goes: a read as above, or a slot where that does not say all. One flat list, since it is met in no cache of the
 * processor where there are thousands: what lies together is fetched together.
 */
export type Code = readonly (number | string | Slot)[];

/** A member that is looked into. */
export interface Slot {
  readonly read: number;
  /** The read of the elements of an array, or −1 where none are needed. */
  readonly elements: number;
  /** What to read of an object: one object's code. */
  readonly below: Code | null;
}

/** What the policies of a bucket read. */
export interface Program {
  /** Parents first. */
  readonly reads: readonly number[];
  /** Of the fixed part, if anything. */
  readonly fixedReads: readonly number[] | null;
  /** The others; nothing where some are not members of ordinary objects or elements of their arrays: a stage reads those. */
  readonly code: Code | null;
}

interface OpenSlot {
  readonly read: number;
  elements: number;
  below: OpenGroup | null;
}

/** The members of one object, in the order in which policies first read them. */
interface OpenGroup {
  readonly parent: number;
  readonly keys: string[];
  readonly slots: OpenSlot[];
}

/** Makes programs. Those that are alike are one. */
export class Programs {
  readonly #nodes: Nodes;
  readonly #programs = new Map<string, Program>();
  readonly #slots = new Map<string, Slot>();

  constructor(nodes: Nodes) {
    this.#nodes = nodes;
  }

  /** The program of a list of reads. */
  of(reads: readonly number[]): Program {
    const key = reads.join();
    let program = this.#programs.get(key);
    if (program === undefined) {
      program = this.#programOf(reads);
      this.#programs.set(key, program);
    }
    return program;
  }

  clear(): void {
    this.#programs.clear();
    this.#slots.clear();
  }

  #programOf(reads: readonly number[]): Program {
    for (const read of reads) this.#nodes.describe(nodeOf(read));
    const fixed = reads.filter((read) => nodeOf(read) < FIXED_NODES);
    const groups = groupsOf(reads, this.#nodes);
    return {
      reads,
      fixedReads: fixed.length === 0 ? null : fixed,
      code: groups?.flatMap((group) => this.#codeOf(group)) ?? null,
    };
  }

  #codeOf({ parent, keys, slots }: OpenGroup): Code {
    return [parent, keys.length, ...keys.flatMap((key, i) => [key, this.#slotOf(slots[i] as OpenSlot)])];
  }

  #slotOf({ read, elements, below }: OpenSlot): number | Slot {
    if (elements < 0 && below === null) return read;
    const slot = { read, elements, below: below === null ? null : this.#codeOf(below) };
    const key = JSON.stringify(slot);
    const known = this.#slots.get(key);
    if (known !== undefined) return known;
    this.#slots.set(key, slot);
    return slot;
  }
}

function groupsOf(reads: readonly number[], nodes: Nodes): OpenGroup[] | null {
  const groups: OpenGroup[] = [];
  const slots = new Map<number, OpenSlot>();
  for (const read of reads) {
    const node = nodeOf(read);
    const step = nodes.step[node];
    if (node < FIXED_NODES || step === STEP_NONE) continue;
    const parent = nodes.parent[node] as number;
    const above = slots.get(parent);
    if (step === STEP_ELEMENTS && above !== undefined) above.elements = read;
    else if (step === STEP_MEMBER && (isFixedObject(parent) || above !== undefined)) {
      const slot = { read, elements: -1, below: null };
      if (above !== undefined) above.below ??= emptyGroup(parent);
      const group = above?.below ?? groupAt(groups, parent);
      group.keys.push(nodes.key[node] as string);
      group.slots.push(slot);
      slots.set(node, slot);
    } else return null;
  }
  return [...slots.values()].some(({ below }) => tooWide(below)) || groups.some(tooWide) ? null : groups;
}

/** Whether a node is the request or one of its entities: what else is fixed has no members. */
const isFixedObject = (node: number): boolean =>
  node === ROOT || (node >= TENANT && node <= RUN && (node - TENANT) % 2 === 0);

/** A group's members are told apart by the bits of a number. */
const tooWide = (group: OpenGroup | null): boolean => group !== null && group.slots.length > 31;

const emptyGroup = (parent: number): OpenGroup => ({ parent, keys: [], slots: [] });

function groupAt(groups: OpenGroup[], parent: number): OpenGroup {
  let group = groups.find((group) => group.parent === parent);
  if (group === undefined) {
    group = emptyGroup(parent);
    groups.push(group);
  }
  return group;
}
