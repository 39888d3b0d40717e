// Staging and writing, over nodes and a memory of the test's own: which cells come of which values.
import vm from "node:vm";
import { beforeEach, describe, expect, it } from "vitest";
import {
  ARRAY,
  BLOCKED,
  COLUMN,
  FALSE,
  type Glue,
  INTERNED,
  LONG_ARRAY,
  LONG_STRING,
  MISSING,
  type NodeInfo,
  NULL,
  NUMBER,
  OBJECT,
  OTHER_STRING,
  STRING,
  TOO_MANY_NAMES,
  TRUE,
  UNSUPPORTED,
} from "./core.js";
import type { ColdCore } from "./instance.js";
import { Memory } from "./memory.js";
import { Nodes } from "./nodes.js";
import { Stage } from "./stage.js";
import { Writer } from "./write.js";

const FIXED: [number, string][] = [
  [0, "action"],
  [0, "now"],
  [0, "tenant"],
  [3, "id"],
  [0, "app"],
  [5, "id"],
  [0, "user"],
  [7, "id"],
  [0, "workflow"],
  [9, "id"],
  [0, "agent"],
  [11, "id"],
  [0, "tool"],
  [13, "id"],
  [0, "run"],
  [15, "id"],
  [15, "mode"],
  [15, "root_id"],
];

type Described = Partial<NodeInfo> & { parent: number };

/** Nodes beyond the fixed ones, by number from 19 on. */
let nodes: Described[];
let memory: WebAssembly.Memory;
let stage: Stage;
let writer: Writer;
const FRAME = 1024;
const HEAP = 524_288;

function node(info: Described): number {
  nodes.push(info);
  return 18 + nodes.length;
}
const member = (parent: number, key: string, more: Partial<NodeInfo> = {}) =>
  node({ parent, kind: "member", key, ...more });

function fakeCore(): ColdCore {
  const all: Described[] = [
    { parent: 0, kind: "none" },
    ...FIXED.map(
      ([parent, key]): Described => ({
        parent,
        kind: "member",
        key,
        literals: key === "action" ? ["run_start", "tool_call"] : key === "mode" ? ["draft", "auto"] : [],
      }),
    ),
    ...nodes,
  ];
  let heapRoom = 16_384;
  const core: Partial<ColdCore> = {
    node_count: () => all.length,
    node: (i) => ({ kind: "member", key: null, literals: [], max: 10_000, ...all[i] }) as NodeInfo,
    frame_ptr: () => FRAME,
    heap_ptr: () => HEAP,
    heap_capacity: () => heapRoom,
    picks_ptr: () => 64,
    reserve: (_cells, heap) => {
      heapRoom = Math.max(heapRoom, heap);
      if (memory.buffer.byteLength < 4 * HEAP) memory.grow(64);
    },
  };
  return core as ColdCore;
}

interface Cell {
  tag: number;
  len: number;
  number: number;
  index: number;
  text: string;
}

function cell(i: number): Cell {
  const view = new DataView(memory.buffer);
  const at = FRAME + 16 * i;
  const len = view.getUint32(at + 4, true);
  const index = view.getUint32(at + 8, true);
  const tag = view.getUint32(at, true);
  const text = tag === STRING ? new TextDecoder().decode(new Uint8Array(memory.buffer, HEAP + index, len)) : "";
  return { tag, len, index, number: view.getFloat64(at + 8, true), text };
}

/** Reads nodes of a request and writes them. */
function encode(request: unknown, ...wanted: number[]): void {
  const described = new Nodes(fakeCore());
  stage = new Stage(described);
  writer = new Writer(
    new Memory(fakeCore(), { glue: { memory } as unknown as Glue, inCore: false, calls: 0 }, described),
    described,
  );
  again(request, ...wanted);
}

function again(request: unknown, ...wanted: number[]): void {
  stage.begin(request);
  for (const at of wanted) stage.read(at, 1);
  writer.write(stage);
  stage.end();
}

beforeEach(() => {
  nodes = [];
  memory = new WebAssembly.Memory({ initial: 16 });
});

