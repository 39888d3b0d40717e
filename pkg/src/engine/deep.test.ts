// The deep encoding: round trips, and what is no JSON.
import { describe, expect, it } from "vitest";
import { decodeDeep, encodeDeep } from "./deep.js";

const full = { capped: false };
const UNSUPPORTED = 7;

function roundTrip(value: unknown): unknown {
  return decodeDeep(encodeDeep(value, full));
}

describe("what JSON can say", () => {
  it.each([null, true, false, 0, -1.5, "", "ä😀", [], [1, [2, "x"], { a: null }], { a: { b: [] }, "": 1 }])(
    "comes back: %j",
    (value) => {
      expect(JSON.stringify(roundTrip(value))).toBe(JSON.stringify(value));
    },
  );

  it("comes back with a member that is named like the prototype", () => {
    const value = JSON.parse('{"__proto__": {"x": 1}}');
    expect(JSON.stringify(roundTrip(value))).toBe('{"__proto__":{"x":1}}');
  });

  it("leaves out what is undefined, and says null in its place in arrays", () => {
    expect(JSON.stringify(roundTrip({ a: undefined, b: [undefined, 1] }))).toBe('{"b":[null,1]}');
  });

  it("comes back at some length", () => {
    const long = { text: "ä".repeat(100_000), list: Array.from({ length: 20_000 }, (_, i) => i) };
    expect(JSON.stringify(roundTrip(long))).toBe(JSON.stringify(long));
  });
});

describe("what JSON can't say", () => {
  const throwing = {
    get a() {
      throw new Error("no");
    },
  };
  it.each([
    ["a bigint", 1n],
    ["a symbol", Symbol("s")],
    ["a function", () => 1],
    ["a date", new Date()],
    ["a map", new Map()],
    ["a lone surrogate", "\ud800"],
    ["an array longer than any", { of: new Array(4_294_967_295) }.of],
  ])("is unsupported: %s", (...[, value]) => {
    expect([...encodeDeep(value, full)]).toEqual([UNSUPPORTED]);
  });

  it("is unsupported where it stands", () => {
    expect([...encodeDeep([throwing], full)].at(-1)).toBe(UNSUPPORTED);
    const cyclic: Record<string, unknown> = {};
    cyclic["self"] = cyclic;
    expect([...encodeDeep(cyclic, full)].at(-1)).toBe(UNSUPPORTED);
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();
    expect([...encodeDeep(proxy, full)]).toEqual([UNSUPPORTED]);
    expect([...encodeDeep({ "\ud800": 1 }, full)].at(-1)).toBe(UNSUPPORTED);
  });

  it("is unsupported below a depth", () => {
    let deep: unknown = 1;
    for (let i = 0; i < 100_000; i++) deep = [deep];
    const bytes = encodeDeep(deep, full);
    expect([bytes.length, bytes.at(-1)]).toEqual([128 * 5 + 1, UNSUPPORTED]);
  });

  it("has an end where values hold one another many times over", () => {
    let bomb: unknown = "x".repeat(1_000);
    for (let i = 0; i < 60; i++) bomb = [bomb, bomb];
    expect(encodeDeep(bomb, full).length).toBeLessThan(2e8);
  });
});

it("names what is over a cap, if asked to", () => {
  const value = ["x".repeat(65_537), "ä".repeat(32_769), new Array(10_001).fill(0)];
  expect([...encodeDeep(value, { capped: true })].slice(5)).toEqual([8, 8, 9]);
});
