// The types of the installed package, for each way in which TypeScript resolves them.
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { Project, run } from "./project.js";

const project = new Project();
const tsc = fileURLToPath(import.meta.resolve("typescript/lib/tsc.js"));

/** As strict as a consumer may be. */
const compilerOptions = {
  noEmit: true,
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  target: "es2022",
  lib: ["es2022"],
  types: [],
};

it.each([
  ["node16", "node16", "mts"],
  ["node16", "node16", "cts"],
  ["nodenext", "nodenext", "mts"],
  ["nodenext", "nodenext", "cts"],
  ["bundler", "esnext", "ts"],
  ["node10", "commonjs", "ts"],
])("resolve by %s as modules of %s in .%s", (moduleResolution, module, extension) => {
  const program = `types.${extension}`;
  if (extension !== "ts") copyFileSync(join(project.folder, "types.ts"), join(project.folder, program));
  const options = { compilerOptions: { ...compilerOptions, module, moduleResolution }, files: [program] };
  writeFileSync(join(project.folder, "tsconfig.json"), JSON.stringify(options));
  expect(run(process.execPath, [tsc], project.folder).stdout).toBe("");
});