/** A request whose `input` is this. */
const withInput = (input: unknown) => ({ action: "tool_call", now: 1, tenant: { id: "t" }, input });

describe("fixed nodes", () => {
  it("writes what is there, null, and missing", () => {
    encode({
      action: "tool_call",
      now: 5,
      tenant: { id: "acme" },
      app: null,
      user: { id: "" },
      tool: { id: 7 },
      run: { mode: "auto", root_id: "r" },
    });
    expect([0, 1, 2, 3, 4, 5, 6].map((i) => cell(i).tag)).toEqual([
      OBJECT,
      INTERNED,
      NUMBER,
      OBJECT,
      OTHER_STRING,
      NULL,
      MISSING,
    ]);
    expect(cell(1).index).toBe(1);
    expect(cell(2).number).toBe(5);
    expect(cell(4).len).toBe(1);
    expect(cell(8)).toMatchObject({ tag: OTHER_STRING, len: 0 });
    expect(cell(9).tag).toBe(MISSING);
    expect(cell(14).tag).toBe(NUMBER);
    expect(cell(16).tag).toBe(MISSING);
    expect(cell(17)).toMatchObject({ tag: INTERNED, index: 1 });
  });

  it.each([null, undefined, 1, "x", [], new Map(), () => 1])("writes no member of the root %s", (root) => {
    encode(root);
    expect(cell(0).tag).not.toBe(OBJECT);
    expect(cell(4).tag).toBe(MISSING);
  });

  it("blocks the ids of what is no object", () => {
    encode({ action: "tool_call", now: 1, tenant: "t", app: [], user: new Date(), tool: { id: "a" } });
    expect([cell(4).tag, cell(6).tag, cell(8).tag]).toEqual([BLOCKED, BLOCKED, UNSUPPORTED]);
  });

  it("takes a root that throws for unsupported", () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    encode(proxy);
    expect(cell(0).tag).toBe(UNSUPPORTED);
    encode(
      new Proxy(
        {},
        {
          ownKeys() {
            throw new Error("no");
          },
        },
      ),
    );
    expect(cell(0).tag).toBe(UNSUPPORTED);
  });

  it("takes only what throws for unsupported, and what is behind it as it is", () => {
    encode({
      get action() {
        throw new Error("no");
      },
      now: 2,
      tenant: {
        get id() {
          throw new Error("no");
        },
      },
      get run(): never {
        throw new Error("no");
      },
      user: { id: "u" },
    });
    expect([1, 2, 3, 4, 7, 8, 15, 16, 17].map((i) => cell(i).tag)).toEqual([
      UNSUPPORTED,
      NUMBER,
      OBJECT,
      UNSUPPORTED,
      OBJECT,
      OTHER_STRING,
      UNSUPPORTED,
      UNSUPPORTED,
      UNSUPPORTED,
    ]);
  });

  it("reads each property once", () => {
    const reads: string[] = [];
    const spy = (name: string, target: object): object =>
      new Proxy(target, {
        get(of, key) {
          reads.push(`${name}.${String(key)}`);
          return Reflect.get(of, key);
        },
      });
    const input = member(0, "input");
    const amount = member(input, "amount");
    encode(
      spy("root", {
        action: "tool_call",
        now: 1,
        tenant: spy("tenant", { id: "t" }),
        input: spy("input", { amount: 1 }),
      }),
      input,
      amount,
    );
    expect(new Set(reads).size).toBe(reads.length);
    expect(reads).toContain("input.amount");
    expect(cell(amount)).toMatchObject({ tag: NUMBER, number: 1 });
  });
});

