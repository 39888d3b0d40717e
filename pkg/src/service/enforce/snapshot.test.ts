import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonical, SnapshotError, snapshot } from "./snapshot.js";

function frozen(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  return Object.isFrozen(value) && Object.values(value).every(frozen);
}

describe("a snapshot", () => {
  it("is an equal copy, frozen to its depth, that shares nothing", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const before = JSON.stringify(value);
        const copy = snapshot(value);
        expect(JSON.stringify(copy)).toBe(before);
        expect(JSON.stringify(value)).toBe(before);
        expect(frozen(copy)).toBe(true);
        if (typeof value === "object" && value !== null) expect(copy).not.toBe(value);
      }),
    );
  });

  it("does not follow what becomes of the input", () => {
    const input = { to: ["a@acme.example"], deep: { amount: 5 } };
    const copy = snapshot(input);
    input.to.push("b@acme.example");
    input.deep.amount = 9;
    expect(copy).toEqual({ to: ["a@acme.example"], deep: { amount: 5 } });
  });

  it("reads each property once", () => {
    let reads = 0;
    const input = {
      get amount() {
        return ++reads;
      },
    };
    expect(snapshot(input)).toEqual({ amount: 1 });
    expect(reads).toBe(1);
  });

  it("leaves out members that are undefined, and takes undefined for no input", () => {
    expect(Object.keys(snapshot({ a: 1, b: undefined }))).toEqual(["a"]);
    expect(snapshot(undefined)).toBeUndefined();
  });

  it("keeps a member named __proto__ as one", () => {
    const copy = snapshot(JSON.parse('{"__proto__": {"admin": true}}')) as { admin?: boolean };
    expect(copy.admin).toBeUndefined();
    expect(JSON.stringify(copy)).toBe('{"__proto__":{"admin":true}}');
    expect(frozen(copy)).toBe(true);
  });

  it("takes plain objects of any realm", () => {
    expect(snapshot(runInNewContext("({ a: [1, { b: null }] })"))).toEqual({ a: [1, { b: null }] });
    expect(snapshot(Object.assign(Object.create(null), { a: 1 }))).toEqual({ a: 1 });
  });

  it("takes a value that stands in several places", () => {
    const shared = { a: 1 };
    expect(snapshot([shared, { shared }])).toEqual([{ a: 1 }, { shared: { a: 1 } }]);
  });

  const cycle: Record<string, unknown> = { a: 1 };
  cycle["deep"] = [cycle];
  const bomb = Array.from({ length: 30 }).reduce<unknown>((inner) => [inner, inner], 0);
  const nested = Array.from({ length: 200 }).reduce<unknown>((inner) => [inner], 0);
  const { proxy: revoked, revoke } = Proxy.revocable({}, {});
  revoke();
  class Amount {
    cents = 5;
  }
  it.each([
    ["a cycle", cycle, "/deep/0"],
    ["a function", { a: { "b/c~d": () => 1 } }, "/a/b~1c~0d"],
    ["an instance of a class", { a: [1, new Amount()] }, "/a/1"],
    ["a date", { at: new Date() }, "/at"],
    ["a map", new Map(), ""],
    ["NaN", [1, [2, Number.NaN]], "/1/1"],
    ["an infinity", { a: { b: 1 }, c: Number.POSITIVE_INFINITY }, "/c"],
    ["a bigint", { a: 5n }, "/a"],
    ["a symbol", { a: Symbol("s") }, "/a"],
    // biome-ignore lint/suspicious/noSparseArray: what is tested
    ["a hole", { a: [1, , 3] }, "/a/1"],
    ["a revoked proxy", { a: revoked }, "/a"],
  ])("refuses %s, and says where", (_, input, pointer) => {
    try {
      snapshot(input);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(SnapshotError);
      expect(error).toMatchObject({ code: "input_not_json", pointer, retryable: false });
    }
  });

  it.each([
    ["too deep", nested, "levels"],
    ["values that double at each level", bomb, "values"],
    ["an array that is too long", new Array(2_000_000).fill(0), "values"],
  ])("refuses %s", (_, input, says) => {
    expect(() => snapshot(input)).toThrow(says);
  });

  it("refuses what throws when it is read", () => {
    const input = {
      get a(): number {
        throw new Error("no");
      },
    };
    expect(() => snapshot(input)).toThrow(SnapshotError);
  });
});

it("is the same text for the same data, and another for other data", () => {
  expect(canonical({ b: [1, "x", null], a: { d: true, c: 0 } })).toBe('{"a":{"c":0,"d":true},"b":[1,"x",null]}');
  expect(canonical({ a: 1 })).not.toBe(canonical({ a: "1" }));
});
