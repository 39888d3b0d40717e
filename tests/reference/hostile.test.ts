import { expect, test } from "vitest";
import { referenceDecide } from "./decide.js";
import { requestDigest } from "./digest.js";
import { generateHostile } from "./generate/hostile.js";
import { Random } from "./generate/random.js";
import { verdict } from "./testing.js";

const x = { field: "input.x" };
class Entity {
  x = 1;
}
const rows: [string, unknown, boolean | string][] = [
  ["a class instance", new Entity(), "unsupported"],
  ["an inherited property", Object.create({ x: 1 }), "unsupported"],
  ["no prototype", Object.assign(Object.create(null) as object, { x: 1 }), true],
  [
    "a throwing getter",
    {
      get x() {
        throw new Error("getter");
      },
    },
    "unsupported",
  ],
  [
    "a getter",
    {
      get x() {
        return 1;
      },
    },
    true,
  ],
  ["a hidden property", Object.defineProperty({}, "x", { value: 1 }), "missing"],
  ["NaN", { x: NaN }, "unsupported"],
  ["BigInt", { x: 1n }, "unsupported"],
  ["a boxed number", { x: new Number(1) }, "unsupported"],
  ["a lone surrogate", { x: "\ud800" }, "unsupported"],
  ["undefined", { x: undefined }, "missing"],
  ["a proxy", new Proxy({ x: 1 }, {}), true],
];

test.each(rows)("reads %s", (_, input, expected) => {
  expect(verdict({ ...x, eq: 1 }, input)).toBe(expected);
});

test("holes are absent elements", () => {
  expect(verdict({ ...x, some: { exists: false } }, { x: new Array(2) })).toBe(true);
});

test("never throws, and says the same twice", () => {
  const random = new Random(11);
  for (let n = 0; n < 500; n += 1) {
    const { policies, requests } = generateHostile(random);
    for (const request of requests) {
      expect(referenceDecide(policies, request)).toEqual(referenceDecide(policies, request));
      requestDigest(request);
    }
  }
});