describe("values", () => {
  const kinds: [string, unknown, number][] = [
    ["null", null, NULL],
    ["undefined", undefined, MISSING],
    ["true", true, TRUE],
    ["false", false, FALSE],
    ["a number", 1.5, NUMBER],
    ["NaN", Number.NaN, NUMBER],
    ["infinity", Number.POSITIVE_INFINITY, NUMBER],
    ["a string", "x", STRING],
    ["a bigint", 1n, UNSUPPORTED],
    ["a symbol", Symbol("s"), UNSUPPORTED],
    ["a function", () => 1, UNSUPPORTED],
    ["a date", new Date(0), UNSUPPORTED],
    ["a map", new Map(), UNSUPPORTED],
    ["a class instance", new (class A {})(), UNSUPPORTED],
    ["a boxed string", Object("x"), UNSUPPORTED],
    ["a regular expression", /x/, UNSUPPORTED],
    ["a lone surrogate", "a\ud800", UNSUPPORTED],
    ["an object", {}, OBJECT],
    ["an object without prototype", Object.create(null), OBJECT],
    ["an object of another realm", vm.runInNewContext("({})"), OBJECT],
    ["a date of another realm", vm.runInNewContext("new Date()"), UNSUPPORTED],
    ["an array", [], ARRAY],
    ["an array of another realm", vm.runInNewContext("[1]"), ARRAY],
    ["an array that poses as an object", Object.setPrototypeOf([1], Object.prototype), ARRAY],
    ["an object below a plain one", Object.create({}), UNSUPPORTED],
    ["a long array", new Array(1_000_000), LONG_ARRAY],
    ["a long string", "x".repeat(10_000_000), LONG_STRING],
    ["a string just within", "x".repeat(65_536), STRING],
    ["a string just within, of long characters", "é".repeat(32_768), STRING],
    ["a string just beyond, of long characters", `${"é".repeat(32_768)}x`, LONG_STRING],
    ["a string just beyond, of surrogate pairs", "😀".repeat(16_385), LONG_STRING],
    [
      "an array that lies about its length",
      new Proxy([], { get: (_, key) => (key === "length" ? "5" : undefined) }),
      UNSUPPORTED,
    ],
  ];
  it.each(kinds)("writes %s", (_, value, tag) => {
    const input = member(0, "input");
    encode(withInput(value), input);
    expect(cell(input).tag).toBe(tag);
    const within = member(input, "x");
    encode(withInput(value), input, within);
    const unsupported = tag === UNSUPPORTED || (typeof value === "number" && !Number.isFinite(value));
    const below = unsupported ? UNSUPPORTED : [NULL, MISSING, OBJECT].includes(tag) ? MISSING : BLOCKED;
    expect(cell(within).tag).toBe(below);
  });

  it("writes strings: literals by number, others in full or not at all", () => {
    const input = member(0, "input", { literals: ["a", "b"] });
    const many = member(0, "many", { literals: null });
    encode({ ...withInput("b"), many: "b" }, input, many);
    expect(cell(input)).toMatchObject({ tag: INTERNED, index: 1 });
    expect(cell(many)).toMatchObject({ tag: STRING, text: "b" });
    for (const text of ["", "plain", "ä€😀", "a much longer text than is written by hand, repeated ".repeat(40)]) {
      again(withInput(text), input);
      expect(cell(input)).toMatchObject({ tag: STRING, text });
    }
    stage.begin(withInput("c"));
    stage.read(input, 0);
    writer.write(stage);
    expect(cell(input)).toMatchObject({ tag: OTHER_STRING, len: 1 });
  });

  it("goes on after the memory has grown", () => {
    const input = member(0, "input");
    encode(withInput("a"), input);
    memory.grow(16);
    again(withInput("b"), input);
    expect(cell(input)).toMatchObject({ tag: STRING, text: "b" });
  });

  it("survives a depth of 100,000 and cycles", () => {
    const input = member(0, "input");
    const a = member(input, "a");
    const b = member(a, "a");
    let deep: object = {};
    for (let i = 0; i < 100_000; i++) deep = { a: deep };
    encode(withInput(deep), input, a, b);
    expect(cell(b).tag).toBe(OBJECT);
    const cycle: { a?: object } = {};
    cycle.a = cycle;
    again(withInput(cycle), input, a, b);
    expect(cell(b).tag).toBe(OBJECT);
  });
});

