// JSON with places: a strict reader (RFC 8259) that says where each value begins and where the text goes wrong.
import { isWellFormed } from "../../engine/values.js";
import { type Member, type Node, SourceError } from "./tree.js";

/** Arrays and objects in one another; the engine's own cap. */
export const DEEPEST = 128;

const SPACE = /[ \t\n\r]*/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORD = /true|false|null/y;

/**
 * The places of all values of a JSON text. Of a key that is there twice, the last one counts.
 *
 * @throws SourceError `invalid_json`, `nested_too_deep`.
 */
export function jsonTree(text: string): Node {
  return new Reader(text).document();
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): Node {
    const root = this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) throw this.#wrong("nothing may follow the value");
    return root;
  }

  #value(depth: number): Node {
    this.#space();
    const start = this.#at;
    const first = this.#text[start];
    if (first === "{" || first === "[") {
      if (depth === DEEPEST) {
        const help = "flatten it";
        throw new SourceError("nested_too_deep", `the JSON nests deeper than ${DEEPEST} levels`, help, start);
      }
      this.#at++;
      return first === "{" ? this.#object(start, depth + 1) : this.#array(start, depth + 1);
    }
    if (first === '"') this.#string();
    else if (this.#token(NUMBER) !== undefined) this.#finite(start);
    else if (this.#token(WORD) === undefined) throw this.#wrong("a value is expected");
    return { start, end: this.#at };
  }

  #object(start: number, depth: number): Node {
    const members = new Map<string, Member>();
    this.#space();
    if (!this.#takes("}")) {
      do {
        this.#space();
        const key = this.#at;
        if (this.#text[key] !== '"') throw this.#wrong("a key in double quotes is expected");
        const name = this.#string();
        this.#space();
        if (!this.#takes(":")) throw this.#wrong("a colon is expected");
        members.set(name, { key, node: this.#value(depth) });
        this.#space();
      } while (this.#takes(","));
      if (!this.#takes("}")) throw this.#wrong("a comma or `}` is expected");
    }
    return { start, end: this.#at, members };
  }

  #array(start: number, depth: number): Node {
    const elements: Node[] = [];
    this.#space();
    if (!this.#takes("]")) {
      do {
        elements.push(this.#value(depth));
        this.#space();
      } while (this.#takes(","));
      if (!this.#takes("]")) throw this.#wrong("a comma or `]` is expected");
    }
    return { start, end: this.#at, elements };
  }

  #string(): string {
    const start = this.#at;
    const token = this.#token(STRING);
    if (token === undefined) throw this.#wrong("the string is not closed, or holds what must be escaped");
    const value: string = JSON.parse(token);
    if (!isWellFormed(value)) throw this.#wrong("a surrogate stands alone", start);
    return value;
  }

  #finite(start: number): void {
    if (!Number.isFinite(Number(this.#text.slice(start, this.#at))))
      throw this.#wrong("the number is too large", start);
  }

  #space(): void {
    this.#token(SPACE);
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

  #wrong(problem: string, at = this.#at): SourceError {
    return new SourceError("invalid_json", `the text is no JSON: ${problem}`, "write JSON as of RFC 8259", at);
  }
}
