// Programs: what policies read of ordinary requests, arranged by the objects that it is read from.
import { FIXED_NODES, ROOT, RUN, TENANT } from "./core.js";
import { type Nodes, STEP_ELEMENTS, STEP_MEMBER, STEP_NONE } from "./nodes.js";

/** A node to read: four times its number, plus 1 where strings are needed in full, plus 2 where it is passed through. */
export const nodeOf = (read: number): number => read >>> 2;
export const needsBytes = (read: number): number => read & 1;
export const isPassage = (read: number): boolean => (read & 2) !== 0;

/** What to read of one object. */
export interface Group {
  /** The node of the object. */
  readonly parent: number;
  readonly keys: readonly string[];
  /** By key. */
  readonly slots: readonly Slot[];
}

/** One member of an object. */
export interface Slot {
  readonly node: number;
  /** 1 where a string is needed in full. */
  readonly bytes: number;
  /** The node of the elements of an array, or −1 where none are needed. */
  readonly elements: number;
  readonly elementsBytes: number;
  /** What to read of an object. */
  readonly below: Group | null;
}

/** What the policies of a bucket read. */
export interface Program {
  /** Parents first. */
  readonly reads: readonly number[];
  /** Of the fixed part. */
  readonly fixed: readonly number[];
  /** The others; nothing where some are not members of ordinary objects or elements of their arrays: a stage reads those. */
  readonly groups: readonly Group[] | null;
}

interface OpenSlot extends Slot {
  bytes: number;
  elements: number;
  elementsBytes: number;
  below: OpenGroup | null;
}

interface OpenGroup extends Group {
  readonly keys: string[];
  readonly slots: OpenSlot[];
}

/** The program of a list of reads. */
export function programOf(reads: readonly number[], nodes: Nodes): Program {
  for (const read of reads) nodes.describe(nodeOf(read));
  const fixed = reads.filter((read) => nodeOf(read) < FIXED_NODES);
  return { reads, fixed, groups: groupsOf(reads, nodes) };
}

function groupsOf(reads: readonly number[], nodes: Nodes): Group[] | null {
  const groups: OpenGroup[] = [];
  const slots = new Map<number, OpenSlot>();
  for (const read of reads) {
    const node = nodeOf(read);
    const step = nodes.step[node];
    if (node < FIXED_NODES || step === STEP_NONE) continue;
    const parent = nodes.parent[node] as number;
    const above = slots.get(parent);
    if (step === STEP_ELEMENTS && above !== undefined) {
      above.elements = node;
      above.elementsBytes = needsBytes(read);
    } else if (step === STEP_MEMBER && (isFixedObject(parent) || above !== undefined)) {
      const slot = { node, bytes: needsBytes(read), elements: -1, elementsBytes: 0, below: null };
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
const tooWide = (group: Group | null): boolean => group !== null && group.slots.length > 31;

const emptyGroup = (parent: number): OpenGroup => ({ parent, keys: [], slots: [] });

function groupAt(groups: OpenGroup[], parent: number): OpenGroup {
  let group = groups.find((group) => group.parent === parent);
  if (group === undefined) {
    group = emptyGroup(parent);
    groups.push(group);
  }
  return group;
}
