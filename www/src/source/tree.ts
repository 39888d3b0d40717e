// Where each value of a text stands, in JSON and YAML alike.
import { pointerNames, type Range } from "./source.js";

/** A value of a text. */
export interface Node extends Range {
  readonly kind: "map" | "list" | "scalar";
  /** Whether it is written between brackets, and not by indentation. */
  readonly flow: boolean;
  readonly entries: readonly Entry[];
}

/** A member of a map, or an element of a list. */
export interface Entry {
  /** The key, or the index. */
  readonly name: string;
  /** The key; of an element its dash, or the element itself. */
  readonly key: Range;
  readonly node: Node;
}

/** Names and indexes that lead from the root to a value. */
export type Path = readonly (string | number)[];

export function entryOf(node: Node, name: string | number): Entry | undefined {
  if (node.kind === "list") return node.entries[Number(name)];
  // Of a key that is there twice, the last one counts.
  return node.entries.findLast((entry) => entry.name === String(name));
}

/** The nodes from the root on, as far as a path leads. */
export function trailOf(root: Node, path: Path): Node[] {
  const trail = [root];
  for (const name of path) {
    const next = entryOf(trail.at(-1) as Node, name);
    if (next === undefined) break;
    trail.push(next.node);
  }
  return trail;
}

/** Where a value stands, or its key; what is not there is placed at what should hold it. */
export function locate(root: Node, pointer: string, part: "key" | "value"): Range {
  let node = root;
  let range: Range = root;
  for (const name of pointerNames(pointer)) {
    const entry = entryOf(node, name);
    if (entry === undefined) break;
    const isKey = node.kind === "map" && (part === "key" || entry.node.from === entry.node.to);
    range = isKey ? entry.key : entry.node;
    node = entry.node;
  }
  return { from: range.from, to: range.to };
}
