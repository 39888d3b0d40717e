// Snapshots: one frozen copy of an input, which is then decided, digested and executed.
import { PortcullisError } from "../../engine/errors.js";
import { isArray, isPlain, ownNames, prototypeOf } from "../../engine/values.js";

/** JSON data that nobody can change. */
export type Snapshot<T> = T extends readonly (infer Element)[]
  ? readonly Snapshot<Element>[]
  : T extends object
    ? { readonly [K in keyof T]: Snapshot<T[K]> }
    : T;

/** As deep as requests are read. */
const MAX_DEPTH = 128;
/** So many values at most: a few that hold one another many times over would never end. */
const MAX_VALUES = 1_000_000;

/** An input that is no JSON data. */
export class SnapshotError extends PortcullisError {
  /** Where, as a JSON Pointer. */
  readonly pointer: string;

  constructor(pointer: string, message: string) {
    super({
      code: "input_not_json",
      message: `the input is no JSON data: ${message}${pointer === "" ? "" : ` at \`${pointer}\``}`,
      remedy: "Pass plain objects, arrays, strings, finite numbers, booleans and null.",
      retryable: false,
    });
    this.pointer = pointer;
  }
}

/**
 * Copies JSON data and freezes the copy. Each property is read once; members that are `undefined` are left out.
 *
 * @throws SnapshotError for what JSON can't say: cycles, functions, instances of classes, NaN, bigints, holes.
 */
export function snapshot<T>(input: T): Snapshot<T> {
  const place: Place = { path: [], around: [], left: MAX_VALUES };
  try {
    return copy(input, place) as Snapshot<T>;
  } catch (error) {
    if (PortcullisError.is(error)) throw error;
    throw refuse(place, "a value that can't be read");
  }
}

interface Place {
  readonly path: (string | number)[];
  readonly around: object[];
  left: number;
}

function copy(value: unknown, place: Place): unknown {
  if (--place.left < 0) throw refuse(place, `more than ${MAX_VALUES.toLocaleString("en")} values`);
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      if (Number.isFinite(value)) return value;
      throw refuse(place, `${value}`);
    case "undefined":
      if (value === undefined && place.path.length === 0) return undefined;
      throw refuse(place, "undefined");
    case "object":
      return value === null ? null : copyObject(value, place);
    default:
      throw refuse(place, `a ${typeof value}`);
  }
}

function copyObject(value: object, place: Place): object {
  const { path, around } = place;
  if (around.includes(value)) throw refuse(place, "a value that holds itself");
  if (around.length >= MAX_DEPTH) throw refuse(place, `more than ${MAX_DEPTH} levels`);
  around.push(value);
  let made: object;
  if (isArray(value)) made = copyArray(value, place);
  else if (isPlain(prototypeOf(value))) made = copyRecord(value as Record<string, unknown>, place);
  else throw refuse(place, "an instance of a class");
  around.pop();
  path.length = around.length;
  return Object.freeze(made);
}

function copyArray(list: readonly unknown[], place: Place): unknown[] {
  const { length } = list;
  if (length > place.left) throw refuse(place, `more than ${MAX_VALUES.toLocaleString("en")} values`);
  const depth = place.around.length - 1;
  const made = new Array<unknown>(length);
  for (let i = 0; i < length; i++) {
    place.path[depth] = i;
    made[i] = copy(list[i], place);
  }
  return made;
}

function copyRecord(record: Record<string, unknown>, place: Place): object {
  const depth = place.around.length - 1;
  const made: Record<string, unknown> = {};
  for (const name of ownNames(record)) {
    const member = record[name];
    if (member === undefined) continue;
    place.path[depth] = name;
    put(made, name, copy(member, place));
  }
  return made;
}

/** Sets an own member, whatever its name. */
export function put(record: Record<string, unknown>, name: string, value: unknown): void {
  if (name === "__proto__") Object.defineProperty(record, name, { value, enumerable: true });
  else record[name] = value;
}

function refuse({ path }: Place, what: string): SnapshotError {
  const pointer = path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
  return new SnapshotError(pointer, what);
}

/** The same text for the same JSON data, whatever the order of its members. */
export function canonical(value: unknown): string {
  if (isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "";
  const record = value as Record<string, unknown>;
  const members = ownNames(record).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonical(record[name])}`).join(",")}}`;
}
