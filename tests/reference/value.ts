/** The kinds of values, the caps on reading them, and the walk along a path. */
import type { ErrorCode, PathForm } from "./types.js";

export type Kind = "absent" | "bool" | "number" | "string" | "array" | "object" | "unsupported";

export const MAX_STRING_BYTES = 65_536;
export const MAX_ELEMENTS = 10_000;
export const MAX_ARRAY_STRING_BYTES = 1_048_576;
const MAX_NESTED_ELEMENTS = 1_000_000;
const MAX_NESTED_STRING_BYTES = 16_777_216;
const MAX_NUMBER = Number.MAX_SAFE_INTEGER;

/** What reading a member gives when user code throws. A symbol is unsupported by itself. */
export const UNREADABLE = Symbol("unreadable");

/** Why a leaf has no answer. Thrown inside one leaf and caught at its edge, never further. */
export class Failure extends Error {
  readonly code: ErrorCode;
  readonly path: string[];

  constructor(code: ErrorCode, path: string[]) {
    super(code);
    this.code = code;
    this.path = path;
  }
}

export function kindOf(value: unknown): Kind {
  if (value === undefined || value === null) return "absent";
  switch (typeof value) {
    case "boolean":
      return "bool";
    case "number":
      return isSupportedNumber(value) ? "number" : "unsupported";
    case "string":
      return isWellFormed(value) ? "string" : "unsupported";
    case "object":
      return objectKind(value);
    default:
      return "unsupported";
  }
}

/** NaN and the infinities fail the comparison too. */
export function isSupportedNumber(value: number): boolean {
  return Math.abs(value) <= MAX_NUMBER;
}

export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

function objectKind(value: object): Kind {
  try {
    // `length` is read here because a proxy of an array may throw only then.
    if (Array.isArray(value)) return value.length >= 0 ? "array" : "unsupported";
    const prototype: unknown = Object.getPrototypeOf(value);
    // A root prototype rather than `Object.prototype`, so that objects of another realm are plain too.
    if (prototype === null || Object.getPrototypeOf(prototype) === null) return "object";
    return "unsupported";
  } catch {
    return "unsupported";
  }
}

export function isObject(value: unknown): value is object {
  return kindOf(value) === "object";
}

export function isScalar(value: unknown): value is boolean | number | string {
  const kind = kindOf(value);
  return kind === "bool" || kind === "number" || kind === "string";
}

/** An own enumerable property, else undefined. */
export function member(object: object, key: string): unknown {
  try {
    const property = Object.getOwnPropertyDescriptor(object, key);
    return property?.enumerable ? (object as Record<string, unknown>)[key] : undefined;
  } catch {
    return UNREADABLE;
  }
}

/** The elements of an array; holes are undefined, as other absent elements. */
export function elementsOf(array: readonly unknown[]): unknown[] {
  return Array.from({ length: array.length }, (_, index) => member(array, String(index)));
}

export function pathOf(form: PathForm): string[] {
  return typeof form === "string" ? form.split(".") : form;
}

/** The form in which policies write a path. */
export function fieldOf(path: string[]): PathForm {
  return path.some((key) => key === "" || key.includes(".")) ? path : path.join(".");
}

/**
 * The value at `path` below `start`. Below an absent value all is absent; below any other than an object
 * there is an error, which names `fullPath` and not the ancestor.
 */
export function walk(start: unknown, path: string[], fullPath: string[]): unknown {
  let current = start;
  for (const key of path) {
    const kind = kindOf(current);
    if (kind === "absent") return undefined;
    if (kind === "unsupported") throw new Failure("unsupported", fullPath);
    if (kind !== "object") throw new Failure("wrong_type", fullPath);
    current = member(current as object, key);
  }
  return current;
}

/** What every operator but `exists` asks of a value before it looks at its type. */
export function requireReadable(value: unknown, path: string[]): void {
  switch (kindOf(value)) {
    case "absent":
      throw new Failure("missing", path);
    case "unsupported":
      throw new Failure("unsupported", path);
    case "string":
      if (byteLength(value as string) > MAX_STRING_BYTES) throw new Failure("too_long", path);
      return;
    case "array":
      if ((value as unknown[]).length > MAX_ELEMENTS) throw new Failure("too_many", path);
  }
}

/** The value of a field of the request, readable; there is no default here. */
export function readField(request: object, form: PathForm): unknown {
  const path = pathOf(form);
  const value = walk(request, path, path);
  requireReadable(value, path);
  return value;
}

/**
 * For the values at one place of all elements of an array: which of them are too long. A string counts into
 * a running sum; the one that takes the sum past its cap is too long, and so are those after it.
 */
export function tooLongInArray(values: unknown[]): boolean[] {
  let sum = 0;
  return values.map((value) => {
    if (kindOf(value) !== "string") return false;
    const bytes = byteLength(value as string);
    if (bytes > MAX_STRING_BYTES) return true;
    sum += bytes;
    return sum > MAX_ARRAY_STRING_BYTES;
  });
}

/** What of an array of one element can't be read, for its part in all arrays at the same item path. */
export interface Nested {
  tooMany: boolean;
  tooLong: boolean[];
}

/**
 * For what stands at one item path of all elements: the arrays there, or under `keys` the names of the objects, have
 * elements and strings in common, in order. The array that passes the cap on elements is too many, and so are those
 * after it; strings go as those of one array do.
 */
export function nestedIn(values: unknown[], isKeys: boolean): (Nested | undefined)[] {
  let elements = 0;
  let bytes = 0;
  return values.map((value) => {
    if (kindOf(value) !== (isKeys ? "object" : "array")) return undefined;
    if (elements > MAX_NESTED_ELEMENTS) return { tooMany: true, tooLong: [] };
    const nested = isKeys ? namesOf(value as object) : (value as unknown[]);
    // What is not read by itself takes nothing from the others.
    if (nested.length > MAX_ELEMENTS) return undefined;
    elements += nested.length;
    if (elements > MAX_NESTED_ELEMENTS) return { tooMany: true, tooLong: [] };
    const strings = elementsOf(nested);
    const tooLong = tooLongInArray(strings).map((isTooLong, index) => {
      if (isTooLong || kindOf(strings[index]) !== "string") return isTooLong;
      bytes += byteLength(strings[index] as string);
      return bytes > MAX_NESTED_STRING_BYTES;
    });
    return { tooMany: false, tooLong };
  });
}

/** The names of an object in the order of UTF-8 bytes; none where it won't tell. */
function namesOf(object: object): string[] {
  try {
    return Object.keys(object).sort(compareUtf8);
  } catch {
    return [];
  }
}

export function byteLength(text: string): number {
  return Buffer.byteLength(text, "utf8");
}

export function compareUtf8(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left, "utf8"), Buffer.from(right, "utf8"));
}
