// The page of security: each test that it names is there, word for word.
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const root = new URL("../", import.meta.url);
const page = readFileSync(new URL("docs/security.md", root), "utf8").replace(/\s+/g, " ");

/** A file, a colon, and titles in italics. */
const named = [...page.matchAll(/`([\w./-]+)`:((?: \*[^*]+\*,?)+)/g)].flatMap(([, file = "", titles = ""]) =>
  [...titles.matchAll(/\*([^*]+)\*/g)].map(([, title = ""]) => ({ file, title })),
);
const files = [...page.matchAll(/`((?:tests|pkg|examples|scripts)\/[\w./-]+)`/g)].map(([, file]) => file as string);

describe("the page of security", () => {
  it("names tests for what it claims", () => {
    expect(named.length).toBeGreaterThan(50);
    // Titles are the only words in italics, but for the three that open a sentence and the one that explains them.
    const italics = [...page.matchAll(/(?<!\*)\*([^*]+)\*(?!\*)/g)].map(([, words]) => words as string);
    expect(italics.filter((words) => !["Stopped by", "Shown by", "Left"].includes(words)).length).toBe(named.length);
  });

  it.each(named)("$file: $title", ({ file, title }) => {
    expect(readFileSync(new URL(file, root), "utf8")).toContain(title);
  });

  it.each([...new Set(files)])("%s is there", (file) => {
    expect(existsSync(new URL(file, root))).toBe(true);
  });

  it("says of each threat what is left, or that nothing stops it", () => {
    const threats = page.split(/ (?=\*\*[A-Z][^*]+\.\*\* )/).slice(1);
    expect(threats.length).toBeGreaterThan(20);
    const without = threats.filter((threat) => !/\*(Left|Shown by)\*/.test(threat));
    expect(without).toEqual([]);
  });
});
