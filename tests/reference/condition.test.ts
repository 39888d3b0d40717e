import { describe, expect, test } from "vitest";
import { says, verdict } from "./testing.js";
import type { Condition } from "./types.js";

const x = { field: "input.x" };

const tables: { [name: string]: [Condition, unknown, boolean | string][] } = {
  "no coercion": [
    [{ ...x, gt: 1000 }, { x: "5000" }, "wrong_type"],
    [{ ...x, lt: 2 }, { x: null }, "missing"],
    [{ ...x, eq: 0 }, { x: -0 }, true],
    [{ ...x, eq: false }, { x: 0 }, "wrong_type"],
    [{ ...x, eq: 1 }, { x: 2 ** 53 }, "unsupported"],
    [{ ...x, eq: "a" }, { x: ["a"] }, "wrong_type"],
  ],
  paths: [
    [{ field: "input.x.length", exists: true }, { x: "text" }, "wrong_type"],
    [{ field: "input.x.length", exists: true }, { x: [1] }, "wrong_type"],
    [{ field: "input.toString", exists: true }, {}, false],
    [{ field: "input.x.y", exists: true }, { x: null }, false],
    [{ field: "input.x.y", exists: true }, { x: 1e300 }, "unsupported"],
    [{ field: "input.x.y", eq: 1, default: 1 }, { x: "text" }, "wrong_type"],
    [{ field: ["input", "a.b"], eq: 1 }, { "a.b": 1 }, true],
    [{ field: ["input", ""], eq: 1 }, { "": 1 }, true],
    [{ field: "input.__proto__", exists: true }, {}, false],
    [{ field: "input.__proto__", eq: 1 }, JSON.parse('{"__proto__":1}'), true],
  ],
  exists: [
    [{ ...x, exists: false }, {}, true],
    [{ ...x, exists: true }, { x: "a".repeat(65_537) }, true],
    [{ ...x, exists: true }, { x: new Array(10_001).fill(1) }, true],
    [{ ...x, exists: true }, { x: 1e300 }, "unsupported"],
  ],
  defaults: [
    [{ ...x, eq: 1, default: 1 }, { x: null }, true],
    [{ ...x, eq: "a", as: "lower", default: "A" }, {}, true],
    [{ ...x, eq: 1, default: 1 }, { x: "1" }, "wrong_type"],
  ],
  timestamps: [
    [{ ...x, lt: "1970-01-01T00:00:01Z" }, { x: 999 }, true],
    [{ ...x, lt: "1970-01-01T00:00:01Z" }, { x: "1970-01-01T00:00:00Z" }, "wrong_type"],
    [{ ...x, as: "timestamp", gte: "1970-01-01T01:00:00+01:00" }, { x: "1970-01-01T00:00:00Z" }, true],
  ],
  lists: [
    [{ ...x, in: [1, 2] }, { x: "1" }, "wrong_type"],
    [{ ...x, in: { field: "input.list" } }, { x: 1, list: [] }, false],
    [{ ...x, not_in: { field: "input.list" } }, { x: {}, list: [] }, "wrong_type"],
    [{ ...x, includes: "a" }, { x: [] }, false],
    [{ ...x, includes: "a" }, { x: ["a", 1] }, "wrong_type"],
    [{ ...x, includes: "a" }, { x: ["a", null] }, "wrong_type"],
    [{ ...x, includes: "a" }, { x: ["a", 1e300, null] }, "unsupported"],
    [{ ...x, includes: "a" }, { x: [1] }, "wrong_type"],
    [{ ...x, includes: { field: "input.y" } }, { x: [] }, "missing"],
    [{ ...x, includes_all: [1, 2] }, { x: [2, 3, 1] }, true],
    [{ ...x, includes_any: [1, 2] }, { x: [] }, false],
    [{ ...x, as: "keys", includes: "b" }, { x: { a: 1, b: 2 } }, true],
  ],
  text: [
    [{ ...x, starts_with: ["x", "AD"], ignore_case: true }, { x: "admin" }, true],
    [{ ...x, contains: "\u212a", ignore_case: true }, { x: "oK" }, true],
    [{ ...x, contains: "ss", ignore_case: true }, { x: "Straße" }, false],
    [{ ...x, matches: "a?c" }, { x: "a😀c" }, true],
    [{ ...x, matches: "*a*b" }, { x: "/a\nab" }, true],
    [{ ...x, matches: "a\\*" }, { x: "ab" }, false],
    [{ ...x, matches: "a" }, { x: "ba" }, false],
    [{ ...x, matches: "*" }, { x: "" }, true],
    [{ ...x, within: "/workspace/" }, { x: "/workspace" }, true],
    [{ ...x, within: "/workspace" }, { x: "/workspace-evil" }, false],
    [{ ...x, within: "/workspace" }, { x: "/workspace/../etc" }, false],
    [{ ...x, within: "/" }, { x: "etc" }, false],
    [{ ...x, within: "." }, { x: "a/b" }, true],
    [{ ...x, within: "." }, { x: "/a" }, false],
    [{ ...x, within: "/a" }, { x: "/a/../.." }, "underivable"],
  ],
  Kleene: [
    [
      {
        all: [
          { ...x, eq: 1 },
          { field: "input.y", eq: 1 },
        ],
      },
      { y: 2 },
      false,
    ],
    [
      {
        all: [
          { ...x, eq: 1 },
          { field: "input.y", eq: 1 },
        ],
      },
      { y: 1 },
      "missing",
    ],
    [
      {
        any: [
          { ...x, eq: 1 },
          { field: "input.y", eq: 1 },
        ],
      },
      { y: 1 },
      true,
    ],
    [
      {
        any: [
          { ...x, eq: 1 },
          { field: "input.y", eq: 1 },
        ],
      },
      { y: 2 },
      "missing",
    ],
    [{ not: { ...x, eq: 1 } }, {}, "missing"],
  ],
  quantifiers: [
    [{ ...x, every: { eq: 1 } }, { x: [] }, true],
    [{ ...x, some: { eq: 1 } }, { x: [] }, false],
    [{ ...x, some: { eq: 1 } }, { x: ["1", 1] }, true],
    [{ ...x, some: { eq: 1 } }, { x: ["1", 2] }, "wrong_type"],
    [{ ...x, every: { eq: 1 } }, { x: ["1", 2] }, false],
    [{ ...x, some: { exists: false } }, { x: [null] }, true],
    [{ ...x, some: { item: "a", exists: false } }, { x: [null] }, true],
    [{ ...x, some: { item: "a", exists: false } }, { x: ["a"] }, "wrong_type"],
    [
      {
        ...x,
        some: {
          all: [
            { item: "q", gt: 1 },
            { field: "input.on", eq: true },
          ],
        },
      },
      { x: [{ q: 2 }], on: true },
      true,
    ],
    [{ ...x, some: { eq: 1 } }, { x: {} }, "wrong_type"],
    [{ ...x, as: "keys", every: { starts_with: "a" } }, { x: { a1: 0, a2: 0 } }, true],
  ],
  caps: [
    [{ ...x, ne: "b" }, { x: "ä".repeat(32_768) }, true],
    [{ ...x, ne: "b" }, { x: `${"ä".repeat(32_768)}a` }, "too_long"],
    [{ ...x, eq: 1 }, { x: "a".repeat(65_537) }, "too_long"],
    [{ ...x, as: "size", gt: 1 }, { x: new Array(10_000).fill(0) }, true],
    [{ ...x, as: "size", gt: 1 }, { x: new Array(10_001).fill(0) }, "too_many"],
    [{ ...x, matches: `*${"a".repeat(255)}` }, { x: "a".repeat(32_768) }, true],
    [{ ...x, matches: `*${"a".repeat(255)}` }, { x: "a".repeat(32_769) }, "too_costly"],
    [{ ...x, includes: "b" }, { x: [...new Array<string>(16).fill("a".repeat(65_536)), ""] }, false],
    [{ ...x, includes: "b" }, { x: [...new Array<string>(16).fill("a".repeat(65_536)), "b"] }, "too_long"],
    [{ ...x, some: { eq: "b" } }, { x: [...new Array<string>(16).fill("a".repeat(65_536)), "b"] }, "too_long"],
    [{ ...x, some: { any: new Array(11).fill({ eq: 2 }) } }, { x: new Array(10_000).fill(1) }, "too_many"],
  ],
};

