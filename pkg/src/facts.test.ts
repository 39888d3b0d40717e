import { describe, expect, it } from "vitest";
import { toFacts } from "./facts.js";
import { PortcullisError } from "./index.js";

describe("facts", () => {
  it("turn dates into milliseconds, and keep what is no date unsupported", () => {
    expect(toFacts({ at: new Date(5), never: new Date(Number.NaN) })).toEqual({ at: 5, never: Number.NaN });
  });

  it("turn integers into numbers where that is exact", () => {
    const row = { big: 5n, huge: 2n ** 60n, cents: "120", other: "120", list: ["1", "x"], deep: { cents: "-3" } };
    expect(toFacts(row, { integers: ["cents", "list"] })).toEqual({
      big: 5,
      huge: 2n ** 60n,
      cents: 120,
      other: "120",
      list: [1, "x"],
      deep: { cents: -3 },
    });
    expect(toFacts({ cents: "9007199254740993" }, { integers: ["cents"] })).toEqual({ cents: "9007199254740993" });
  });

  it("turn collections and classes into plain values", () => {
    class Row {
      id = "a";
      #secret = 1;
      get secret() {
        return this.#secret;
      }
    }
    const decimal = { toJSON: () => "1.50" };
    expect(
      toFacts({
        row: new Row(),
        map: new Map<unknown, unknown>([
          ["a", 1],
          [2, 3],
        ]),
        set: new Set([1]),
        decimal,
      }),
    ).toEqual({
      row: { id: "a" },
      map: { a: 1 },
      set: [1],
      decimal: "1.50",
    });
  });

  it("leave out what is undefined, and leave the record alone", () => {
    const row = { a: undefined, b: () => 1, c: null };
    const facts = toFacts(row) as object;
    expect(Object.keys(facts)).toEqual(["c"]);
    expect(Object.keys(row)).toEqual(["a", "b", "c"]);
    expect(Object.keys(toFacts(JSON.parse('{"__proto__": 1}')) as object)).toEqual(["__proto__"]);
  });

  it("have an end", () => {
    const cyclic: Record<string, unknown> = {};
    cyclic["self"] = [cyclic];
    expect(() => toFacts(cyclic)).toThrow(PortcullisError);
  });
});