describe("properties", () => {
  it("sees own enumerable ones only", () => {
    const input = member(0, "input");
    const keys = ["own", "hidden", "inherited", "toString", "__proto__", "constructor", "length", "x"];
    const at = keys.map((key) => member(input, key));
    const value = { own: 1, ["__proto__" as string]: 5 };
    Object.defineProperty(value, "__proto__", { value: 2, enumerable: true });
    Object.defineProperty(value, "hidden", { value: 1, enumerable: false });
    Object.assign(value, { [Symbol("s")]: 1 });
    try {
      Object.defineProperty(Object.prototype, "x", { value: 1, enumerable: true, configurable: true });
      encode(withInput(value), input, ...at);
    } finally {
      Reflect.deleteProperty(Object.prototype, "x");
    }
    expect(at.map((i) => cell(i).tag)).toEqual([NUMBER, MISSING, MISSING, MISSING, NUMBER, MISSING, MISSING, MISSING]);
  });

  it("sees own enumerable ones only of the root and of entities", () => {
    const rank = member(7, "rank");
    const usage = member(0, "usage");
    const user = Object.defineProperty({ id: "u" }, "rank", { value: 1, enumerable: false });
    const root = Object.defineProperty({ action: "tool_call", now: 1, tenant: { id: "t" }, user }, "agent", {
      value: { id: "a" },
      enumerable: false,
    });
    try {
      Object.defineProperty(Object.prototype, "usage", { value: 1, enumerable: true, configurable: true });
      Object.defineProperty(Object.prototype, "mode", { value: "auto", enumerable: true, configurable: true });
      encode({ ...root, run: {} }, usage);
      encode(root, rank, usage);
    } finally {
      Reflect.deleteProperty(Object.prototype, "usage");
      Reflect.deleteProperty(Object.prototype, "mode");
    }
    expect([cell(11).tag, cell(12).tag, cell(rank).tag, cell(usage).tag]).toEqual([MISSING, MISSING, MISSING, MISSING]);
  });

  it("takes throwing getters and traps for unsupported, wherever they are", () => {
    const input = member(0, "input");
    const a = member(input, "a");
    const b = member(a, "b");
    const no = () => {
      throw new Error("no");
    };
    encode(
      withInput({
        get a() {
          return no();
        },
      }),
      input,
      a,
      b,
    );
    expect([input, a, b].map((i) => cell(i).tag)).toEqual([OBJECT, UNSUPPORTED, UNSUPPORTED]);
    again(withInput(new Proxy({}, { getPrototypeOf: no })), input, a, b);
    expect([input, a].map((i) => cell(i).tag)).toEqual([UNSUPPORTED, UNSUPPORTED]);
    again(withInput(new Proxy({ a: 1 }, { getOwnPropertyDescriptor: no })), input, a, b);
    expect([input, a].map((i) => cell(i).tag)).toEqual([OBJECT, UNSUPPORTED]);
    const hidden = Object.defineProperty({}, "a", { get: no, enumerable: false });
    again(withInput(hidden), input, a, b);
    expect(cell(a).tag).toBe(MISSING);
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();
    again(withInput({ a: proxy }), input, a, b);
    expect(cell(a).tag).toBe(UNSUPPORTED);
  });
});

