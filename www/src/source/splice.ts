// The smallest piece of a text that has to be written anew for a change.
import type { Edit } from "./edit.js";
import { inOneLine } from "./format.js";
import { formatOf } from "./source.js";
import { type Entry, entryOf, type Node, type Path, trailOf } from "./tree.js";
import { type Style, styleOf } from "./write.js";

/** Characters of a line above which what stood on it is spread out. */
const WIDTH = 96;

/** The text with a change in it; `wanted` is all of its value afterwards. */
export function splice(text: string, root: Node, edit: Edit, wanted: unknown): string {
  const style = styleOf(formatOf(text));
  const next = changed(text, root, edit, style);
  return formatOf(text) === "json" ? spread(text, next, root, edit.path, wanted, style) : next;
}

function changed(text: string, root: Node, edit: Edit, style: Style): string {
  const { path } = edit;
  const trail = trailOf(root, path);
  const node = trail.at(-1) as Node;
  const isThere = trail.length > path.length;
  if ("remove" in edit) return isThere ? removed(text, trail, path, style) : text;
  if (isThere && "append" in edit && node.kind === "list") return added(text, trail, path, "", edit.append, style);
  const value = "append" in edit ? [edit.append] : edit.set;
  if (isThere) return replaced(text, trail, path, value, style);
  // What leads there is made on the way.
  const [name, ...rest] = path.slice(trail.length - 1);
  const made = rest.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
  const held = path.slice(0, trail.length - 1);
  if (node.kind !== "map") return replaced(text, trail, held, { [String(name)]: made }, style);
  return added(text, trail, held, String(name), made, style);
}

function replaced(text: string, trail: readonly Node[], path: Path, value: unknown, style: Style): string {
  const node = trail.at(-1) as Node;
  const parent = trail.at(-2);
  const isScalar = typeof value !== "object" || value === null;
  if (node.kind === "scalar" && isScalar && node.to > node.from) return put(text, node, style.inline(value));
  if (isFlow(trail.slice(0, -1)) || (node.flow && node.kind !== "scalar") || parent === undefined) {
    const whole = parent === undefined && !node.flow;
    return put(
      text,
      node,
      whole ? style.block(value, "") : style.flow(value, indentAt(text, node.from), columnAt(text, node.from)),
    );
  }
  if (parent.kind === "list") return put(text, node, style.block(value, " ".repeat(columnAt(text, node.from))));
  const { key } = entryOf(parent, path.at(-1) as string) as Entry;
  const behind = { from: text.indexOf(":", key.to) + 1, to: Math.max(node.to, text.indexOf(":", key.to) + 1) };
  return put(text, behind, style.member(value, " ".repeat(columnAt(text, key.from))));
}

function added(text: string, trail: readonly Node[], path: Path, name: string, value: unknown, style: Style): string {
  const node = trail.at(-1) as Node;
  const [first] = node.entries;
  const last = node.entries.at(-1);
  if (first === undefined || last === undefined) {
    return replaced(text, trail, path, node.kind === "list" ? [value] : { [name]: value }, style);
  }
  const lead = node.kind === "map" ? `${style.key(name)}:` : "";
  if (node.flow) {
    const spread = text.slice(node.from, first.key.from).includes("\n");
    const indent = spread ? indentAt(text, first.key.from) : indentAt(text, node.from);
    const written = `${lead === "" ? "" : `${lead} `}${style.flow(value, indent, indent.length + lead.length + 1)}`;
    return put(text, { from: last.node.to, to: last.node.to }, spread ? `,\n${indent}${written}` : `, ${written}`);
  }
  const indent = " ".repeat(columnAt(text, first.key.from));
  const end = lineEnd(text, last.node.to);
  const written =
    node.kind === "map" ? `${lead}${style.member(value, indent)}` : `- ${style.block(value, `${indent}  `)}`;
  return put(text, { from: end, to: end }, `\n${indent}${written}`);
}

function removed(text: string, trail: readonly Node[], path: Path, style: Style): string {
  const parent = trail.at(-2) as Node;
  const at = parent.entries.indexOf(entryOf(parent, path.at(-1) as string) as Entry);
  const [before, entry, after] = [parent.entries[at - 1], parent.entries[at] as Entry, parent.entries[at + 1]];
  if (before === undefined && after === undefined) {
    return replaced(text, trail.slice(0, -1), path.slice(0, -1), parent.kind === "list" ? [] : {}, style);
  }
  const start = parent.kind === "list" && parent.flow ? entry.node.from : entry.key.from;
  if (before === undefined && after !== undefined) {
    return put(text, { from: start, to: parent.kind === "list" && parent.flow ? after.node.from : after.key.from }, "");
  }
  if (parent.flow) return put(text, { from: (before as Entry).node.to, to: entry.node.to }, "");
  return put(text, { from: text.lastIndexOf("\n", start), to: lineEnd(text, entry.node.to) }, "");
}

/** What stood on one line and no longer fits there is written over several. */
function spread(text: string, next: string, root: Node, path: Path, wanted: unknown, style: Style): string {
  const trail = trailOf(root, path);
  const at = trail.findIndex((node) => node.kind !== "scalar" && !text.slice(node.from, node.to).includes("\n"));
  const node = trail[at];
  if (node === undefined) return next;
  const grown = { from: node.from, to: node.to + next.length - text.length };
  const line = next.slice(next.lastIndexOf("\n", grown.from) + 1, lineEnd(next, grown.from));
  if (line.length <= WIDTH) return next;
  const value = path
    .slice(0, at)
    .reduce<unknown>((held, name) => (held as Record<string | number, unknown>)[name], wanted);
  if (inOneLine(value) === undefined) return next;
  return put(next, grown, style.flow(value, indentAt(next, grown.from), columnAt(next, grown.from)));
}

function isFlow(trail: readonly Node[]): boolean {
  return trail.some(({ kind, flow }) => kind !== "scalar" && flow);
}

function put(text: string, { from, to }: { from: number; to: number }, insert: string): string {
  return text.slice(0, from) + insert + text.slice(to);
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.trimEnd().length : end;
}

function columnAt(text: string, at: number): number {
  return at - (text.lastIndexOf("\n", at - 1) + 1);
}

function indentAt(text: string, at: number): string {
  const start = text.lastIndexOf("\n", at - 1) + 1;
  return /^ */.exec(text.slice(start, at))?.[0] ?? "";
}
