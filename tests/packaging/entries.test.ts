// Each entry point, in a process of its own.
import { rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Project, pack } from "./project.js";

const tarball = pack();
const project = new Project(tarball);
const decided = project.node("print.js").stdout;

describe.each(["portcullis", "portcullis/base64", "portcullis/module"])("%s", (name) => {
  it.each(["import", "require"])("has the same API by %s", (kind) => {
    const { stdout, stderr } = project.node("entry.js", name, kind);
    expect(stderr).toBe("");
    const { before, ...seen } = JSON.parse(stdout);
    expect(seen).toEqual({ exports: ["function", "function"], findings: 0, atOnce: decided, awaited: decided });
    if (name !== "portcullis/module") return;
    const remedy = expect.stringContaining("portcullis/portcullis.wasm");
    expect(before).toMatchObject([
      { name: "PortcullisError", code: "not_ready", remedy, retryable: false },
      { name: "PortcullisError", code: "invalid_argument", remedy, retryable: false },
    ]);
  });
});

describe.each(["server.js", "server.cjs"])("what is for servers, by %s", (program) => {
  it("decides, and names the driver that is missing", () => {
    const { stdout, stderr } = project.node(program);
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual({
      decided: "allowed",
      called: ["allowed", 422, 401],
      same: "true",
      printed: true,
      missing: [
        ["invalid_argument", "Run `npm install pg`."],
        ["invalid_argument", "Run `npm install @electric-sql/pglite`."],
      ],
    });
  });
});

describe("where a bundler left the binary behind", () => {
  const incomplete = new Project(tarball);
  rmSync(new URL("dist/portcullis.wasm", incomplete.installed));

  it("the main entry point says what to do", () => {
    expect(() => incomplete.node("entry.js", "portcullis", "import")).toThrow(
      /not_ready[\s\S]*Keep `portcullis` out of the bundle, or import `portcullis\/base64`/,
    );
  });

  it("the base64 one decides, also beside the main one", () => {
    const { stdout } = incomplete.node("entry.js", "portcullis/base64", "import");
    expect(JSON.parse(stdout).atOnce).toBe(decided);
    const both = `import { PolicyEngine } from "portcullis"; import "portcullis/base64";
      import { decideAll } from "./deciding.js"; process.stdout.write(await decideAll(PolicyEngine));`;
    expect(incomplete.node("--input-type=module", "--eval", both)).toEqual({ stdout: decided, stderr: "" });
  });
});
