// JSON with places.
import { type Source, SourceError } from "./source.js";
import { type Entry, locate, type Node, trailOf } from "./tree.js";

/** Arrays and objects in one another; the engine's own cap. */
const DEEPEST = 128;

const SPACE = /[ \t\n\r]*/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const PLAIN = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null/y;

/**
 * Reads JSON.
 *
 * @throws SourceError `invalid_json`
 */
export function readJson(text: string): Source {
  const value = parse(text);
  let known: Node | undefined;
  const tree = (): Node => {
    known ??= new Reader(text).document();
    return known;
  };
  return {
    json: text,
    value,
    tree,
    part(path) {
      const { from, to } = trailOf(tree(), path).at(-1) ?? tree();
      return text.slice(from, to);
    },
    locate: (pointer, part) => locate(tree(), pointer, part),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (text.trim() === "") {
      throw new SourceError("invalid_json", "the text is empty", "write JSON or YAML", { from: 0, to: text.length });
    }
    // The reader is as strict, and says where.
    new Reader(text).document();
    throw error;
  }
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): Node {
    const root = this.#value(0);
    this.#token(SPACE);
    if (this.#at < this.#text.length) throw this.#wrong();
    return root;
  }

  #value(depth: number): Node {
    this.#token(SPACE);
    const from = this.#at;
    if (this.#takes("{")) return this.#collection("map", from, depth);
    if (this.#takes("[")) return this.#collection("list", from, depth);
    if (this.#token(STRING) === undefined && this.#token(PLAIN) === undefined) throw this.#wrong();
    return { kind: "scalar", flow: true, from, to: this.#at, entries: [] };
  }

  #collection(kind: "map" | "list", from: number, depth: number): Node {
    if (depth === DEEPEST) throw this.#wrong(`it nests deeper than ${DEEPEST} levels`, "flatten it");
    const close = kind === "map" ? "}" : "]";
    const entries: Entry[] = [];
    this.#token(SPACE);
    if (!this.#takes(close)) {
      do {
        entries.push(kind === "map" ? this.#member(depth) : this.#element(entries.length, depth));
        this.#token(SPACE);
      } while (this.#takes(","));
      if (!this.#takes(close)) throw this.#wrong();
    }
    return { kind, flow: true, from, to: this.#at, entries };
  }

  #member(depth: number): Entry {
    this.#token(SPACE);
    const from = this.#at;
    const text = this.#token(STRING);
    if (text === undefined) throw this.#wrong();
    const key = { from, to: this.#at };
    this.#token(SPACE);
    if (!this.#takes(":")) throw this.#wrong();
    return { name: JSON.parse(text), key, node: this.#value(depth + 1) };
  }

  #element(index: number, depth: number): Entry {
    const node = this.#value(depth + 1);
    return { name: String(index), key: { from: node.from, to: node.from }, node };
  }

  #takes(character: string): boolean {
    const takes = this.#text[this.#at] === character;
    if (takes) this.#at++;
    return takes;
  }

  #token(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const token = pattern.exec(this.#text)?.[0];
    if (token !== undefined) this.#at += token.length;
    return token;
  }

  #wrong(
    problem = "the text is no JSON from here on",
    help = "look for a missing comma, quote or bracket",
  ): SourceError {
    const rest = /^(\w+|"[^"\n]{0,80}"?|.|$)/s.exec(this.#text.slice(this.#at, this.#at + 90))?.[0].length ?? 0;
    // What is missing has no width, so the character before it is shown.
    const from = rest === 0 ? Math.max(0, this.#at - 1) : this.#at;
    return new SourceError("invalid_json", problem, help, { from, to: this.#at + rest });
  }
}
