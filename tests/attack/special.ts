// Attacks that are more than a value in a place: they answer differently each time, call back, or count on prototypes.
import type { Request } from "portcullis";
import { type Attack, defining, type Expected } from "./attack.js";
import { type Host, laughs, throwing } from "./values.js";
import { type Hostile, policies, request, type Victim } from "./victim.js";

const ALLOWED: Expected = { allowed: true };
const denied = (policy: string, error: string | null): Expected => ({ policy, error });
const invalid = (field: string): Expected => ({ invalid: field });

const refuse = (): never => {
  throw new Error("a getter");
};

/** A field that answers with one value after the other, the last one for ever. */
function changing(on: Hostile, key: string, ...values: unknown[]): Hostile {
  let asked = 0;
  return defining(on, key, { get: () => values[Math.min(asked++, values.length - 1)] });
}

/** The input of an honest request, as an object that it can be done to. */
function withInput(change: (input: Hostile) => unknown): Hostile {
  const honest = request();
  return { ...honest, input: change(honest["input"] as Hostile) };
}

/** Getters and proxies, and what they say. */
function lying(): Attack[] {
  const input = (name: string, change: (input: Hostile) => unknown, expected: Expected, fickle = false): Attack => ({
    name,
    make: () => withInput(change),
    expected,
    fickle,
  });
  return [
    input("a getter that throws, read", (i) => defining(i, "note", { get: refuse }), denied("note", "unsupported")),
    input("a getter that throws, not read", (i) => defining(i, "other", { get: refuse }), ALLOWED),
    {
      name: "a getter that throws for an entity",
      make: () => defining(request(), "tool", { get: refuse }),
      expected: invalid("tool.id"),
    },
    {
      name: "a getter that throws for the action",
      make: () => defining(request(), "action", { get: refuse }),
      expected: invalid("action"),
    },
    {
      name: "a getter that throws for an id",
      make: () => request({ user: defining({ name: "Ada" }, "id", { get: refuse }) }),
      expected: invalid("user.id"),
    },
    {
      name: "a request behind a proxy without traps",
      make: () => new Proxy(request(), {}),
      expected: ALLOWED,
    },
    {
      name: "a request whose names can't be asked for",
      make: () => throwing(request(), ["getOwnPropertyDescriptor"]),
      expected: invalid(""),
    },
    input("a proxy without traps", (i) => new Proxy(i, {}), ALLOWED),
    input("a proxy that throws for each value", (i) => throwing(i, ["get"]), denied("note", "unsupported")),
    input("a proxy that hides its names", (i) => throwing(i, ["ownKeys"]), denied("note", "unsupported"), true),
    input(
      "a proxy that says that it has no names",
      (i) => new Proxy(i, { ownKeys: () => [] }),
      denied("note", "missing"),
    ),
    input(
      "a proxy with a name that is not there",
      () =>
        new Proxy({} as Hostile, {
          ownKeys: () => ["note"],
          getOwnPropertyDescriptor: () => undefined,
          get: () => "fine",
        }),
      denied("note", "missing"),
    ),
    input(
      "a proxy with the same name twice",
      (i) => new Proxy(i, { ownKeys: () => ["note", "note"] }),
      denied("note", "unsupported"),
      true,
    ),
    input(
      "keys behind a proxy that throws",
      (i) => ({ ...i, bag: throwing({}, ["ownKeys"]) }),
      denied("bag", "unsupported"),
    ),
    input(
      "an array behind a proxy that says it is empty",
      (i) => ({ ...i, list: new Proxy(["bad"], { get: (of, key) => (key === "length" ? 0 : Reflect.get(of, key)) }) }),
      ALLOWED,
    ),
    input(
      "an array behind a proxy of a length that is none",
      (i) => ({
        ...i,
        list: new Proxy(["bad"], { get: (of, key) => (key === "length" ? Number.NaN : Reflect.get(of, key)) }),
      }),
      denied("list", "unsupported"),
    ),
    input(
      "an array behind a proxy that says it is without end",
      (i) => ({
        ...i,
        other: 0,
        list: new Proxy(["bad"], { get: (of, key) => (key === "length" ? 2 ** 53 - 1 : Reflect.get(of, key)) }),
      }),
      denied("list", "too_many"),
      true,
    ),
    input("a field that is fine and then bad", (i) => changing(i, "note", "fine", "bad"), ALLOWED, true),
    input("a field that is bad and then fine", (i) => changing(i, "note", "bad", "fine"), denied("note", null), true),
    {
      name: "an action that changes once it is known",
      make: () => changing(request({ tool: { id: "refund" } }), "action", "tool_call", "tool_call", "llm_call"),
      expected: { approval: "gate" },
      fickle: true,
    },
    {
      name: "a tool that changes once it is known",
      make: () => request({ tool: changing({}, "id", "refund", "refund", "search") }),
      expected: { approval: "gate" },
      fickle: true,
    },
  ];
}

