// One value of a text, changed: the rest of the text stays as it was written, comments and all.
import { parseDocument } from "yaml";
import { formatJson } from "./format.js";
import { read } from "./read.js";
import { formatOf } from "./source.js";
import { splice } from "./splice.js";
import type { Path } from "./tree.js";

/** `set` puts a value there, also where there is none yet; `append` adds one to the list that is there. */
export type Edit =
  | { readonly path: Path; readonly set: unknown }
  | { readonly path: Path; readonly append: unknown }
  | { readonly path: Path; readonly remove: true };

/** What can't be changed from outside of the text. */
export class EditError extends Error {}

/**
 * A text in which one value is another.
 *
 * @throws SourceError where the text can't be read, EditError where the change can't be written into it.
 */
export function edited(text: string, edit: Edit): string {
  const source = read(text);
  const wanted = applied(source.value, edit);
  // What is written is read again, so that nothing else can have changed.
  for (const write of [splice, rewrite]) {
    const next = attempt(() => write(text, source.tree(), edit, wanted));
    if (next !== undefined && says(next, wanted)) return next;
  }
  throw new EditError("This part can only be changed in the text: it is written in a way that the form does not know.");
}

/** The value with the change in it. */
export function applied(value: unknown, edit: Edit): unknown {
  const [name, ...path] = edit.path;
  if (name === undefined) {
    if ("set" in edit) return edit.set;
    if ("append" in edit) return [...(Array.isArray(value) ? value : []), edit.append];
    return undefined;
  }
  const isLast = path.length === 0;
  if (Array.isArray(value)) {
    const index = Number(name);
    if (isLast && "remove" in edit) return value.filter((_, i) => i !== index);
    return value.map((element, i) => (i === index ? applied(element, { ...edit, path }) : element));
  }
  const members = Object.entries(typeof value === "object" && value !== null ? value : {});
  if (isLast && "remove" in edit) return Object.fromEntries(members.filter(([key]) => key !== name));
  const known = members.some(([key]) => key === name);
  const old = members.find(([key]) => key === name)?.[1];
  const next = applied(old, { ...edit, path });
  return Object.fromEntries(
    known ? members.map(([key, member]) => [key, key === name ? next : member]) : [...members, [name, next]],
  );
}

/** All of the text anew: the last resort, for what aliases and merge keys share. */
function rewrite(text: string, _tree: unknown, edit: Edit, wanted: unknown): string {
  if (formatOf(text) === "json") return `${formatJson(wanted)}\n`;
  const document = parseDocument(text, { schema: "core", merge: true, version: "1.2" });
  const path = [...edit.path];
  if ("set" in edit) document.setIn(path, document.createNode(edit.set));
  else if ("append" in edit) document.addIn(path, document.createNode(edit.append));
  else document.deleteIn(path);
  return document.toString({ lineWidth: 0 });
}

function attempt(write: () => string): string | undefined {
  try {
    return write();
  } catch {
    // Another way is tried, and else it is told.
    return undefined;
  }
}

function says(text: string, wanted: unknown): boolean {
  return attempt(() => (equal(read(text).value, wanted) ? "yes" : "")) === "yes";
}

/** Whether two values of JSON are the same, in whatever order members stand. */
export function equal(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [Object.entries(a), Object.entries(b)];
  return (
    left.length === right.length &&
    left.every(([key, value]) => Object.hasOwn(b, key) && equal(value, (b as Record<string, unknown>)[key]))
  );
}
