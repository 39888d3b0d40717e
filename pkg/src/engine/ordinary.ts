// What is ordinary: plain objects of this realm, of which a walk over the names meets the own enumerable ones alone.
// Engines keep these names with an object's shape, so the walk beats the question whether a property is one of them by far.
import { isArray, ownNames, prototypeOf } from "./values.js";

/** An object as `JSON.parse` makes them. */
export type Plain = { readonly [name: string]: unknown };

const objectPrototype = Object.prototype;
const NOTHING = {};
const FIXED = ["action", "now", "tenant", "app", "user", "workflow", "agent", "tool", "run"] as const;
/** Requests with more names are read the long way. */
const FEW_NAMES = 64;
/** How many sequences of names are kept. */
const KEPT = 8;

/** Throws what a proxy throws. */
export function isOrdinary(value: unknown): value is Plain {
  return typeof value === "object" && value !== null && !isArray(value) && prototypeOf(value) === objectPrototype;
}

/** Whether nobody has written enumerable properties to the prototype of all objects. */
export function nothingIsInherited(): boolean {
  for (const _ in NOTHING) return false;
  return true;
}

/** Knows sequences of names that hold every fixed one: most requests of a caller have the same names in the same order. */
export class RequestNames {
  readonly #known: string[][] = [];
  #last: readonly string[] = [];

  /** Whether the fixed names are all among an object's own enumerable ones. */
  hold(request: Plain): boolean {
    const known = this.#last;
    let at = 0;
    for (const name in request) {
      if (name !== known[at]) return this.#holdOther(request);
      at++;
    }
    return at === known.length ? at > 0 : this.#holdOther(request);
  }

  #holdOther(request: Plain): boolean {
    const names = ownNames(request);
    if (names.length > FEW_NAMES) return false;
    for (const known of this.#known) {
      if (known.length === names.length && known.every((name, i) => name === names[i])) {
        this.#last = known;
        return true;
      }
    }
    if (!FIXED.every((name) => names.includes(name))) return false;
    if (this.#known.length === KEPT) this.#known.pop();
    this.#known.unshift(names);
    this.#last = names;
    return true;
  }
}
