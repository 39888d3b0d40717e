// How the command is called: help, versions, mistakes, exit codes, colours.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { COMMAND, folder, NO_DELETES, OPEN, portcullis, request } from "./run.js";

const file = folder();
const policies = file("policies.json", JSON.stringify([OPEN, NO_DELETES]));
const commands = ["validate", "decide", "explain", "types", "schema", "migrate", "import"];

it("says its version", () => {
  const { version } = JSON.parse(readFileSync(new URL("../../pkg/package.json", import.meta.url), "utf8"));
  expect(portcullis(["--version"])).toEqual({ code: 0, out: `${version}\n`, err: "" });
});

it("says what there is", () => {
  const { code, out, err } = portcullis(["--help"]);
  expect([code, err]).toEqual([0, ""]);
  for (const command of commands) expect(out).toContain(`\n  ${command} `);
});

it.each(commands)("%s says what it takes", (command) => {
  const { code, out, err } = portcullis([command, "--help"]);
  expect([code, err]).toEqual([0, ""]);
  expect(out).toContain(`Usage: portcullis ${command}`);
});

describe("a mistake in calling exits with 2 and says what to do", () => {
  it.each([
    ["no command", [], "see `portcullis --help`"],
    ["an unknown command", ["decid"], "did you mean `decide`?"],
    ["an unknown word", ["frobnicate"], "see `portcullis --help`"],
    ["an unknown option", ["decide", "--polices", "x"], "did you mean `--policies`?"],
    ["an option without its value", ["decide", "--policies"], "write `--policies FILE`"],
    ["a missing option", ["decide"], "usage: portcullis decide"],
    ["a value that is none of the choices", ["validate", "--format", "jsn", "x"], "did you mean `json`?"],
    ["a value for a flag", ["decide", "--fail-on-deny=yes"], "write `--fail-on-deny` alone"],
    ["a missing file", ["validate"], "usage: portcullis validate"],
    ["one argument too many", ["schema", "x"], "usage: portcullis schema"],
    ["a file that is not there", ["validate", "/nowhere/p.json"], "name a file"],
    ["an option twice", ["types", "--catalogue", "a", "--catalogue", "b"], "give it once"],
    ["policies where requests go", ["decide", "--policies", policies, "more.yaml"], "name a file"],
    ["standard input twice", ["decide", "--policies", "-"], "name a file for one of them"],
    ["a request file that is not there", ["decide", "--policies", policies, "/nowhere/r.ndjson"], "name a file"],
  ])("%s", (_, args, help) => {
    const { code, out, err } = portcullis(args);
    expect(code).toBe(2);
    expect(out).toBe("");
    expect(err).toContain(help);
  });
});

describe("explain", () => {
  const asked = JSON.stringify(request({ tool: { id: "delete" } }));

  it.each([
    [[], "Decision: deny"],
    [["--reader", "agent"], "Denied"],
    [["--reader", "approver"], "no deletes"],
  ])("for %j", (args, text) => {
    const { code, out, err } = portcullis(["explain", "--policies", policies, ...args], asked);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain(text);
  });

  it("as JSON, from a file of YAML", () => {
    const yaml = "action: llm_call\nnow: 0\ntenant: {id: a}\napp:\nuser:\nworkflow:\nagent:\ntool:\n";
    const { out } = portcullis(["explain", "--policies", policies, "--reader", "json", file("r.yaml", yaml)]);
    expect(JSON.parse(out).decision).toMatchObject({ effect: "allow", code: "allowed" });
  });

  it("by the actions of a catalogue", () => {
    const catalogue = file("catalogue.json", JSON.stringify({ actions: ["export"] }));
    const exported = JSON.stringify(request({ action: "export" }));
    const explained = (...args: string[]) =>
      JSON.parse(portcullis(["explain", "--policies", policies, "--reader", "json", ...args], exported).out).decision;
    expect(explained()).toMatchObject({ effect: "deny", code: "invalid_request" });
    expect(explained("--catalogue", catalogue)).toMatchObject({ effect: "allow", code: "allowed" });
  });

  it("says what keeps a request from being read", () => {
    const { code, err } = portcullis(["explain", "--policies", policies], '{"action":\n oops}');
    expect(code).toBe(1);
    expect(err).toContain("<stdin>:2:2: error[invalid_json]");
  });
});

describe("a terminal", () => {
  /** The command with a terminal for stdout and stderr; the program that makes one is of util-linux. */
  function onTerminal(args: string, env: NodeJS.ProcessEnv = {}): string {
    const line = `'${process.execPath}' '${COMMAND}' ${args}`;
    const { NO_COLOR: _, ...inherited } = process.env;
    const { stdout, error } = spawnSync("script", ["-qec", line, "/dev/null"], {
      env: { ...inherited, TERM: "xterm", ...env },
      encoding: "utf8",
    });
    if (error !== undefined) throw error;
    return stdout;
  }
  const requests = file("requests.ndjson", `${JSON.stringify(request({ tool: { id: "delete" } }))}\n`);

  it("is shown a table, in colours", () => {
    const shown = onTerminal(`decide --policies '${policies}' '${requests}'`);
    expect(shown).toContain("\u001b[31mdeny");
    expect(shown).toContain("no deletes");
  });

  it("is shown no colours where NO_COLOR is set", () => {
    const shown = onTerminal(`decide --policies '${policies}' '${requests}'`, { NO_COLOR: "1" });
    expect(shown).not.toContain("\u001b");
    expect(shown).toMatch(/1 {2}deny +denied_by_policy/);
  });

  it("is shown how far it has come, where the answers go elsewhere", () => {
    expect(onTerminal(`decide --policies '${policies}' '${requests}' >/dev/null`)).toMatch(
      /1 decided\r\u001b\[K1 decided: /,
    );
  });
});