/** What stands on prototypes, or hides. */
function inherited(): Attack[] {
  return [
    {
      name: "an own key `__proto__`",
      make: () =>
        withInput((i) =>
          JSON.parse(`{"__proto__": {"note": "fine"}, ${JSON.stringify({ ...i, note: undefined }).slice(1)}`),
        ),
      expected: denied("note", "missing"),
    },
    {
      name: "a request of which all is in `__proto__`",
      make: () => JSON.parse(JSON.stringify({ __proto: request() }).replace("__proto", "__proto__")),
      expected: invalid("action"),
    },
    {
      name: "a tool whose id is in `__proto__`",
      make: () => request({ tool: JSON.parse('{"__proto__": {"id": "search"}}') }),
      expected: invalid("tool.id"),
    },
    {
      name: "a `constructor` and a `toString` as keys",
      make: () =>
        withInput((i) => ({ ...i, constructor: { prototype: { note: "fine" } }, toString: 1, hasOwnProperty: 1 })),
      expected: ALLOWED,
    },
    {
      name: "a field that is not enumerable",
      make: () => withInput((i) => defining(i, "note", { value: "fine", enumerable: false })),
      expected: denied("note", "missing"),
    },
    {
      name: "an id that is not enumerable",
      make: () => request({ tool: defining({}, "id", { value: "search", enumerable: false }) }),
      expected: invalid("tool.id"),
    },
    {
      name: "an inherited field",
      make: () => withInput((i) => Object.create(i)),
      expected: denied("note", "unsupported"),
    },
    {
      name: "elements on a subclass that overrides its iterator",
      make: () =>
        withInput((i) => {
          class Liar extends Array<string> {
            override *[Symbol.iterator](): ArrayIterator<string> {
              yield "fine";
            }
          }
          return { ...i, list: Liar.from(["bad"]) };
        }),
      expected: denied("list", null),
    },
  ];
}

/** Calls of the engine from within a request. */
function reentrant({ engine, Engine, honestly }: Victim): Attack[] {
  const within = (name: string, act: () => void): Attack => ({
    name: `a getter that ${name}`,
    make: () =>
      withInput((i) =>
        defining(i, "note", {
          get: () => {
            act();
            return "fine";
          },
        }),
      ),
    expected: ALLOWED,
  });
  const expectThrown = (code: string, act: () => unknown) => () => {
    try {
      act();
    } catch (error) {
      if ((error as { code?: string }).code === code) return;
      throw error;
    }
  };
  const bad = () => request({}, { note: "bad", text: "bad", list: ["bad"] }) as unknown as Request;
  return [
    within("decides", () => void engine.decide(bad())),
    within("decides all that is honest", () => void honestly()),
    within(
      "decides on what decides",
      () =>
        void engine.decide(withInput((i) => defining(i, "text", { get: () => engine.decide(bad()).code })) as never),
    ),
    within("decides many", () => void engine.decideMany([bad(), bad()])),
    within("explains", () => void engine.explain(bad(), { reader: "author" })),
    within("digests", () => void engine.requestDigest(request() as never)),
    within(
      "enforces",
      expectThrown("denied_by_policy", () => engine.enforce(bad())),
    ),
    within("loads another engine and closes it", () => {
      const other = Engine.loadSync({ policies });
      other.decide(bad());
      other.close();
    }),
    within("closes another engine in the middle", () => {
      const other = Engine.loadSync({ policies });
      const closing = withInput((i) => defining(i, "note", { get: () => other.close() ?? "fine" }));
      const { code } = other.decide(closing as never);
      if (code !== "allowed") throw new Error(code);
      if (other.decide(request() as never).code !== "engine_failure") throw new Error("still decides");
    }),
    within(
      "loads policies that do not load",
      expectThrown("policy_set_invalid", () => Engine.loadSync({ policies: "[{}]" })),
    ),
  ];
}

/** What is large only as the engine would see it. */
function explosive(): Attack[] {
  const tags = new Array(10_000).fill("fine");
  const bag = Object.fromEntries(tags.map((_, n) => [`key ${n}`, n]));
  const texts = new Array(15).fill("x".repeat(65_536));
  return [
    {
      name: "10,000 elements that share an array of 10,000",
      decisionsOnly: true,
      make: () => withInput((i) => ({ ...i, rows: new Array(10_000).fill({ tags }) })),
      expected: denied("rows", "too_many"),
    },
    {
      name: "10,000 elements that share an object of 10,000 names",
      decisionsOnly: true,
      make: () => withInput((i) => ({ ...i, bags: new Array(10_000).fill({ of: bag }) })),
      expected: denied("bags", "too_many"),
    },
    {
      name: "10,000 elements that share a megabyte of strings",
      decisionsOnly: true,
      make: () => withInput((i) => ({ ...i, rows: new Array(10_000).fill({ tags: texts }) })),
      expected: denied("rows", "too_long"),
    },
    {
      name: "arrays that hold one another 10^10 times, not read",
      decisionsOnly: true,
      make: () => withInput((i) => ({ ...i, other: laughs() })),
      expected: ALLOWED,
    },
    {
      name: "ids of 65,000 bytes, where many ids are known",
      make: () => {
        const id = "z".repeat(65_000);
        const over = { app: { id }, workflow: { id }, agent: { id }, tool: { id }, run: { id, root_id: id } };
        return request({ ...over, user: { id, name: "Ada" } });
      },
      expected: ALLOWED,
    },
    {
      name: "ids of 65,000 bytes in a request without an agent",
      make: () => {
        const { agent: _, ...rest } = request({ tool: { id: "z".repeat(65_000) }, run: { id: "z".repeat(65_000) } });
        return rest;
      },
      expected: ALLOWED,
    },
  ];
}

/** An honest request of another realm, whole. */
function foreign(host: Host): Attack[] {
  const made = (of: Hostile) => host.foreign(`(${JSON.stringify(of)})`);
  return [
    { name: "an honest request of another realm", make: () => made(request()), expected: ALLOWED },
    {
      name: "a bad request of another realm",
      make: () => made(request({}, { list: ["bad"] })),
      expected: denied("list", null),
    },
  ];
}

export function specialAttacks(victim: Victim, host: Host): Attack[] {
  return [...lying(), ...inherited(), ...reentrant(victim), ...explosive(), ...foreign(host)];
}
