// Values that nobody should give an engine, by what an engine must take them for.

/** What a value is to the language, whatever else it is. */
export type Kind = "absent" | "text" | "long_text" | "unsupported" | "object" | "array" | "long_array";

export interface Value {
  readonly name: string;
  readonly kind: Kind;
  /** Makes it anew: some are used up. */
  readonly make: () => unknown;
  /** Too large to be put in every place: made once, since nothing uses it up. */
  readonly large?: boolean;
  /** Whether a snapshot of it is not like it: one can't hold itself. */
  readonly fickle?: boolean;
}

/** What hosts differ in. */
export interface Host {
  /** Evaluates an expression in another realm. */
  foreign(expression: string): unknown;
}

class Instance {
  id = "u1";
  name = "Ada";
}
class List extends Array<unknown> {}

const refuse = (): never => {
  throw new Error("a trap of a proxy");
};
const TRAPS = [
  "get",
  "has",
  "ownKeys",
  "getOwnPropertyDescriptor",
  "getPrototypeOf",
  "isExtensible",
  "preventExtensions",
  "set",
  "deleteProperty",
  "defineProperty",
  "setPrototypeOf",
] as const;

/** A proxy whose traps throw, all or those named. */
export function throwing(target: object, traps: readonly string[] = TRAPS): object {
  return new Proxy(target, Object.fromEntries(traps.map((trap) => [trap, refuse])));
}

function revoked(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

function nested(depth: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = 0;
  for (let at = 0; at < depth; at++) value = wrap(value);
  return value;
}

function cyclic<T extends object>(value: T): T {
  return Object.assign(value, { 0: value, self: value });
}

function detached(): ArrayBuffer {
  const buffer = new ArrayBuffer(8);
  structuredClone(buffer, { transfer: [buffer] });
  return buffer;
}

/** Ten times ten times ten …: small in memory and without end to whoever walks it. */
export function laughs(): unknown {
  return nested(10, (inner) => new Array(10).fill(inner));
}
const argumentsOf = function (..._: unknown[]) {
  // biome-ignore lint/complexity/noArguments: as above
  return arguments;
};

function many(count: number): object {
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, n]));
}

const of =
  (kind: Kind) =>
  (name: string, make: () => unknown): Value => ({ name, kind, make });
function large(value: Value): Value {
  let made: unknown;
  return { ...value, make: () => (made ??= value.make()), large: true };
}

const unsupported = of("unsupported");
const object = of("object");
const array = of("array");

export function valuesOf(host: Host): Value[] {
  const inBrowser = "document" in globalThis;
  return [
    of("absent")("undefined", () => undefined),
    of("absent")("null", () => null),
    of("text")("a string", () => "text"),
    large(of("long_text")("a string of 10 MB", () => "x".repeat(10_000_000))),
    of("long_text")("a string of 65,537 bytes in 32,769 characters", () => `${"ä".repeat(32_768)}b`),
    ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2 ** 53, 1e300].map((number) =>
      unsupported(`the number ${number}`, () => number),
    ),
    unsupported("a bigint", () => 1n),
    unsupported("a symbol", () => Symbol("x")),
    unsupported("a function", () => () => true),
    unsupported("a class", () => class {}),
    unsupported("a proxy of a function", () => new Proxy(() => true, {})),
    unsupported("a lone surrogate", () => "\ud800"),
    unsupported("a lone surrogate in a text", () => `fine\udc00fine`),
    unsupported("a boxed string", () => Object("text")),
    unsupported("a boxed number", () => Object(1)),
    unsupported("a boxed boolean", () => Object(false)),
    unsupported("a boxed bigint", () => Object(1n)),
    unsupported("a boxed symbol", () => Object(Symbol("x"))),
    unsupported("a date", () => new Date(0)),
    unsupported("an invalid date", () => new Date(Number.NaN)),
    unsupported("a map", () => new Map([["id", "u1"]])),
    unsupported("a set", () => new Set(["bad"])),
    unsupported("a weak map", () => new WeakMap()),
    unsupported("a regular expression", () => /x/),
    unsupported("an error", () => new Error("x")),
    unsupported("a promise", () => Promise.resolve({ id: "u1" })),
    unsupported("an instance of a class", () => new Instance()),
    unsupported("an object that inherits", () => Object.create({ id: "u1", name: "Ada" })),
    unsupported("a typed array", () => new Uint8Array([98, 97, 100])),
    unsupported("a typed array without a buffer", () => {
      const bytes = new Uint8Array(8);
      structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
      return bytes;
    }),
    unsupported("an array buffer", () => new ArrayBuffer(8)),
    unsupported("a detached array buffer", detached),
    unsupported("a revoked proxy", () => revoked({})),
    unsupported("a revoked proxy of an array", () => revoked([])),
    unsupported("a proxy whose traps all throw", () => throwing({ id: "u1" })),
    unsupported("a proxy of an array whose traps all throw", () => throwing(["bad"])),
    unsupported("a proxy that hides its prototype", () => throwing({ id: "u1" }, ["getPrototypeOf"])),
    unsupported("a proxy of an array that hides its length", () => throwing(["fine"], ["get"])),
    unsupported("a date of another realm", () => host.foreign("new Date(0)")),
    unsupported("an instance of another realm", () => host.foreign("new (class { id = 'u1' })()")),
    unsupported("the global object", () => globalThis),
    ...(inBrowser
      ? [unsupported("document.all", () => document.all), unsupported("an element", () => document.body)]
      : []),
    object("an object without a prototype", () => Object.create(null)),
    object("an object of another realm", () => host.foreign("({})")),
    { ...object("an object that holds itself", () => cyclic({})), fickle: true },
    object("a thenable", () => ({ then: refuse })),
    object("an object with methods that throw", () => ({ toString: refuse, valueOf: refuse, toJSON: refuse })),
    large(object("an object of 100,000 keys", () => many(100_000))),
    large(object("objects 100,000 deep", () => nested(100_000, (inner) => ({ inner })))),
    object("an arguments object", () => argumentsOf("bad")),
    object("symbols for keys", () => ({ [Symbol("note")]: "bad", [Symbol.iterator]: refuse })),
    array("an array of another realm", () => host.foreign("[[]]")),
    { ...array("an array that holds itself", () => cyclic([])), fickle: true },
    array("an array with properties", () => Object.assign([[]], { note: "bad", id: "u1" })),
    array("a subclass of an array", () => List.from([[]])),
    array("an array without a prototype", () => Object.setPrototypeOf([[]], null)),
    large(array("arrays 100,000 deep", () => nested(100_000, (inner) => [inner]))),
    large(of("long_array")("an array of 200,000", () => new Array(200_000).fill("bad"))),
    large(of("long_array")("an array of 1,000,000 numbers", () => Array.from({ length: 1_000_000 }, (_, n) => n))),
    large(
      of("long_array")("an array of 1,000,000 strings", () => Array.from({ length: 1_000_000 }, (_, n) => `s${n}`)),
    ),
    large(
      of("long_array")("an array of 1,000,000 objects", () =>
        Array.from({ length: 1_000_000 }, (_, n) => ({ id: `o${n}`, n })),
      ),
    ),
    large(of("long_array")("an array of 1,000,000 holes", () => new Array(1_000_000))),
    { ...large(of("long_array")("an array of 90,000,000 holes", () => new Array(90_000_000))), fickle: true },
    { ...of("long_array")("an array longer than any", () => new Array(4_294_967_295)), fickle: true },
    large(
      of("long_array")("an array of few that says it is long", () => {
        const few: unknown[] = ["bad"];
        few[1_000_000] = "bad";
        return few;
      }),
    ),
  ];
}
