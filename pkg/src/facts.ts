// Facts: what ORMs and drivers give, made into plain JSON values that policies can read.
import { PortcullisError } from "./engine/errors.js";

/** How values become facts. */
export interface FactOptions {
  /**
   * Names of properties, at any depth, that drivers give as strings of digits although they are integers, such as
   * PostgreSQL's `bigint` columns.
   */
  readonly integers?: readonly string[] | undefined;
}

const INTEGER = /^-?\d+$/;

/**
 * Makes plain JSON values of a record, in a new object; the record stays as it is.
 *
 * - A `Date` becomes milliseconds since 1970; an invalid one `NaN`, which policies see as unsupported.
 * - A `bigint`, and a string of digits in a property named in `integers`, becomes a number where that is exact
 *   (within ±(2^53 − 1)); otherwise it stays as it is, and a policy that compares it errs, on the safe side.
 * - A `Map` with string keys becomes an object, a `Set` an array, anything with `toJSON` what that gives.
 * - Properties that are `undefined` or functions are left out; other objects become plain ones of their own
 *   enumerable properties.
 *
 * @throws PortcullisError `cyclic_facts` for a value that holds itself.
 * @example
 * const user = toFacts(await db.user.find(id), { integers: ["credit_cents"] });
 */
export function toFacts(value: unknown, options: FactOptions = {}): unknown {
  return convert(value, new Set(options.integers), false, []);
}

function convert(
  value: unknown,
  integers: ReadonlySet<string>,
  isInteger: boolean,
  around: readonly object[],
): unknown {
  if (typeof value === "bigint") return exact(value) ?? value;
  if (typeof value === "string") return isInteger && INTEGER.test(value) ? (exact(BigInt(value)) ?? value) : value;
  if (typeof value !== "object" || value === null) return value;
  if (around.includes(value)) throw cyclic();
  const inside = [...around, value];
  const convertAll = (values: Iterable<unknown>) =>
    Array.from(values, (element) => convert(element, integers, isInteger, inside));
  const kind = Object.prototype.toString.call(value);
  if (kind === "[object Date]") return Number(value);
  if (Array.isArray(value) || kind === "[object Set]") return convertAll(value as Iterable<unknown>);
  if (kind === "[object Map]") return record(value as Map<unknown, unknown>, integers, inside);
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === "function") return convert(toJSON.call(value, ""), integers, isInteger, inside);
  return record(Object.entries(value), integers, inside);
}

function record(
  entries: Iterable<[unknown, unknown]>,
  integers: ReadonlySet<string>,
  around: readonly object[],
): object {
  const facts = {};
  for (const [key, value] of entries) {
    if (typeof key !== "string" || value === undefined || typeof value === "function") continue;
    const fact = convert(value, integers, integers.has(key), around);
    // Not by assignment, which would set the prototype where the key is `__proto__`.
    Object.defineProperty(facts, key, { value: fact, enumerable: true, configurable: true, writable: true });
  }
  return facts;
}

function exact(integer: bigint): number | undefined {
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : undefined;
}

function cyclic(): PortcullisError {
  return new PortcullisError({
    code: "cyclic_facts",
    message: "a value holds itself, so it is no JSON",
    remedy: "Leave the reference out that points back.",
    retryable: false,
  });
}
