// The deep encoding: whole values as one stream of bytes, for the calls that are not hot.
import { ARRAY, MAX_ELEMENTS, OBJECT, UNSUPPORTED } from "./core.js";
import { element, isLong, isWellFormed, lengthOf, member, ownNames, tagOfObject } from "./values.js";

const NULL = 0;
const FALSE = 1;
const TRUE = 2;
const NUMBER = 3;
const TEXT = 4;
const LIST = 5;
const RECORD = 6;
const NO_JSON = 7;
const LONG_TEXT = 8;
const LONG_LIST = 9;

/** Stands for the tag that names of members don't have. */
const NAME = -1;
/** Texts of at most so many characters are written by hand. */
const SHORT = 48;

/** Deeper values are unsupported. */
const MAX_DEPTH = 128;
/** What stands beyond so many bytes is unsupported: values that hold one another many times over have no end. */
const MAX_BYTES = 100_663_296;
/** What is beyond so many values is unsupported as well. More have no digest, since each takes two bytes there. */
const MAX_VALUES = 8_388_608;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** How values are encoded. */
export interface DeepOptions {
  /** Strings and arrays over the caps of operators are named as such, without their contents. */
  readonly capped: boolean;
}

/** Encodes values, one after another, each from the beginning of a buffer that has room for most. */
export class DeepEncoder {
  #bytes = new Uint8Array(4096);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;
  /** Values written or begun. */
  #values = 0;
  readonly #capped: boolean;
  /** The values around the one at hand: one that holds itself is unsupported. */
  readonly #around: object[] = [];

  constructor({ capped }: DeepOptions) {
    this.#capped = capped;
  }

  /** The bytes of a value, until the next one is encoded. Never throws: what JSON can't say is written as unsupported. */
  encode(value: unknown): Uint8Array {
    this.#at = 0;
    this.#values = 0;
    this.#value(value);
    return this.#bytes.subarray(0, this.#at);
  }