describe("columns", () => {
  const column = (i: number): Cell[] => {
    const { len, index } = cell(i);
    return Array.from({ length: len }, (_, k) => cell(index + k));
  };

  it("writes elements behind the cell of their array, holes and nulls included", () => {
    const input = member(0, "input");
    const elements = node({ parent: input, kind: "elements", literals: ["a"] });
    // biome-ignore lint/suspicious/noSparseArray: a hole is what is tested
    encode(withInput(["a", "b", 1, , null, undefined, true, {}, [1, 2], "\udc00"]), input, elements);
    expect(cell(input)).toMatchObject({ tag: ARRAY, len: 10, index: elements + 1 });
    expect(column(input).map((c) => c.tag)).toEqual([
      INTERNED,
      STRING,
      NUMBER,
      MISSING,
      NULL,
      MISSING,
      TRUE,
      OBJECT,
      ARRAY,
      UNSUPPORTED,
    ]);
    expect(column(input)[8]?.len).toBe(2);
  });

  it("reads no element of a polluted prototype", () => {
    const input = member(0, "input");
    const elements = node({ parent: input, kind: "elements" });
    try {
      Object.assign(Array.prototype, { 0: "x" });
      encode(withInput(new Array(2)), input, elements);
    } finally {
      Reflect.deleteProperty(Array.prototype, "0");
    }
    expect(column(input).map((c) => c.tag)).toEqual([MISSING, MISSING]);
  });

  it("writes members of elements in columns of their own", () => {
    const input = member(0, "input");
    const elements = node({ parent: input, kind: "elements" });
    const sku = member(elements, "sku");
    const part = member(sku, "part");
    const items = [{ sku: "a" }, { sku: { part: 1 } }, null, "x", new Date(), {}];
    encode(withInput(items), input, elements, sku, part);
    expect(cell(sku)).toMatchObject({ tag: COLUMN, len: 6 });
    expect(column(sku).map((c) => c.tag)).toEqual([STRING, OBJECT, MISSING, BLOCKED, UNSUPPORTED, MISSING]);
    expect(column(part).map((c) => c.tag)).toEqual([BLOCKED, NUMBER, MISSING, BLOCKED, UNSUPPORTED, MISSING]);
  });

  it("writes the elements of arrays in elements behind those", () => {
    const input = member(0, "input");
    const elements = node({ parent: input, kind: "elements" });
    const tags = member(elements, "tags");
    const each = node({ parent: tags, kind: "elements" });
    encode(withInput([{ tags: ["a", "b"] }, { tags: 1 }, { tags: [] }, { tags: [3] }]), input, elements, tags, each);
    const cells = column(tags);
    expect(cells.map((c) => [c.tag, c.len])).toEqual([
      [ARRAY, 2],
      [NUMBER, expect.any(Number)],
      [ARRAY, 0],
      [ARRAY, 1],
    ]);
    expect(cell((cells[0] as Cell).index + 1)).toMatchObject({ tag: STRING, text: "b" });
    expect(cell((cells[3] as Cell).index)).toMatchObject({ tag: NUMBER, number: 3 });
  });

  it("writes the names of an object in the order of their bytes", () => {
    const input = member(0, "input");
    const keys = node({ parent: input, kind: "keys" });
    encode(withInput({ "\uffff": 1, "😀": 1, b: 1, a: 1, "\ud800": 1, [Symbol("s")]: 1 }), input, keys);
    expect(cell(input).tag).toBe(OBJECT);
    expect(column(input).map((c) => c.text)).toEqual(["a", "b", "\uffff", "", "😀"]);
    again(withInput(Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [i, i]))), input, keys);
    expect(cell(input)).toMatchObject({ tag: OBJECT, len: TOO_MANY_NAMES });
  });

  it("counts the strings of a column against its cap", () => {
    const input = member(0, "input");
    const elements = node({ parent: input, kind: "elements" });
    const long = "x".repeat(65_536);
    encode(withInput([...Array(15).fill(long), `${long}x`, "ä", long, "b"]), input, elements);
    const tags = column(input).map((c) => c.tag);
    expect(tags).toEqual([...Array(15).fill(STRING), LONG_STRING, STRING, LONG_STRING, LONG_STRING]);
  });

  it("reads no element where nobody would", () => {
    const input = member(0, "input");
    const elements = node({ parent: input, kind: "elements", max: 2 });
    let reads = 0;
    const spied = new Proxy([1, 2, 3], {
      get(of, key) {
        if (key !== "length") reads++;
        return Reflect.get(of, key);
      },
    });
    encode(withInput(spied), input, elements);
    expect(reads).toBe(0);
    expect(cell(input)).toMatchObject({ tag: ARRAY, len: 3 });
  });

  it("forgets one request before the next", () => {
    const input = member(0, "input");
    const elements = node({ parent: input, kind: "elements" });
    encode(withInput(["a"]), input, elements);
    again(withInput({}), input, elements);
    expect(cell(input).tag).toBe(OBJECT);
    again({ action: "tool_call" }, input, elements);
    expect(cell(input).tag).toBe(MISSING);
  });
});
