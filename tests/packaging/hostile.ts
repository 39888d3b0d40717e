// Values that nobody should give an engine, each made anew: its name, and how.
const refuse = () => {
  throw new Error("a trap of a proxy");
};

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function cyclic(): object {
  const value: Record<string, unknown> = {};
  value["self"] = value;
  return value;
}

function deep(): unknown {
  let value: unknown = 0;
  for (let depth = 0; depth < 20_000; depth++) value = [value];
  return value;
}

export const hostile: readonly (readonly [string, () => unknown])[] = [
  ["undefined", () => undefined],
  ["a number", () => 1],
  ["NaN", () => Number.NaN],
  ["a bigint", () => 1n],
  ["a symbol", () => Symbol("x")],
  ["a function", () => () => true],
  ["a lone surrogate", () => "\ud800"],
  ["a boxed string", () => Object("text")],
  ["a date", () => new Date(0)],
  ["a map", () => new Map([["id", "x"]])],
  ["a promise", () => Promise.resolve()],
  ["a revoked proxy", revoked],
  [
    "a proxy that refuses everything",
    () => new Proxy({}, { get: refuse, getOwnPropertyDescriptor: refuse, getPrototypeOf: refuse, ownKeys: refuse }),
  ],
  ["a getter that throws", () => Object.defineProperty({}, "id", { enumerable: true, get: refuse })],
  ["something that throws as a string", () => ({ toString: refuse, valueOf: refuse, toJSON: refuse })],
  ["a value that holds itself", cyclic],
  ["a deep value", deep],
  ["an array longer than any", () => new Array(4_294_967_295)],
  ["an object without a prototype", () => Object.create(null)],
];