describe.each(Object.entries(tables))("%s", (_, rows) => {
  test.each(rows.map((row, index) => [index, ...row] as const))("row %i", (_index, condition, input, expected) => {
    expect(verdict(condition, input)).toBe(expected);
  });
});

describe("the error that is reported", () => {
  test("is the first in the order of the document", () => {
    const when = {
      all: [
        { field: "input.b", eq: 1 },
        { field: "input.a", eq: 1 },
      ],
    };
    expect(says(when, {})).toEqual({ code: "missing", field: "input.b", pointer: "/rule_expr/when/all/0" });
  });

  test("names an element by its index, and the leaf in the body", () => {
    const when = { field: "input.x", every: { item: "sku", eq: "a" } };
    expect(says(when, { x: [{ sku: "a" }, {}] })).toEqual({
      code: "missing",
      field: "input.x.1.sku",
      pointer: "/rule_expr/when/every",
    });
  });

  test("keeps a path with dots as a list", () => {
    const when = { field: ["input", "a.b"], some: { not: { eq: 1 } } };
    expect(says(when, { "a.b": ["x"] })).toEqual({
      code: "wrong_type",
      field: ["input", "a.b", "0"],
      pointer: "/rule_expr/when/some/not",
    });
  });

  test("names the whole path and not the ancestor", () => {
    expect(says({ field: "input.a.b.c", eq: 1 }, { a: 1 })).toMatchObject({ code: "wrong_type", field: "input.a.b.c" });
  });

  test("names the right side for an error there", () => {
    expect(says({ field: "input.a", eq: { field: "input.b" } }, { a: 1, b: [] })).toMatchObject({
      code: "wrong_type",
      field: "input.b",
    });
    expect(says({ field: "input.a", eq: { field: "input.b" } }, { a: {}, b: [] })).toMatchObject({
      code: "wrong_type",
      field: "input.a",
    });
  });

  test("names the array for an offending element", () => {
    expect(says({ field: "input.a", in: { field: "input.b" } }, { a: 1, b: [1, "x"] })).toMatchObject({
      code: "wrong_type",
      field: "input.b",
    });
  });
});
