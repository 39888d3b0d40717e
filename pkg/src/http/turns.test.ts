import { expect, it } from "vitest";
import { byTurns, cellsOf, partsOf } from "./turns.js";

type Lists = Record<string, readonly unknown[]>;

/** The combinations, those of the last list next to one another. */
function combinations(vary: Lists): unknown[][] {
  return Object.entries(vary).reduce<unknown[][]>(
    (all, [name, values]) => all.flatMap((before) => values.map((value) => [...before, name, value])),
    [[]],
  );
}

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

it.each<[string, Lists]>([
  ["one list", { a: numbers(17) }],
  ["a long list first", { a: numbers(30), b: numbers(2) }],
  ["a long list last", { a: numbers(2), b: numbers(3), c: numbers(31) }],
  ["only short ones", { a: [1, 2, 3], b: [1, 2, 3], c: [1, 2, 3], d: [1, 2, 3] }],
  ["an empty one", { a: numbers(20), b: [] }],
  ["none", {}],
])("a matrix of %s is made up of its parts in order", (_, vary) => {
  const parts = [...partsOf(vary, 8)];
  expect(parts.flatMap((part) => combinations(part as Lists))).toEqual(combinations(vary));
  for (const part of parts) expect(cellsOf(part)).toBeLessThanOrEqual(8);
});

it("work goes on in order, gives others their turn, and ends where it should", async () => {
  let others = 0;
  const timer = setInterval(() => others++, 1);
  const busy = (n: number) => {
    const end = performance.now() + 4;
    while (performance.now() < end);
    return n;
  };
  expect(await byTurns(numbers(20), busy)).toEqual(numbers(20));
  clearInterval(timer);
  expect(others).toBeGreaterThan(3);
  expect(await byTurns(numbers(20), busy, (n) => n === 2)).toEqual([0, 1, 2]);
});
