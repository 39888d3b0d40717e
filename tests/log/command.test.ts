// `portcullis log`, as a process: on a database in a folder, and on files.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Policy, PolicyEngine } from "portcullis";
import { pglite } from "portcullis/pglite";
import { DecisionLog, databaseLog, decisionSink, fileLog, migrate } from "portcullis/service";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { folder, NO_DELETES, OPEN, portcullis } from "../cli/run.js";
import { request } from "./support.js";

const data = mkdtempSync(join(tmpdir(), "portcullis-log-"));
afterAll(() => rmSync(data, { recursive: true, force: true }));
const put = folder();
const database = `pglite:${join(data, "db")}`;
const ndjson = join(data, "log.ndjson");
let middle = "";

beforeAll(async () => {
  const opened = await pglite(join(data, "db"));
  await migrate(opened, { roles: true });
  const logs = [databaseLog({ database: opened }), fileLog({ file: ndjson })].map(
    (sink) => new DecisionLog({ sink, request: { omit: [] } }),
  );
  const sink = decisionSink(logs);
  const engine = PolicyEngine.loadSync({ policies: [OPEN, NO_DELETES] as Policy[] });
  const ask = (tool: string, tenant = "acme") => {
    const asked = request({ tool: { id: tool }, tenant: { id: tenant } });
    sink(engine.decide(asked), asked);
  };
  ask("search");
  ask("delete");
  await new Promise((done) => setTimeout(done, 5));
  middle = new Date().toISOString();
  ask("mail", "other");
  ask("mail");
  for (const log of logs) await log.close();
  engine.close();
  await opened.close?.();
}, 60_000);

describe("portcullis log", () => {
  it("verifies a database, and an export of it", () => {
    const ended = portcullis(["log", "verify", "--database", database]);
    expect(ended).toMatchObject({ code: 0, out: "", err: "5 entries of 1 writers: 0 findings\n" });
    const exported = portcullis(["log", "export", "--database", database]);
    expect(exported.code).toBe(0);
    const lines = exported.out.trimEnd().split("\n");
    expect(lines).toHaveLength(6);
    expect(portcullis(["log", "verify", "-"], exported.out)).toMatchObject({ code: 0, out: "" });
    const cut = portcullis(["log", "verify", put("cut.ndjson", `${lines.slice(0, -1).join("\n")}\n`)]);
    expect(cut.code).toBe(1);
    expect(cut.out).toContain("error[truncated]");
    const changed = portcullis(["log", "verify", "--format", "ndjson", "-"], exported.out.replace('"deny"', '"allow"'));
    expect(changed.code).toBe(1);
    expect(JSON.parse(changed.out)).toMatchObject({ code: "changed", place: expect.stringContaining(":4"), seq: 2 });
  });

  it("verifies a file, against anchors that were kept", () => {
    const anchors = portcullis(["log", "verify", "--print-anchors", ndjson]);
    expect(anchors).toMatchObject({ code: 0, err: expect.stringContaining("no anchor of 1 writers") });
    const kept = put("anchors.json", anchors.out);
    const [text, short] = [readFileSync(ndjson, "utf8"), put("short.ndjson", "")];
    expect(portcullis(["log", "verify", "--anchors", kept, ndjson])).toMatchObject({ code: 0, out: "" });
    expect(portcullis(["log", "verify", "--anchors", kept, short]).out).toContain("its last 5 entries are missing");
    const torn = portcullis(["log", "verify", "--anchors", kept, put("torn.ndjson", text.slice(0, -30))]);
    expect(torn.code).toBe(1);
    expect(torn.out).toMatch(/torn\.ndjson:5: error\[unreadable\]: it is no JSON: torn by a crash, or changed\n/);
  });

  it("exports a part", () => {
    const part = (...args: string[]) => {
      const { out } = portcullis(["log", "export", "--database", database, ...args]);
      return out
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).entry.tool);
    };
    expect(part("--tenant", "acme")).toEqual(["search", "delete", "mail"]);
    expect(part("--since", middle)).toEqual(["mail", "mail"]);
  });

  it("replays a database or a file by other policies", () => {
    const draft = put(
      "draft.json",
      JSON.stringify([OPEN, { ...NO_DELETES, id: "no-mail", rule_expr: { target: ["mail"] } }]),
    );
    const run = (...args: string[]) => portcullis(["log", "replay", "--policies", draft, ...args]);
    const { code, out, err } = run("--database", database);
    expect({ code, err }).toEqual({ code: 0, err: "4 replayed: 3 would flip; 0 can't be replayed\n" });
    expect(out).toContain("acme/r1  tool_call delete: deny → allow  -no-deletes\n");
    expect(out).toContain("other/r1  tool_call mail: allow → deny  +no-mail\n");
    const flips = run("--format", "ndjson", "--tenant", "other", ndjson);
    expect(JSON.parse(flips.out)).toMatchObject({
      from: { effect: "allow", code: "allowed" },
      to: { effect: "deny", code: "denied_by_policy" },
      gained: ["no-mail"],
      lost: [],
    });
    expect(run("--since", middle, ndjson).err).toContain("2 replayed");
    expect(portcullis(["log", "replay", "--policies", put("bad.json", "[{}]"), ndjson]).code).toBe(1);
  });

  it("removes what is old", () => {
    const { code, out } = portcullis(["log", "prune", "--database", database, "--before", middle]);
    expect({ code, out }).toEqual({ code: 0, out: `removed 3 entries of before ${middle}\n` });
    expect(portcullis(["log", "verify", "--database", database])).toMatchObject({ code: 0, out: "" });
    const exported = portcullis(["log", "export", "--database", database]).out;
    expect(portcullis(["log", "verify", "-"], exported)).toMatchObject({ code: 0, out: "" });
  });

  it.each([
    [["log"], "a file is missing"],
    [["log", "verfy"], "did you mean `verify`?"],
    [["log", "replay"], "`--policies` is missing"],
    [["log", "prune", "--database", "pglite:"], "`--before` is missing"],
    [["log", "export", "x.ndjson", "--database", "pglite:"], "takes no file"],
    [["log", "export", "--database", "pglite:", "--since", "today"], "`--since` is no time"],
  ])("says how it is called: %j", (args, message) => {
    const { code, err } = portcullis(args);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  it("says what a database lacks", () => {
    const { code, err } = portcullis(["log", "verify", "--database", "pglite:"]);
    expect(code).toBe(1);
    expect(err).toContain("error[schema_missing]");
  });
});