  #value(value: unknown): void {
    const isOver = this.#at > MAX_BYTES || ++this.#values > MAX_VALUES;
    switch (isOver ? "symbol" : typeof value) {
      case "undefined":
        // `document.all` calls itself undefined, and is something.
        this.#tag(value === undefined ? NULL : NO_JSON);
        break;
      case "boolean":
        this.#tag(value ? TRUE : FALSE);
        break;
      case "number":
        this.#number(value as number);
        break;
      case "string":
        this.#string(value as string);
        break;
      case "object":
        if (value === null) this.#tag(NULL);
        else this.#object(value as object);
        break;
      default:
        this.#tag(NO_JSON);
    }
  }

  #number(value: number): void {
    this.#tag(NUMBER);
    this.#room(8);
    this.#view.setFloat64(this.#at, value, true);
    this.#at += 8;
  }

  #string(value: string): void {
    if (this.#short(TEXT, value)) return;
    if (this.#capped && isLong(value)) this.#tag(LONG_TEXT);
    else if (value.length > MAX_BYTES || !isWellFormed(value)) this.#tag(NO_JSON);
    else {
      this.#tag(TEXT);
      this.#text(value);
    }
  }

  #object(value: object): void {
    let tag: number = UNSUPPORTED;
    let length = 0;
    let names: string[] = [];
    try {
      if (this.#around.length < MAX_DEPTH && !this.#around.includes(value)) tag = tagOfObject(value);
      if (tag === ARRAY) length = lengthOf(value as unknown[]);
      if (tag === OBJECT) {
        names = ownNames(value);
        length = names.length;
      }
    } catch {
      tag = UNSUPPORTED;
    }
    if (tag === ARRAY && this.#capped && length > MAX_ELEMENTS) this.#tag(LONG_LIST);
    else if (tag === UNSUPPORTED || length < 0 || length > MAX_VALUES - this.#values) this.#tag(NO_JSON);
    else {
      this.#around.push(value);
      if (tag === ARRAY) this.#list(value as unknown[], length);
      else this.#record(value, names);
      this.#around.pop();
    }
  }

  #list(list: readonly unknown[], length: number): void {
    this.#head(LIST, length);
    for (let i = 0; i < length; i++) this.#value(element(list, i));
  }

  #record(record: object, names: readonly string[]): void {
    this.#head(RECORD, names.length);
    const countAt = this.#at - 4;
    let count = 0;
    for (const name of names) {
      const value = member(record, name);
      if (value === undefined) continue;
      count++;
      if (this.#short(NAME, name)) {
        this.#value(value);
        continue;
      }
      this.#text(name);
      // A name with a lone surrogate can't be written; what stands there is unsupported.
      if (isWellFormed(name)) this.#value(value);
      else this.#tag(NO_JSON);
    }
    if (count < names.length) this.#view.setUint32(countAt, count, true);
  }

  #tag(tag: number): void {
    this.#room(1);
    this.#bytes[this.#at++] = tag;
  }

  /** A tag and how much comes behind it. */
  #head(tag: number, count: number): void {
    this.#room(5);
    const bytes = this.#bytes;
    const at = this.#at;
    bytes[at] = tag;
    bytes[at + 1] = count;
    bytes[at + 2] = count >>> 8;
    bytes[at + 3] = count >>> 16;
    bytes[at + 4] = count >>> 24;
    this.#at = at + 5;
  }

  /** Writes a short text in ASCII, as most are, behind its tag; whether it was one. Quicker than a call of the encoder. */
  #short(tag: number, text: string): boolean {
    const { length } = text;
    if (length > SHORT) return false;
    this.#room(5 + length);
    const bytes = this.#bytes;
    let at = this.#at;
    if (tag !== NAME) bytes[at++] = tag;
    bytes[at++] = length;
    bytes[at++] = 0;
    bytes[at++] = 0;
    bytes[at++] = 0;
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 0x7f) return false;
      bytes[at++] = unit;
    }
    this.#at = at;
    return true;
  }

  #text(text: string): void {
    this.#room(4 + text.length * 3);
    const start = this.#at + 4;
    const { written } = encoder.encodeInto(text, this.#bytes.subarray(start));
    this.#view.setUint32(this.#at, written, true);
    this.#at = start + written;
  }

  #room(bytes: number): void {
    const needed = this.#at + bytes;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** Encodes a value. Never throws: what JSON can't say is written as unsupported. */
export function encodeDeep(value: unknown, options: DeepOptions): Uint8Array {
  return new DeepEncoder(options).encode(value);
}

/** Makes of an encoded value what it was made of: a snapshot that no getter can change. */
export function decodeDeep(bytes: Uint8Array): unknown {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const count = () => {
    at += 4;
    return view.getUint32(at - 4, true);
  };
  const text = () => {
    const length = count();
    at += length;
    return decoder.decode(bytes.subarray(at - length, at));
  };
  const value = (): unknown => {
    switch (view.getUint8(at++)) {
      case NULL:
        return null;
      case FALSE:
        return false;
      case TRUE:
        return true;
      case NUMBER:
        at += 8;
        return view.getFloat64(at - 8, true);
      case TEXT:
        return text();
      case LIST:
        return Array.from({ length: count() }, value);
      case RECORD: {
        // Of the usual prototype: engines keep objects without one as tables, which take ten times as long to make.
        const record: Record<string, unknown> = {};
        for (let left = count(); left > 0; left--) setMember(record, text(), value());
        return record;
      }
      default:
        return unsupported;
    }
  };
  return value();
}

/** Sets an own property, whatever its name. */
function setMember(record: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== "__proto__") record[name] = value;
  else Object.defineProperty(record, name, { value, enumerable: true, configurable: true, writable: true });
}

/** Stands in snapshots for what JSON can't say. */
const unsupported = Symbol("unsupported");
