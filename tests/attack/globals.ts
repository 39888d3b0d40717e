// Globals that are patched after the engine was loaded: by a library that adds to them, by one that wraps them, and by
// one that lies about what values are. None changes a decision.
import type { Decision, Request } from "portcullis";
import { policies, request, type Victim } from "./victim.js";

export interface PatchAttack {
  readonly name: string;
  /** Answers what went wrong. */
  readonly run: () => string[];
}

/** Puts a property somewhere for as long as something runs. */
function patched<T>(on: object, key: PropertyKey, descriptor: PropertyDescriptor, run: () => T): T {
  const before = Object.getOwnPropertyDescriptor(on, key);
  const { defineProperty } = Object;
  const { deleteProperty } = Reflect;
  defineProperty(on, key, { configurable: true, ...descriptor });
  try {
    return run();
  } finally {
    if (before === undefined) deleteProperty(on, key);
    else defineProperty(on, key, before);
  }
}

const refuse = (): never => {
  throw new Error("a patched global");
};

/** Fields that the honest request lacks, as a polluter would write them; and elements. */
const POLLUTION: readonly (readonly [object, PropertyKey, unknown])[] = [
  [Object.prototype, "note", "fine"],
  [Object.prototype, "agent", null],
  [Object.prototype, "id", "search"],
  [Object.prototype, "mode", "draft"],
  [Object.prototype, "isAdmin", true],
  [Object.prototype, "then", refuse],
  [Object.prototype, "toJSON", refuse],
  [Object.prototype, "get", refuse],
  [Object.prototype, "enumerable", true],
  [Array.prototype, 0, "fine"],
  [Array.prototype, 1, "fine"],
  [Array.prototype, "extra", "fine"],
  [String.prototype, "extra", "fine"],
];

/** Methods that engines are made of. */
const METHODS: readonly (readonly [object, PropertyKey])[] = [
  [Object, "keys"],
  [Object, "getPrototypeOf"],
  [Object, "values"],
  [Object, "entries"],
  [Object, "freeze"],
  [Object, "defineProperty"],
  [Object.prototype, "hasOwnProperty"],
  [Object.prototype, "propertyIsEnumerable"],
  [Array, "isArray"],
  [Array, "from"],
  [Array.prototype, "push"],
  [Array.prototype, "map"],
  [Array.prototype, "filter"],
  [Array.prototype, "includes"],
  [Array.prototype, "indexOf"],
  [Array.prototype, "reduce"],
  [Array.prototype, "sort"],
  [Array.prototype, Symbol.iterator],
  [String.prototype, "charCodeAt"],
  [String.prototype, "isWellFormed"],
  [String.prototype, "slice"],
  [String.prototype, "startsWith"],
  [JSON, "parse"],
  [JSON, "stringify"],
  [Map.prototype, "get"],
  [Map.prototype, "set"],
  [Math, "min"],
  [Number, "isSafeInteger"],
  [TextEncoder.prototype, "encodeInto"],
  [TextEncoder.prototype, "encode"],
  [TextDecoder.prototype, "decode"],
  [performance, "now"],
];

const nameOf = (on: object): string => {
  if (typeof on === "function") return on.name;
  return (
    Object.prototype.toString.call(on).slice(8, -1) +
    ("constructor" in on && on === on.constructor.prototype ? ".prototype" : "")
  );
};

/** Each is fine, or bad in one way; ids are new each time, so that nothing that is kept answers for them. */
function asked(n: number): [Request, Decision["effect"]][] {
  const of = (over: object, input: object) => request({ tool: { id: `tool ${n}` }, ...over }, input as never) as never;
  const { agent: _, ...agentless } = request({ tool: { id: `tool ${n}` } });
  const { note: _note, ...noteless } = request()["input"] as { [key: string]: unknown };
  return [
    [of({}, {}), "allow"],
    [of({}, { note: "bad" }), "deny"],
    [of({}, { text: `${n} bad` }), "deny"],
    [of({}, { list: ["fine", "bad"] }), "deny"],
    [of({}, { list: [undefined, "fine"] }), "deny"],
    [of({}, { bag: { fine: 1, bad: 2 } }), "deny"],
    [of({}, { rows: [{ tags: ["bad"] }] }), "deny"],
    [of({ input: noteless }, {}), "deny"],
    [of({ tool: {} }, {}), "deny"],
    [agentless as never, "allow"],
  ];
}

export function patchAttacks({ engine, Engine }: Victim): PatchAttack[] {
  let n = 0;
  /** What differs from a run without the patch. */
  const differences = (name: string, around: <T>(run: () => T) => T, on = engine): string[] => {
    const questions = asked(n++);
    const decisions: Decision[] = new Array(questions.length);
    let thrown: unknown;
    around(() => {
      try {
        for (let i = 0; i < questions.length; i++) decisions[i] = on.decide((questions[i] as [Request, string])[0]);
      } catch (error) {
        thrown = error;
      }
    });
    const problems = thrown === undefined ? [] : [`${name}: decide throws ${String(thrown)}`];
    for (const [i, [question, effect]] of questions.entries()) {
      const under = decisions[i];
      const alone = on.decide(question);
      if (alone.effect !== effect) problems.push(`${name}: afterwards request ${i} is ${alone.code}`);
      const same = JSON.stringify(under) === JSON.stringify(alone);
      if (!same) problems.push(`${name}: request ${i} is ${JSON.stringify(under)}, and else ${JSON.stringify(alone)}`);
    }
    return problems;
  };
  const polluted = POLLUTION.flatMap(([on, key, value]) =>
    [true, false].map((enumerable): PatchAttack => {
      const name = `${nameOf(on)}.${String(key)} is there${enumerable ? "" : ", not enumerable"}`;
      return {
        name,
        run: () => differences(name, (run) => patched(on, key, { value, enumerable, writable: true }, run)),
      };
    }),
  );
  const methods = METHODS.filter(([on, key]) => key in on).flatMap(([on, key]) => {
    const method = Reflect.get(on, key) as (...args: unknown[]) => unknown;
    const { apply } = Reflect;
    const wrapper = function (this: unknown, ...args: unknown[]) {
      return apply(method, this, args);
    };
    const name = `${nameOf(on)}.${String(key)}`;
    const under = (value: unknown) => (run: () => unknown) => patched(on, key, { value, writable: true }, run) as never;
    return [{ name: `${name} is wrapped`, run: () => differences(`${name} is wrapped`, under(wrapper)) }];
  });
  // A patch that lies about what the wrapper has kept from the start.
  const lies: readonly (readonly [object, PropertyKey, unknown])[] = [
    [Object, "keys", () => ["note"]],
    [Object, "getPrototypeOf", () => Object.prototype],
    [Array, "isArray", () => false],
    [Object.prototype, "hasOwnProperty", () => true],
    [Object.prototype, "propertyIsEnumerable", () => true],
  ];
  const lied = lies.map(([on, key, value]): PatchAttack => {
    const name = `${nameOf(on)}.${String(key)} lies`;
    return {
      name,
      run: () => {
        // A fresh engine knows no place of a request yet.
        const own = Engine.loadSync({ policies: policies });
        const problems = differences(name, (run) => patched(on, key, { value, writable: true }, run), own);
        own.close();
        return problems;
      },
    };
  });
  return [...polluted, ...methods, ...lied];
}
