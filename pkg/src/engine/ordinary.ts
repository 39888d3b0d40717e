// What is ordinary: plain objects of this realm, of which a walk over the names meets the own enumerable ones alone.
// Engines keep these names with an object's shape, so the walk beats the question whether a property is one of them by far.
import { isArray, ownNames, prototypeOf } from "./values.js";

/** An object as `JSON.parse` makes them. */
export type Plain = { readonly [name: string]: unknown };

const objectPrototype = Object.prototype;
const FIXED = ["action", "now", "tenant", "app", "user", "workflow", "agent", "tool", "run"] as const;
/** Requests with more names are read the long way. */
const FEW_NAMES = 64;
/** How many sequences of names are kept. */
const KEPT = 8;

/** Throws what a proxy throws. */
export function isOrdinary(value: unknown): value is Plain {
  return typeof value === "object" && value !== null && !isArray(value) && prototypeOf(value) === objectPrototype;
}

/** The names of a request, in their order. */
interface Names {
  readonly names: readonly string[];
  readonly hasInput: boolean;
  readonly hasUsage: boolean;
}

const NO_NAMES: Names = { names: [], hasInput: false, hasUsage: false };

/** Knows sequences of names that hold every fixed one: most requests of a caller have the same names in the same order. */
export class RequestNames {
  readonly #known: Names[] = [];
  #last = NO_NAMES;

  /** Whether the last request has an input of its own. */
  get hasInput(): boolean {
    return this.#last.hasInput;
  }

  get hasUsage(): boolean {
    return this.#last.hasUsage;
  }

  /**
   * Whether the fixed names are all among an object's own enumerable ones, and a walk meets nothing else: then nobody has
   * written enumerable properties to the prototype of all objects either.
   */
  hold(request: Plain): boolean {
    return this.#last !== NO_NAMES && meets(request, this.#last.names) ? true : this.#holdOther(request);
  }

  #holdOther(request: Plain): boolean {
    const names = ownNames(request);
    if (names.length > FEW_NAMES || !meets(request, names)) return false;
    for (const known of this.#known) {
      if (known.names.length === names.length && known.names.every((name, i) => name === names[i])) {
        this.#last = known;
        return true;
      }
    }
    if (!FIXED.every((name) => names.includes(name))) return false;
    if (this.#known.length === KEPT) this.#known.pop();
    this.#last = { names, hasInput: names.includes("input"), hasUsage: names.includes("usage") };
    this.#known.unshift(this.#last);
    return true;
  }
}

/** Whether a walk over an object meets these names alone, in this order. */
function meets(object: Plain, names: readonly string[]): boolean {
  let at = 0;
  for (const name in object) {
    if (name !== names[at]) return false;
    at++;
  }
  return at === names.length;
}
