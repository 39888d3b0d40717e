// YAML 1.2 with places, for what JSON can say. Aliases and merge keys are followed, as far as that stays small.
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Pair,
  type ParsedNode,
  parseAllDocuments,
  visit,
  type YAMLMap,
} from "yaml";
import { isWellFormed } from "../../engine/values.js";
import { DEEPEST } from "./json.js";
import { type Member, type Node, SourceError } from "./tree.js";

/** Characters of the file that aliases and merge keys may repeat, all together. */
const MOST_REPEATED = 4 * 1024 * 1024;

/** A YAML document: its places, and its value as JSON has it. */
export interface Yaml {
  readonly root: Node;
  readonly value: unknown;
}

/**
 * Reads YAML.
 *
 * @throws SourceError `invalid_yaml`, `duplicate_key`, `nested_too_deep`, `too_many_aliases`.
 */
export function readYaml(text: string): Yaml {
  try {
    const document = parse(text);
    return new Converter(document).convert(document?.contents ?? null, 0, 0);
  } catch (error) {
    // The library calls itself for each level.
    throw error instanceof RangeError ? tooDeep(0) : error;
  }
}

function parse(text: string): Document.Parsed | undefined {
  // Errors are told with their places, so the library need not draw them. Keys are compared by the converter, in linear time.
  const documents = parseAllDocuments(text, { prettyErrors: false, schema: "core", uniqueKeys: false, version: "1.2" });
  const [document, second] = "empty" in documents ? [] : documents;
  if (document === undefined) return undefined;
  const [problem] = [...document.errors, ...document.warnings];
  if (problem?.code === "RESOURCE_EXHAUSTION") throw tooDeep(problem.pos[0]);
  if (problem !== undefined) throw wrong(problem.message.split("\n")[0] ?? "", problem.pos[0]);
  if (second !== undefined) {
    throw wrong("the file holds several documents", second.range[0], "keep one in each file, or write a list");
  }
  if (document.directives.yaml.explicit && document.directives.yaml.version !== "1.2") {
    throw wrong("the document asks for another version of YAML", 0, "leave the `%YAML` directive out");
  }
  return document;
}

class Converter {
  readonly #anchored = new Map<Alias, ParsedNode | undefined>();
  #repeated = 0;

  constructor(document: Document.Parsed | undefined) {
    const anchors = new Map<string, ParsedNode>();
    if (document === undefined) return;
    visit(document, {
      Node: (_, node) => {
        if (isAlias(node)) this.#anchored.set(node, anchors.get(node.source));
        else if (node.anchor !== undefined) anchors.set(node.anchor, node as ParsedNode);
      },
    });
  }

  /** A node as JSON. An empty one stands `at` what holds it. */
  convert(node: ParsedNode | null, depth: number, at: number): Yaml {
    if (node === null) return { root: { start: at }, value: null };
    const [start] = node.range;
    if (depth > DEEPEST) throw tooDeep(start);
    if (isAlias(node)) return this.convert(this.#follow(node), depth + 1, start);
    if (isMap(node)) return this.#map(node as YAMLMap.Parsed, depth);
    if (isSeq(node)) {
      const items = (node.items as ParsedNode[]).map((item) => this.convert(item, depth + 1, start));
      return { root: { start, elements: items.map(({ root }) => root) }, value: items.map(({ value }) => value) };
    }
    const { value } = node;
    if (typeof value === "string" && !isWellFormed(value)) throw wrong("a surrogate stands alone", start);
    if (!isJson(value)) throw wrong("the value is nothing that JSON can say", start, "put it in quotes if it is text");
    return { root: { start }, value };
  }

  #map(map: YAMLMap.Parsed, depth: number): Yaml {
    const [start] = map.range;
    const members = new Map<string, Member>();
    const entries = new Map<string, unknown>();
    const merges: { source: ParsedNode | null; at: number }[] = [];
    for (const { key, value } of map.items as Pair<ParsedNode, ParsedNode | null>[]) {
      const at = key?.range[0] ?? start;
      if (isScalar(key) && key.value === "<<" && key.type === "PLAIN") {
        merges.push({ source: value, at });
        continue;
      }
      const target = isAlias(key) ? this.#follow(key) : key;
      const name = isScalar(target) ? target.value : undefined;
      if (typeof name !== "string") throw wrong("a key is no text", at, "put it in quotes");
      if (members.has(name)) throw new SourceError("duplicate_key", "the key is there twice", "keep one", at);
      const { root, value: converted } = this.convert(value, depth + 1, at);
      members.set(name, { key: at, node: root });
      entries.set(name, converted);
    }
    // What the mapping says itself goes before what is merged, wherever the merge key stands.
    for (const { source, at } of merges) this.#merge(source, at, depth, members, entries);
    // Not by assignment, which would set the prototype where the key is `__proto__`.
    return { root: { start, members }, value: Object.fromEntries(entries) };
  }

  /** Adds the members of one mapping, or of several of which the first ones win. */
  #merge(
    source: ParsedNode | null,
    at: number,
    depth: number,
    members: Map<string, Member>,
    entries: Map<string, unknown>,
  ): void {
    const target = isAlias(source) ? this.#follow(source) : source;
    for (const part of isSeq(target) ? (target.items as ParsedNode[]) : [target]) {
      const { root, value } = this.convert(part, depth + 1, at);
      if (root.members === undefined) throw wrong("`<<` merges mappings only", at, "name a mapping by its alias");
      for (const [name, member] of root.members) {
        if (members.has(name)) continue;
        members.set(name, member);
        entries.set(name, (value as Record<string, unknown>)[name]);
      }
    }
  }

  /** What an alias stands for; counts how much is repeated by that. */
  #follow(alias: Alias): ParsedNode {
    const [start] = (alias as Alias.Parsed).range;
    const node = this.#anchored.get(alias);
    if (node === undefined) throw wrong(`no anchor \`${alias.source}\` stands before its alias`, start);
    this.#repeated += 1 + node.range[1] - node.range[0];
    if (this.#repeated > MOST_REPEATED) {
      const message = `aliases repeat more than ${MOST_REPEATED} characters`;
      throw new SourceError("too_many_aliases", message, "write fewer aliases, or shorter anchors", start);
    }
    return node;
  }
}

function isJson(value: unknown): boolean {
  return value === null || ["string", "boolean"].includes(typeof value) || Number.isFinite(value);
}

function wrong(problem: string, offset: number, help = "write YAML 1.2 that JSON could say as well"): SourceError {
  return new SourceError("invalid_yaml", `the text can't be read as YAML: ${problem}`, help, offset);
}

function tooDeep(offset: number): SourceError {
  return new SourceError("nested_too_deep", `the YAML nests deeper than ${DEEPEST} levels`, "flatten it", offset);
}
