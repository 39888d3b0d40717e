/**
 * Requests with values that only JavaScript has, for comparing the engine under Node with the reference.
 * Getters answer the same each time. There are no member names with lone surrogates.
 */
import { runInNewContext } from "node:vm";
import { isObject, kindOf, member } from "../value.js";
import type { Ask } from "./ask.js";
import { setMember } from "./ask.js";
import type { Case } from "./case.js";
import { generatePolicies } from "./policy.js";
import type { Random } from "./random.js";
import { generateRequest } from "./request.js";

export function generateHostile(random: Random): Case {
  const asks: Ask[] = [];
  const policies = generatePolicies({ random, asks, inBody: false });
  const requests = Array.from({ length: random.between(2, 5) }, () => {
    let request: unknown = generateRequest(asks, random);
    for (let n = random.between(1, 4); n > 0; n -= 1) request = injected(request, asks, random);
    return request;
  });
  return { policies, requests, grants: requests.map(() => undefined) };
}

/** The request with one value made hostile: at a path that a policy reads, above it, or somewhere at random. */
function injected(request: unknown, asks: Ask[], random: Random): unknown {
  // What makes the whole request invalid hides all else, so it is left alone mostly.
  const free = asks.map((ask) => ask.path).filter((path) => path.length > 1 && path[1] !== "id" && path[1] !== "mode");
  const path =
    free.length > 0 && random.chance(0.9)
      ? random.pick(free)
      : [random.pick(["input", "user", "agent", "tool", "run", "now"])];
  const depth = random.chance(0.02) ? 0 : Math.max(1, random.chance(0.15) ? path.length - 1 : path.length);
  return at(request, path.slice(0, depth), (value) => makeHostile(value, random));
}

function at(root: unknown, path: string[], change: (value: unknown) => unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return change(root);
  if (!isObject(root)) return root;
  const value = at(member(root, key), rest, change);
  if (Object.isExtensible(root)) trySet(root, key, value);
  return root;
}

/** Proxies that throw can't be changed any more. */
function trySet(object: object, key: string, value: unknown): void {
  try {
    setMember(object, key, value);
  } catch {
    // It stays as it is, hostile enough.
  }
}

/** Either something quite different, or the same in a wrapping that should or should not matter. */
function makeHostile(value: unknown, random: Random): unknown {
  const kind = kindOf(value);
  try {
    if (kind === "array" && random.chance(0.6)) return hostileArray(value as unknown[], random);
    if (kind === "object" && random.chance(0.7)) return hostileObject(value as object, random);
  } catch {
    // What has been made hostile before may refuse to be copied. It stays as it is.
    return value;
  }
  return random.pick(scalars)();
}

const scalars: (() => unknown)[] = [
  () => NaN,
  () => Infinity,
  () => -Infinity,
  () => -0,
  () => 10n,
  () => Symbol("s"),
  () => () => 1,
  () => class {},
  () => new Date(0),
  () => new Map([["a", 1]]),
  () => new Set(["a"]),
  () => /x/,
  () => new Error("x"),
  () => Promise.resolve(1),
  () => new Uint8Array(2),
  () => new ArrayBuffer(2),
  () => new String("admin"),
  () => new Number(5000),
  () => new Boolean(true),
  () => Object(1n),
  () => "\ud800",
  () => "a\udc00b",
  () => "\udc00\ud800",
  () => undefined,
  () => revoked({}),
  () => revoked([]),
  () => throwing({}),
  () => throwing([]),
  () => new WeakMap(),
  () =>
    new (class Point {
      id = "u1";
    })(),
  () => new Proxy(() => 1, {}),
  () => Object.create(null) as unknown,
  () => Object.create(Object.create(null) as object) as unknown,
  () => Object.create({ id: "u1" }) as unknown,
  () => new Array(3),
  () => new URL("https://example.com/"),
  () => runInNewContext("({ id: 'u1', roles: ['dba'] })") as unknown,
  () => runInNewContext("['dba', 'admin']") as unknown,
  () => runInNewContext("new Date(0)") as unknown,
  () => runInNewContext("new (class { id = 'u1' })()") as unknown,
];

function hostileObject(object: object, random: Random): unknown {
  const members = Object.entries(object) as [string, unknown][];
  const [key] = members.length > 0 ? random.pick(members) : ["id"];
  const copy = withPrototype(Object.prototype, members);
  return random.pick<() => unknown>([
    () => withPrototype(null, members),
    () => withPrototype(Object.create(null) as object, members),
    () => withPrototype(class Entity {}.prototype, members),
    () => withPrototype({ inherited: true }, members),
    () => Object.create(object) as unknown,
    () => new Proxy(copy, {}),
    () => throwing(copy),
    () => revoked(copy),
    () => new Map(members),
    () =>
      Object.defineProperty(copy, key, {
        get: () => {
          throw new Error("getter");
        },
      }),
    () => Object.defineProperty(copy, key, { get: () => 1, enumerable: true }),
    () => Object.defineProperty(copy, key, { enumerable: false }),
    () => Object.defineProperty(copy, Symbol("extra"), { value: 1, enumerable: true }),
    () => Object.defineProperty(copy, "extra", { value: undefined, enumerable: true }),
    () => Object.freeze(copy),
    () =>
      new Proxy(copy, {
        get: () => {
          throw new Error("get");
        },
      }),
    () =>
      new Proxy(copy, {
        getPrototypeOf: () => {
          throw new Error("prototype");
        },
      }),
  ])();
}

function hostileArray(array: unknown[], random: Random): unknown {
  const copy = [...array];
  const index = random.below(copy.length + 1);
  return random.pick<() => unknown>([
    () => Object.assign(copy, { [index]: random.pick(scalars)() }),
    () => {
      copy.length += 2;
      return copy;
    },
    () => {
      delete copy[index];
      return copy;
    },
    () => Object.assign(copy, { extra: 1 }),
    () => new Proxy(copy, {}),
    () => throwing(copy),
    () => revoked(copy),
    () =>
      new Proxy(copy, {
        get: () => {
          throw new Error("get");
        },
      }),
    () =>
      Object.defineProperty(copy, index, {
        get: () => {
          throw new Error("element");
        },
        enumerable: true,
        configurable: true,
      }),
    () => Object.defineProperty(copy, index, { get: () => "dba", enumerable: true, configurable: true }),
    () => class List extends Array<unknown> {}.from(copy),
    () => Object.setPrototypeOf(copy, null) as unknown,
    () => new Set(copy),
  ])();
}

function withPrototype(prototype: object | null, members: [string, unknown][]): object {
  const object = Object.create(prototype) as object;
  for (const [key, value] of members) setMember(object, key, value);
  return object;
}

function throwing(target: object): unknown {
  const refuse = (): never => {
    throw new Error("trap");
  };
  return new Proxy(target, {
    get: refuse,
    has: refuse,
    ownKeys: refuse,
    getOwnPropertyDescriptor: refuse,
    getPrototypeOf: refuse,
  });
}

function revoked(target: object): unknown {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}
