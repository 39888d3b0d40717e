// An attack: a request that is made anew each time it is used, and what must come of it.
import type { Kind, Value } from "./values.js";
import { type Hostile, request } from "./victim.js";

/** What must be decided. */
export type Expected =
  | { readonly allowed: true }
  /** A deny for what the request is, by the field that is amiss. */
  | { readonly invalid: string }
  /** A deny by a policy, for an error or because its condition holds. */
  | { readonly policy: string; readonly error: string | null }
  | { readonly approval: string };

export interface Attack {
  readonly name: string;
  readonly make: () => unknown;
  readonly expected: Expected;
  /** Whether it is another request each time it is read, so that only safety can be asked of other calls. */
  readonly fickle?: boolean;
  /** Whether it is so large that not every reader of explanations is asked. */
  readonly large?: boolean;
  /** Whether only decisions are asked for: to walk all of it takes what walking as many values takes, seconds. */
  readonly decisionsOnly?: boolean;
}

const ALLOWED: Expected = { allowed: true };
const invalid = (field: string): Expected => ({ invalid: field });
const denied = (policy: string, error: string): Expected => ({ policy, error });

/** What a leaf makes of a value that is no scalar it can compare. */
const OF_LEAF: Readonly<Record<Kind, string | null>> = {
  absent: "missing",
  text: null,
  long_text: "too_long",
  unsupported: "unsupported",
  object: "wrong_type",
  array: "wrong_type",
  long_array: "too_many",
};

function ofLeaf(policy: string, kind: Kind): Expected {
  const error = OF_LEAF[kind];
  return error === null ? ALLOWED : denied(policy, error);
}

/** What the members of a value are. */
function below(policy: string, kind: Kind): Expected {
  if (kind === "absent" || kind === "object") return denied(policy, "missing");
  return denied(policy, kind === "unsupported" ? "unsupported" : "wrong_type");
}

/** An id that may be absent, of an entity that the action is not about. */
function otherId(field: string, kind: Kind): Expected {
  return kind === "absent" || kind === "text" ? ALLOWED : invalid(field);
}

interface Place {
  readonly name: string;
  readonly put: (value: unknown) => unknown;
  readonly expected: (kind: Kind) => Expected;
  /** Where large values are put too. */
  readonly large?: boolean;
}

const PLACES: readonly Place[] = [
  {
    name: "the request",
    put: (value) => value,
    expected: (kind) => invalid(kind === "object" ? "action" : ""),
  },
  { name: "action", put: (action) => request({ action }), expected: () => invalid("action") },
  { name: "now", put: (now) => request({ now }), expected: () => invalid("now") },
  { name: "tenant", put: (tenant) => request({ tenant }), expected: () => invalid("tenant.id") },
  {
    name: "tenant.id",
    put: (id) => request({ tenant: { id } }),
    expected: (kind) => (kind === "text" ? ALLOWED : invalid("tenant.id")),
  },
  { name: "tool", put: (tool) => request({ tool }), expected: () => invalid("tool.id") },
  {
    name: "tool.id",
    put: (id) => request({ tool: { id } }),
    expected: (kind) => (kind === "text" ? ALLOWED : invalid("tool.id")),
  },
  {
    name: "user",
    put: (user) => request({ user }),
    expected: (kind) => below("name", kind),
  },
  {
    name: "user.id",
    put: (id) => request({ user: { id, name: "Ada" } }),
    expected: (kind) => otherId("user.id", kind),
  },
  {
    name: "run.mode",
    put: (mode) => request({ run: { id: "r1", mode } }),
    expected: (kind) => (kind === "absent" ? ALLOWED : invalid("run.mode")),
  },
  { name: "input", put: (input) => request({ input }), expected: (kind) => below("note", kind) },
  {
    name: "a field that is read",
    large: true,
    put: (note) => request({}, { note }),
    expected: (kind) => ofLeaf("note", kind),
  },
  {
    name: "a member of an entity that is read",
    large: true,
    put: (name) => request({ user: { id: "u1", name } }),
    expected: (kind) => ofLeaf("name", kind),
  },
  {
    name: "a member of an entity, deep below what is read",
    large: true,
    put: (value) => request({ user: { id: "u1", name: "Ada", more: { and: [{ more: value }] } } }),
    expected: () => ALLOWED,
  },
  { name: "a field that is searched", put: (text) => request({}, { text }), expected: (kind) => ofLeaf("text", kind) },
  {
    name: "an element",
    put: (value) => request({}, { list: [value] }),
    expected: (kind) =>
      kind === "absent" || kind === "long_array" ? denied("list", "wrong_type") : ofLeaf("list", kind),
  },
  {
    name: "a member of an element",
    put: (tags) => request({}, { rows: [{ tags }] }),
    expected: (kind) =>
      kind === "text"
        ? denied("rows", "wrong_type")
        : kind === "array"
          ? denied("rows", "wrong_type")
          : ofLeaf("rows", kind),
  },
  {
    name: "a field that is not read",
    large: true,
    put: (other) => request({ other }, { other }),
    expected: () => ALLOWED,
  },
];

/** Each value in each place. */
export function attacksWith({ name, kind, make, large = false, fickle = false }: Value): Attack[] {
  return PLACES.filter((place) => !large || place.large).map((place) => ({
    name: `${name} for ${place.name}`,
    make: () => place.put(make()),
    expected: place.expected(kind),
    fickle,
    large,
  }));
}

/** A request with a property made by a descriptor. */
export function defining(on: Hostile, key: PropertyKey, descriptor: PropertyDescriptor): Hostile {
  return Object.defineProperty(on, key, { enumerable: true, configurable: true, ...descriptor });
}
