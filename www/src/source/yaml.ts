// YAML 1.2 with places, for what JSON can say.
import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type Node, parseAllDocuments, visit } from "yaml";
import { pointerNames, type Range, type Source, SourceError } from "./source.js";

/** More than this takes the library many seconds; JSON may be larger. */
const LARGEST = 4 * 1024 * 1024;
/** How often aliases may be followed: enough for people, and too few for a text that only wants to grow. */
const MOST_ALIASES = 100;

/**
 * Reads YAML.
 *
 * @throws SourceError `invalid_yaml`, `file_too_large`
 */
export function readYaml(text: string): Source {
  if (text.length > LARGEST) {
    const message = `the YAML has ${text.length} characters, and ${LARGEST} are read`;
    throw new SourceError("file_too_large", message, "write it as JSON, or split it", { from: 0, to: 1 });
  }
  const document = parse(text);
  checkScalars(document);
  const value = toValue(document);
  return {
    json: JSON.stringify(value),
    value,
    member: (name) => JSON.stringify((value as Record<string, unknown>)[name]),
    locate: (pointer, part) => locate(document, pointer, part),
  };
}

function parse(text: string): Document.Parsed {
  const documents = parseAllDocuments(text, { prettyErrors: false, schema: "core", merge: true, version: "1.2" });
  const [document, second] = "empty" in documents ? [] : documents;
  if (document === undefined) throw wrong("it is empty", { from: 0, to: text.length });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) {
    const [from, to] = problem.pos;
    throw wrong(problem.message.split("\n")[0] ?? "", { from, to: Math.max(to, from + 1) });
  }
  if (second !== undefined) throw wrong("there are several documents", rangeOf(second.contents));
  return document;
}

/** What JSON can't say would be lost in silence. */
function checkScalars(document: Document.Parsed): void {
  visit(document, {
    Pair(_, { key }) {
      if (isScalar(key) && typeof key.value !== "string")
        throw wrong("a key is no text; put it in quotes", rangeOf(key));
      if (isMap(key) || isSeq(key)) throw wrong("a key is no text", rangeOf(key));
    },
    Scalar(_, node) {
      if (typeof node.value === "number" && !Number.isFinite(node.value))
        throw wrong("the number is none that JSON can say", rangeOf(node));
    },
  });
}

function toValue(document: Document.Parsed): unknown {
  try {
    return document.toJS({ maxAliasCount: MOST_ALIASES });
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error), rangeOf(document.contents));
  }
}

function locate(document: Document.Parsed, pointer: string, part: "key" | "value"): Range {
  let node = resolved(document, document.contents);
  let range = rangeOf(node);
  for (const name of pointerNames(pointer)) {
    if (isSeq(node)) {
      const item = node.items[Number(name)];
      if (!isNode(item)) break;
      range = rangeOf(item);
      node = resolved(document, item);
      continue;
    }
    // A key that was merged stands elsewhere, so the mapping that merges it is shown.
    const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && key.value === name) : undefined;
    if (pair === undefined) break;
    const value = isNode(pair.value) ? pair.value : null;
    range = rangeOf(part === "key" || value === null ? (pair.key as Node) : value);
    node = resolved(document, value);
  }
  return range;
}

function resolved(document: Document.Parsed, node: unknown): Node | null {
  if (!isNode(node)) return null;
  return isAlias(node) ? (node.resolve(document) ?? null) : node;
}

function rangeOf(node: Node | null): Range {
  const [from, to] = node?.range ?? [0, 0];
  return { from, to };
}

function wrong(problem: string, range: Range): SourceError {
  return new SourceError("invalid_yaml", `the text can't be read as YAML: ${problem}`, "write YAML 1.2", range);
}
