// The built command, as a process.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";

export const COMMAND = fileURLToPath(new URL("../../pkg/dist/cli.js", import.meta.url));

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the command to its end. */
export function portcullis(args: readonly string[], input: string | Buffer = ""): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...args], {
    input,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  return { code: status, out: stdout, err: stderr };
}

/** A folder that is gone after the tests of the file; answers how to put a file into it. */
export function folder(): (name: string, text: string | Buffer) => string {
  const path = mkdtempSync(join(tmpdir(), "portcullis-cli-"));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return (name, text) => {
    const file = join(path, name);
    writeFileSync(file, text);
    return file;
  };
}

/** A request that is whole. */
export function request(more: object = {}): object {
  return {
    action: "tool_call",
    now: 1_795_375_800_000,
    tenant: { id: "acme" },
    app: null,
    user: { id: "u1", roles: ["developer"] },
    workflow: null,
    agent: null,
    tool: { id: "search" },
    run: { id: "r1", root_id: "r1", mode: "auto" },
    input: {},
    ...more,
  };
}

export const OPEN = { id: "open", name: "open", scope: "global", effect: "allow", rule_expr: {} };
export const NO_DELETES = {
  id: "no-deletes",
  name: "no deletes",
  scope: "tool",
  effect: "deny",
  rule_expr: { target: ["delete"] },
};
