// The page uses the package as any application does, and nothing of the repository beside its own folder.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const source = fileURLToPath(new URL("../../www/src/", import.meta.url));

it("imports the package by its name alone", () => {
  const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((file) => /\.tsx?$/.test(file));
  const imports = files.flatMap((file) =>
    [...readFileSync(join(source, file), "utf8").matchAll(/\bfrom "([^"]+)"|\bimport "([^"]+)"/g)].map(
      ([, from, bare]) => ({ file, to: from ?? bare ?? "" }),
    ),
  );
  expect(imports.filter(({ to }) => to === "portcullis").length).toBeGreaterThan(0);
  const strays = imports.filter(({ file, to }) => {
    if (to.startsWith(".")) return normalize(join(dirname(file), to)).startsWith("..");
    return to.startsWith("portcullis/");
  });
  expect(strays).toEqual([]);
});
