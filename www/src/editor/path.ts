// Where in a document the cursor stands: the keys that lead there, `[]` for an element of a list.
import { syntaxTree } from "@codemirror/language";
import type { EditorState } from "@codemirror/state";
import type { SyntaxNode } from "@lezer/common";
import { formatOf } from "../source/source.js";

export interface Place {
  readonly format: "json" | "yaml";
  /** Whether a key is written here, or a value. */
  readonly what: "key" | "value";
  /** Keys that lead to the object of the key, or to the value. */
  readonly path: readonly string[];
  /** What is written already, quotes included. */
  readonly from: number;
  readonly to: number;
}

export function placeAt(state: EditorState, at: number): Place | undefined {
  return formatOf(state.doc.sliceString(0, 1024)) === "json" ? inJson(state, at) : inYaml(state, at);
}

function inJson(state: EditorState, at: number): Place | undefined {
  const node = syntaxTree(state).resolveInner(at, -1);
  const format = "json";
  if (node.name === "PropertyName") {
    const object = node.parent?.parent ?? null;
    return { format, what: "key", path: jsonPath(state, object), from: node.from, to: node.to };
  }
  if (node.name === "String")
    return { format, what: "value", path: jsonPath(state, node), from: node.from, to: node.to };
  if (node.name === "Object" || node.name === "{") {
    const object = node.name === "{" ? node.parent : node;
    return { format, what: "key", path: jsonPath(state, object), from: at, to: at };
  }
  return undefined;
}

/** The keys around a node, outermost first. */
function jsonPath(state: EditorState, start: SyntaxNode | null): string[] {
  const path: string[] = [];
  for (let node = start; node !== null; node = node.parent) {
    if (node.parent?.name === "Array") path.unshift("[]");
    if (node.name !== "Property" || node === start) continue;
    const name = node.getChild("PropertyName");
    if (name !== null) path.unshift(state.sliceDoc(name.from, name.to).replaceAll('"', ""));
  }
  return path;
}

const LINE = /^( *)((?:- +)*)(?:([\w-]+):(?: |$))?/;

/** By indentation, which holds also while a line is half written. Of flow style, the keys of its line are known. */
function inYaml(state: EditorState, at: number): Place | undefined {
  const line = state.doc.lineAt(at);
  const before = line.text.slice(0, at - line.from);
  const written = /[\w.-]*$/.exec(before)?.[0] ?? "";
  const rest = /^[\w.-]*/.exec(line.text.slice(before.length))?.[0] ?? "";
  const [lead = "", spaces = "", dashes = "", key] = LINE.exec(line.text) ?? [];
  const outer = [...above(state, line.number, spaces.length), ...(dashes === "" ? [] : ["[]"])];
  const from = at - written.length;
  const span = { format: "yaml", from, to: at + rest.length } as const;
  const inFlow = /[{,]\s*\w*$/.test(before) && before.includes("{");
  if (inFlow) return { ...span, what: "key", path: key === undefined ? outer : [...outer, key] };
  if (key !== undefined && before.length >= lead.length) return { ...span, what: "value", path: [...outer, key] };
  return { ...span, what: "key", path: outer };
}

/** The keys of the lines that a line is indented under. */
function above(state: EditorState, number: number, indent: number): string[] {
  const path: string[] = [];
  let limit = indent;
  for (let n = number - 1; n > 0 && limit > 0; n--) {
    const { text } = state.doc.line(n);
    const [, spaces = "", dashes = "", key] = LINE.exec(text) ?? [];
    if (text.trim() === "" || spaces.length >= limit) continue;
    // `- key: value` is a key at the column behind the dash.
    if (key !== undefined && spaces.length + dashes.length < limit) path.unshift(key);
    if (dashes !== "") path.unshift("[]");
    limit = spaces.length;
  }
  return path;
}
