// YAML 1.2 with places, for what JSON can say.
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  parseAllDocuments,
  visit,
  type Node as YamlNode,
} from "yaml";
import { type Range, type Source, SourceError } from "./source.js";
import { type Entry, locate, type Node } from "./tree.js";

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
  let known: Node | undefined;
  const tree = (): Node => {
    known ??= placed(document, text, document.contents);
    return known;
  };
  return {
    json: JSON.stringify(value),
    value,
    tree,
    part: (path) =>
      JSON.stringify(path.reduce<unknown>((held, name) => (held as Record<string | number, unknown>)[name], value)),
    locate: (pointer, part) => locate(tree(), pointer, part),
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

/** A node with its places. What an alias stands for is placed where it is written. */
function placed(document: Document.Parsed, text: string, node: unknown): Node {
  const target = isAlias(node) ? node.resolve(document) : node;
  const { from, to } = rangeOf(isNode(target) ? target : null);
  const isList = isSeq(target);
  if (!isMap(target) && !isList) {
    return { kind: "scalar", flow: true, from, to: from + text.slice(from, to).trimEnd().length, entries: [] };
  }
  const flow = target.flow === true;
  let entries: Entry[] | undefined;
  // When asked for: aliases can make a small text very large.
  const all = (): Entry[] => {
    entries ??= isList
      ? target.items.map((item, index) => elementOf(placed(document, text, item), index, text, flow))
      : target.items.flatMap(({ key, value }) => memberOf(document, text, key, value));
    return entries;
  };
  return {
    kind: isList ? "list" : "map",
    flow,
    from,
    get to() {
      // The library counts the comments behind a block as its own.
      return flow ? to : Math.max(from, all().at(-1)?.node.to ?? to);
    },
    get entries() {
      return all();
    },
  };
}

function elementOf(node: Node, index: number, text: string, flow: boolean): Entry {
  const from = flow ? node.from : text.lastIndexOf("-", node.from - 1);
  return { name: String(index), key: { from, to: from + (flow ? 0 : 1) }, node };
}

/** A key that was merged stands elsewhere, so it is no entry here. */
function memberOf(document: Document.Parsed, text: string, key: unknown, value: unknown): Entry[] {
  if (!isScalar(key) || typeof key.value !== "string" || (key.value === "<<" && key.type === "PLAIN")) return [];
  const range = rangeOf(key as YamlNode);
  const behind = text.indexOf(":", range.to) + 1;
  const node = isNode(value) ? placed(document, text, value) : undefined;
  const none: Node = { kind: "scalar", flow: true, from: behind, to: behind, entries: [] };
  return [{ name: key.value, key: range, node: node === undefined ? none : node }];
}

function rangeOf(node: YamlNode | null): Range {
  const [from, to] = node?.range ?? [0, 0];
  return { from, to };
}

function wrong(problem: string, range: Range): SourceError {
  return new SourceError("invalid_yaml", `the text can't be read as YAML: ${problem}`, "write YAML 1.2", range);
}
