// The pages for people who run a platform: what they name is there, word for word.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const root = new URL("../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");
const page = read("docs/security.md").replace(/\s+/g, " ");

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
    expect(read(file)).toContain(title);
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

describe("the page of operations", () => {
  const operations = read("docs/operations.md");

  it("has each metric with its unit, and no other", () => {
    const source = read("pkg/src/log/telemetry.ts");
    const made = [...source.matchAll(/"(portcullis\.[\w.]+)", \{\s+description: "[^"]*",\s+unit: "([^"]+)"/g)];
    const told = [...operations.matchAll(/^\| `(portcullis\.[\w.]+)` \| \w+ \| (\S+) \|/gm)];
    expect(made.length).toBeGreaterThan(4);
    expect(told.map(([, name, unit]) => [name, unit])).toEqual(made.map(([, name, unit]) => [name, unit]));
  });

  it("alerts on codes that there are", () => {
    const known = ["errors", "service", "enforcing"].map((name) => read(`docs/${name}.md`)).join("\n");
    const table = operations.split("## What to look at")[1]?.split("\n## ")[0] ?? "";
    const codes = [...table.matchAll(/^\| [^|]*\| ([^|]*) \|/gm)].flatMap(([, cell = ""]) =>
      [...cell.matchAll(/`(\w+)`/g)].map(([, code]) => code as string),
    );
    expect(codes.length).toBeGreaterThan(15);
    for (const code of codes) expect(known).toContain(`\`${code}\``);
  });
});

describe("links lead somewhere", () => {
  const pages = [
    "README.md",
    "examples/README.md",
    ...readdirSync(new URL("docs/", root)).map((name) => `docs/${name}`),
  ];
  const slug = (title: string) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-");
  const anchors = (text: string) => [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) => slug(title));

  it.each(pages.filter((name) => name.endsWith(".md")))("of %s", (name) => {
    const text = read(name).replace(/^```[\s\S]*?^```$/gm, "");
    for (const [, target = ""] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const [path = "", anchor] = target.split("#");
      const url = path === "" ? new URL(name, root) : new URL(path, new URL(name, root));
      expect(existsSync(url), target).toBe(true);
      if (anchor !== undefined) expect(anchors(readFileSync(url, "utf8")), target).toContain(anchor);
    }
  });
});
