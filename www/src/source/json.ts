// JSON with places, found in the editor's own syntax tree.
import type { SyntaxNode, Tree } from "@lezer/common";
import { parser } from "@lezer/json";
import { pointerNames, type Range, type Source, SourceError } from "./source.js";

/**
 * Reads JSON.
 *
 * @throws SourceError `invalid_json`
 */
export function readJson(text: string): Source {
  const value = parse(text);
  let tree: Tree | undefined;
  const place = (pointer: string, part: "key" | "value"): Range => {
    tree ??= parser.parse(text);
    return locate(text, tree, pointer, part);
  };
  return {
    json: text,
    value,
    member(name) {
      const { from, to } = place(`/${name}`, "value");
      return text.slice(from, to);
    },
    locate: place,
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (text.trim() === "") {
      throw new SourceError("invalid_json", "the text is empty", "write JSON or YAML", { from: 0, to: text.length });
    }
    const problem = error instanceof RangeError ? "it nests too deep" : "the text is no JSON from here on";
    throw new SourceError("invalid_json", problem, "look for a missing comma, quote or bracket", firstError(text));
  }
}

/** Where the syntax tree first has something that the grammar has not. */
function firstError(text: string): Range {
  let found: Range | undefined;
  parser.parse(text).iterate({
    enter: ({ type, from, to }) => {
      if (type.isError) found ??= { from, to };
      return found === undefined;
    },
  });
  const { from, to } = found ?? { from: 0, to: 0 };
  // What is missing has no width, so the character before it is shown.
  return to > from ? { from, to: Math.min(to, from + 80) } : { from: Math.max(0, from - 1), to: Math.max(1, from) };
}

function locate(text: string, tree: Tree, pointer: string, part: "key" | "value"): Range {
  let node = tree.topNode.firstChild;
  let range: Range = { from: node?.from ?? 0, to: node?.to ?? 0 };
  for (const name of pointerNames(pointer)) {
    if (node === null) break;
    const next = node.name === "Array" ? element(node, Number(name)) : member(text, node, name);
    if (next === undefined) break;
    range = part === "key" && next.key !== undefined ? next.key : next.value;
    node = next.value;
  }
  return { from: range.from, to: range.to };
}

interface Child {
  readonly key?: SyntaxNode;
  readonly value: SyntaxNode;
}

/** Of a key that is there twice, the last one counts. */
function member(text: string, object: SyntaxNode, name: string): Child | undefined {
  for (const property of object.getChildren("Property").reverse()) {
    const key = property.getChild("PropertyName");
    const value = property.lastChild;
    if (key === null || value === null || unquoted(text.slice(key.from, key.to)) !== name) continue;
    return { key, value };
  }
  return undefined;
}

function element(array: SyntaxNode, index: number): Child | undefined {
  let at = -1;
  for (let child = array.firstChild; child !== null; child = child.nextSibling) {
    if (/^(\[|\]|,|⚠)$/.test(child.name)) continue;
    if (++at === index) return { value: child };
  }
  return undefined;
}

function unquoted(key: string): string | undefined {
  try {
    return JSON.parse(key);
  } catch {
    return undefined;
  }
}
