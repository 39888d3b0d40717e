// Faults for real: a process that is killed while it writes, a server that is, a line that is torn.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { postgres } from "portcullis/postgres";
import { type Anchor, DecisionLog, databaseLog, fileLog, migrate, type Verified, Verifier } from "portcullis/service";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { afterwards } from "../postgres/cleanup.js";
import { Cluster } from "../postgres/cluster.js";
import { newDatabase, sql, type TestDatabase } from "../postgres/server.js";
import { until } from "../service/support.js";
import { record } from "./support.js";

const folder = mkdtempSync(join(tmpdir(), "portcullis-log-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const fixture = fileURLToPath(new URL("./writer.fixture.ts", import.meta.url));

/** Runs the process, kills it once it has written for a while, and answers what it said was acknowledged. */
async function killed(...args: string[]): Promise<Anchor> {
  const child: ChildProcess = spawn("npx", ["tsx", fixture, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
  const ended = once(child, "exit");
  let acknowledged: Anchor | undefined;
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    // The last line may be torn too.
    try {
      acknowledged = JSON.parse(line) ?? acknowledged;
    } catch {
      break;
    }
    if ((acknowledged?.seq ?? 0) > 1_000 && child.exitCode === null && !child.killed) {
      process.kill(-(child.pid as number), "SIGKILL");
      child.kill("SIGKILL");
    }
  }
  await ended;
  return acknowledged as Anchor;
}

function verifiedFile(file: string, anchors: readonly Anchor[] = []): Verified {
  const verifier = new Verifier();
  verifier.anchor(anchors);
  const lines = readFileSync(file, "utf8").split("\n");
  for (const [i, line] of lines.entries()) if (line !== "") verifier.line(line, String(i + 1));
  return verifier.end();
}

describe("a process that is killed while it writes", () => {
  it("has in the file all that was acknowledged, and another goes on beside it", async () => {
    const file = join(folder, "killed.ndjson");
    const first = await killed("file", file);
    const second = await killed("file", file);
    const { findings, anchors } = verifiedFile(file, [first, second]);
    // A line that was being written is torn; nothing else is amiss.
    expect(findings.filter(({ code }) => code !== "unreadable")).toEqual([]);
    expect(findings.length).toBeLessThanOrEqual(2);
    expect(anchors.map(({ writer }) => writer)).toEqual([first.writer, second.writer]);
  }, 60_000);
});

describe("a file", () => {
  it("of which the last line is torn goes on, and a check says where", async () => {
    const file = join(folder, "torn.ndjson");
    const write = async () => {
      const log = new DecisionLog({ sink: fileLog({ file }) });
      log.append(record("deny"));
      return (await log.close()).head as Anchor;
    };
    const first = await write();
    const whole = readFileSync(file, "utf8");
    truncateSync(file, whole.length - 40);
    expect(verifiedFile(file).findings).toMatchObject([{ code: "unreadable", place: "2" }]);
    expect(verifiedFile(file, [first]).findings.map(({ code }) => code)).toEqual(["unreadable", "truncated"]);
    const second = await write();
    expect(verifiedFile(file, [second]).findings).toMatchObject([{ code: "unreadable", place: "2" }]);
    writeFileSync(file, whole);
    expect(verifiedFile(file, [first]).findings).toEqual([]);
  });

  it("that can't be written holds nothing up, and is gone on with", async () => {
    const file = join(folder, "missing", "log.ndjson");
    const log = new DecisionLog({ sink: fileLog({ file }), flushMs: 0 });
    log.append(record("deny"));
    await until(() => log.stats().failures > 0);
    expect(log.stats().failure).toContain("ENOENT");
    const { unwritten } = await log.close({ timeoutMs: 50 });
    expect(unwritten.deny).toBe(1);
    const other = join(folder, "other.ndjson");
    appendFileSync(other, "");
    const again = new DecisionLog({ sink: fileLog({ file: other }) });
    again.append(record("deny"));
    await again.close();
    expect(verifiedFile(other)).toMatchObject({ findings: [], entries: 2 });
  });
});

describe("a server", () => {
  let cluster: Cluster;
  let database: TestDatabase;

  beforeAll(async () => {
    cluster = await Cluster.start();
    database = await newDatabase(cluster.address);
    const owner = await postgres(database.owner);
    await migrate(owner, { roles: database.roles });
    await owner.close?.();
    await database.join();
  }, 120_000);

  async function verified(anchors: readonly Anchor[]): Promise<Verified> {
    const connected = await postgres(database.log);
    const verifier = new Verifier();
    verifier.anchor(anchors);
    for await (const part of databaseLog({ database: connected }).chains()) {
      if ("anchors" in part) verifier.anchor(part.anchors, true);
      else for (const line of part.lines) verifier.line(line, "database");
    }
    await connected.close?.();
    return verifier.end();
  }

  it("has all that was acknowledged to a process that is killed", async () => {
    const first = await killed("database", database.log);
    const second = await killed("database", database.log);
    expect((await verified([first, second])).findings).toEqual([]);
  }, 60_000);

  it("that will never take some entries gets all others, and a gap for each of those", async () => {
    await sql(database.superuser, "ALTER TABLE portcullis.decision_log ADD CONSTRAINT odd CHECK (run NOT LIKE 'odd%')");
    const connected = await postgres(database.log);
    afterwards(() => connected.close?.());
    const log = new DecisionLog({ sink: databaseLog({ database: connected }), flushMs: 0 });
    const odd = new Set([0, 77, 78, 399, 555]);
    for (let i = 0; i < 600; i++) {
      log.append(record(i % 2 === 0 ? "allow" : "deny", { run: { id: `${odd.has(i) ? "odd" : "run"}-${i}` } }));
    }
    await log.flush();
    expect(log.stats()).toMatchObject({ queued: 0, written: 595, failures: 0, dropped: { allow: 2, deny: 3 } });
    const rows = await sql(
      database.superuser,
      `SELECT run, entry->'dropped' AS dropped FROM portcullis.decision_log WHERE writer = '${log.writer}' ORDER BY seq`,
    );
    const runs = rows.flatMap(({ run }) => (run === null ? [] : [Number(String(run).slice(4))]));
    expect(runs).toEqual(Array.from({ length: 600 }, (_, i) => i).filter((i) => !odd.has(i)));
    const gaps = rows.flatMap(({ dropped }) => (dropped === null ? [] : [dropped]));
    const total = (effect: string) => gaps.reduce((sum, dropped) => sum + Number(dropped[effect]), 0);
    expect([total("allow"), total("deny")]).toEqual([2, 3]);
    const { head } = await log.close();
    expect((await verified([head as Anchor])).findings).toEqual([]);
    await sql(database.superuser, "ALTER TABLE portcullis.decision_log DROP CONSTRAINT odd");
  }, 60_000);

  it("that is killed, held up and back loses nothing that waits", async () => {
    const connected = await postgres(database.log);
    afterwards(() => connected.close?.());
    const log = new DecisionLog({ sink: databaseLog({ database: connected, timeoutMs: 500 }), flushMs: 0 });
    let appended = 0;
    const append = (count: number) => {
      for (let i = 0; i < count; i++, appended++) log.append(record("deny"));
    };
    append(500);
    await until(() => log.stats().written > 0);
    append(1_000);
    await cluster.kill();
    append(1_000);
    await until(() => log.stats().failures > 0);
    expect(log.stats()).toMatchObject({ failure: expect.any(String), dropped: { deny: 0 } });
    await cluster.up();
    await until(() => log.stats().queued === 0);
    cluster.freeze();
    append(1_000);
    await until(() => log.stats().failures > 0);
    cluster.thaw();
    await until(() => log.stats().queued === 0);
    const { head } = await log.close();
    expect(log.stats().written).toBe(appended);
    expect(head?.seq).toBe(appended);
    expect((await verified([head as Anchor])).findings).toEqual([]);
  }, 120_000);
});
