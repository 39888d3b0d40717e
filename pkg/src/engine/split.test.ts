import { describe, expect, it } from "vitest";
import { splitArray } from "./split.js";

const elements = Array.from({ length: 3_000 }, (_, i) => ({ id: `p${i}`, text: '],"[{\\', list: [1, { a: [] }] }));
const joined = (text: string) => [...splitArray(text)].flatMap((piece) => JSON.parse(piece));

describe("splitting", () => {
  it.each([
    ["compact", JSON.stringify(elements)],
    ["spread out", `\n ${JSON.stringify(elements, null, 4)} \n`],
  ])("keeps the elements of a long text, %s", (_, text) => {
    const pieces = [...splitArray(text)];
    expect(pieces.length).toBeGreaterThan(2);
    expect(joined(text)).toEqual(elements);
  });

  it("gives short texts as they are, and takes an object for an array of it", () => {
    expect([...splitArray("[1, 2]")]).toEqual(["[1, 2]"]);
    expect([...splitArray(' {"a": 1}')]).toEqual(['[ {"a": 1}]']);
    expect([...splitArray("")]).toEqual([""]);
  });

  const text = JSON.stringify(elements);
  const blank = " ".repeat(70_000);
  it.each([
    ["a comma at the end", `${text.slice(0, -1)},${blank}]`],
    ["a comma at the start", `[${blank},${text.slice(1)}`],
    ["two commas", `${text.slice(0, -1)},${blank},1]`],
    ["no end", text.slice(0, -1)],
    ["more behind the end", `${text}, 1`],
    ["another array behind the end", `${text}${text}`],
    ["too many brackets", `${text}]`],
    ["a string without end", `${text.slice(0, -1)},"x]`],
    ["the wrong bracket", `${text.slice(0, -1)}}`],
  ])("makes no JSON of what is none: %s", (_, broken) => {
    expect(() => JSON.parse(broken)).toThrow();
    expect(() => joined(broken)).toThrow();
  });
});
