// What kind of value a JavaScript value is. The only questions asked of values anywhere in the wrapper.
import { ARRAY, MAX_STRING_BYTES, OBJECT, UNSUPPORTED } from "./core.js";

// Kept from the start, so that later patches of the globals don't change decisions.
export const { getPrototypeOf: prototypeOf } = Object;
export const { isArray } = Array;
const objectPrototype = Object.prototype;
export const ownNames = Object.keys;
export const { hasOwnProperty: isOwn, propertyIsEnumerable: isEnumerable } = Object.prototype;

/** Stands for a value that could not be read. No JSON can say a symbol, so it is unsupported like any. */
export const UNREADABLE = Symbol("unreadable");

/** Whether objects of this prototype are plain, in any realm. */
export function isPlain(prototype: object | null): boolean {
  return prototype === objectPrototype || prototype === null || prototypeOf(prototype) === null;
}

/**
 * `ARRAY`, `OBJECT` for plain objects of any realm, else `UNSUPPORTED`.
 * Runs user code, and throws, where the value is a proxy.
 */
export function tagOfObject(value: object): number {
  if (isArray(value)) return ARRAY;
  return isPlain(prototypeOf(value)) ? OBJECT : UNSUPPORTED;
}

/** An array's length; −1 where a proxy tells something else. */
export function lengthOf(array: readonly unknown[]): number {
  const { length } = array;
  return Number.isSafeInteger(length) && length >= 0 ? length : -1;
}

/** An own enumerable property, read once; `undefined` if there is none, `UNREADABLE` if it throws. */
export function member(object: object, key: string): unknown {
  let value: unknown;
  try {
    value = (object as Record<string, unknown>)[key];
    if (value === undefined || isEnumerable.call(object, key)) return value;
    return undefined;
  } catch {
    return unreadable(object, key);
  }
}

function unreadable(object: object, key: string): unknown {
  try {
    return isEnumerable.call(object, key) ? UNREADABLE : undefined;
  } catch {
    return UNREADABLE;
  }
}

/** An own element, read once; `undefined` for holes, `UNREADABLE` if it throws. */
export function element(array: readonly unknown[], index: number): unknown {
  try {
    const value = array[index];
    return value === undefined || isOwn.call(array, index) ? value : undefined;
  } catch {
    return UNREADABLE;
  }
}

/** Strings of fewer characters are under the cap whatever their bytes. */
export const SURELY_SHORT = MAX_STRING_BYTES / 3;

interface WellFormed {
  isWellFormed?(): boolean;
}

/** Whether a string has no lone surrogates. */
export const isWellFormed: (text: string) => boolean =
  typeof ("" as WellFormed).isWellFormed === "function"
    ? (text) => (text as unknown as Required<WellFormed>).isWellFormed()
    : (text) => !/\p{Surrogate}/u.test(text);

/** Bytes of a well-formed string in UTF-8. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) bytes += unit > 0x7ff && (unit & 0xf800) !== 0xd800 ? 2 : 1;
  }
  return bytes;
}

/** Whether a string is over the cap for strings that operators read; scans only where its length doesn't tell. */
export function isLong(text: string): boolean {
  const { length } = text;
  return length * 3 > MAX_STRING_BYTES && (length > MAX_STRING_BYTES || utf8Length(text) > MAX_STRING_BYTES);
}
