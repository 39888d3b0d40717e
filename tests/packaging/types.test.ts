// The types of the installed package, for each way in which TypeScript resolves them, and what it compiles with them.
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { Project, run } from "./project.js";

const project = new Project();
const tsc = fileURLToPath(import.meta.resolve("typescript/lib/tsc.js"));

/** As strict as a consumer may be. */
const compilerOptions = {
  outDir: "compiled",
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  target: "es2022",
  lib: ["es2022"],
  types: [],
  esModuleInterop: true,
};

it.each([
  ["node16", "node16", "mts"],
  ["node16", "node16", "cts"],
  ["nodenext", "nodenext", "mts"],
  ["nodenext", "nodenext", "cts"],
  ["bundler", "esnext", "ts"],
  ["node10", "commonjs", "ts"],
])("resolve by %s as modules of %s in .%s", (moduleResolution, module, extension) => {
  const programs = ["types", "main"].map((stem) => `${stem}.${extension}`);
  if (extension !== "ts")
    for (const stem of ["types", "main"])
      copyFileSync(join(project.folder, `${stem}.ts`), join(project.folder, `${stem}.${extension}`));
  const options = { compilerOptions: { ...compilerOptions, module, moduleResolution }, files: programs };
  writeFileSync(join(project.folder, "tsconfig.json"), JSON.stringify(options));
  expect(run(process.execPath, [tsc], project.folder).stdout).toBe("");

  mkdirSync(join(project.folder, "compiled"), { recursive: true });
  const type = module === "commonjs" ? "commonjs" : "module";
  writeFileSync(join(project.folder, "compiled/package.json"), JSON.stringify({ type }));
  const { stdout, stderr } = project.node(`compiled/main.${extension.replace("ts", "js")}`);
  expect(stderr).toBe("");
  const { decisions, testing, explained } = JSON.parse(stdout);
  const reason = { message: null, remedy: null, error: null };
  const open = { ...reason, policy_id: "open", policy_name: "open", effect: "allow" };
  const mail = { ...reason, policy_id: "mail", policy_name: "no mail", effect: "deny", remedy: "Ask." };
  const policy_set = expect.stringMatching(/^sha256:/);
  const common = { mode: "auto", limits: [], approvals: [], shadow: [], policy_set };
  expect(decisions).toEqual([
    { ...common, effect: "allow", code: "allowed", reasons: [open] },
    { ...common, effect: "deny", code: "denied_by_policy", reasons: [mail, open] },
  ]);
  expect(testing).toBe("allow");
  expect(explained).toContain("Ask.");
});
