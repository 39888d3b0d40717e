// What npm publishes.
import { statSync } from "node:fs";
import { expect, it } from "vitest";
import { Project, pack, run } from "./project.js";

const tarball = pack();
const project = new Project(tarball);
const { stdout } = run("tar", ["-tzf", tarball], ".");
const files = stdout
  .trim()
  .split("\n")
  .map((path) => path.replace(/^package\//, ""));
const outside = files.filter((path) => !path.startsWith("dist/"));

it("holds one binary", () => {
  expect(files.filter((path) => path.endsWith(".wasm"))).toEqual(["dist/portcullis.wasm"]);
});

it("holds the licence and the README, and beside them what is built alone", () => {
  expect(outside.sort()).toEqual(["LICENSE", "README.md", "package.json"]);
});

it("holds neither sources nor tests", () => {
  const allowed = /^dist\/(?:[\w-]+\.c?js|types\/(?:[\w-]+\/)*\w+\.d\.c?ts|portcullis\.wasm|THIRD-PARTY-NOTICES\.txt)$/;
  expect(files.filter((path) => !outside.includes(path) && !allowed.test(path))).toEqual([]);
  expect(files.filter((path) => /\btests?\b|\.map$/.test(path))).toEqual([]);
});

it("has a size", () => {
  const kib = (bytes: number) => Math.ceil(bytes / 1024);
  const packed = kib(statSync(tarball).size);
  const unpacked = kib(files.reduce((sum, file) => sum + statSync(new URL(file, project.installed)).size, 0));
  console.log(`the tarball has ${files.length} files and ${packed} KiB, ${unpacked} KiB unpacked`);
  // The binary thrice: as it is, and as base64 for each kind of modules; what is for servers twice;
  // and the libraries that check calls and tokens over HTTP once, 60 KiB packed.
  expect(packed).toBeLessThan(1_250);
  expect(unpacked).toBeLessThan(3_700);
});

it.each(["browser.js", "module.js", "base64.js"])("%s needs nothing of Node, of a server or of a command", (entry) => {
  const dist = "node_modules/portcullis/dist";
  const seen = new Map<string, string>();
  const imports: string[] = [];
  const follow = (file: string) => {
    if (seen.has(file)) return;
    const text = project.read(`${dist}/${file}`);
    seen.set(file, text);
    for (const [, path = ""] of text.matchAll(/(?:\bfrom|\bimport|\bimport\(|\brequire\()\s*"([^"]+)"/g)) {
      if (path.startsWith("./")) follow(path.slice(2));
      else imports.push(path);
    }
  };
  follow(entry);
  expect(seen.size).toBeGreaterThan(1);
  expect(imports).toEqual([]);
  const text = [...seen.values()].join("\n");
  expect(text).not.toMatch(/["'`]node:/);
  // The build says above each part which source it is of.
  const sources = Array.from(text.matchAll(/^\/\/ src\/(\S+)$/gm), ([, path = ""]) => path);
  expect(sources).toContain("engine/engine.ts");
  expect(sources.filter((path) => !/^(?:engine\/|entrypoints\/|glue\/|index\.ts|facts\.ts)/.test(path))).toEqual([]);
});
