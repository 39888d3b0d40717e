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
  const { size } = statSync(tarball);
  console.log(`the tarball has ${files.length} files and ${Math.ceil(size / 1024)} KiB`);
  expect(size).toBeLessThan(300 * 1024);
});

it("needs nothing of Node in browsers", () => {
  const dist = "node_modules/portcullis/dist";
  const seen = new Set<string>();
  const imports: string[] = [];
  const follow = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const [, path = ""] of project
      .read(`${dist}/${file}`)
      .matchAll(/(?:\bfrom|\bimport|\bimport\(|\brequire\()\s*"([^"]+)"/g)) {
      if (path.startsWith("./")) follow(path.slice(2));
      else imports.push(path);
    }
  };
  follow("browser.js");
  expect(seen.size).toBeGreaterThan(1);
  expect(imports).toEqual([]);
  for (const file of seen) expect(project.read(`${dist}/${file}`)).not.toMatch(/["'`]node:/);
});
