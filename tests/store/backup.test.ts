// Backups, as the page of operations has them: made by pg_dump, and gone back to.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { postgres } from "portcullis/postgres";
import {
  type Database,
  DecisionLog,
  databaseLog,
  databaseSource,
  type LogSink,
  migrate,
  PolicyEngineService,
  PolicyStore,
  Verifier,
} from "portcullis/service";
import { beforeAll, describe, expect, it } from "vitest";
import { afterwards } from "../postgres/cleanup.js";
import { BIN, Cluster } from "../postgres/cluster.js";
import { sql } from "../postgres/server.js";
import { open, platform, request } from "../service/support.js";

const run = (program: string, args: readonly string[], input?: string) =>
  execFileSync(join(BIN, program), args, { encoding: "utf8", input, stdio: ["pipe", "pipe", "pipe"] });

describe("a dump", () => {
  let above: string;
  let owner: string;
  let later: string;
  let log: DecisionLog;
  /** Where the log writes: the database as it is, and then as it was. */
  let sink: LogSink;

  beforeAll(async () => {
    const { address } = await Cluster.start();
    await sql(
      address,
      "CREATE ROLE owner LOGIN",
      "CREATE DATABASE live OWNER owner",
      "CREATE DATABASE later OWNER owner",
    );
    [above, later] = ["live", "later"].map((name) => address.replace(/postgres$/, name)) as [string, string];
    owner = above.replace("postgres@", "owner@");
    const database = await postgres(owner);
    afterwards(() => database.close?.());
    await migrate(database);
    await new PolicyStore({ database }).create(platform, open);
    sink = databaseLog({ database });
    log = new DecisionLog({ sink: { write: (batch) => sink.write(batch) }, flushMs: 0 });
    log.append(RECORD);
    await log.flush();
  }, 120_000);

  it("can't be made by the owner of the tables, who is under row level security too", () => {
    expect(() => run("pg_dump", ["--schema", "portcullis", owner])).toThrow(/row-level security/);
  });

  it("goes back into another database, with policies, history and log", async () => {
    const dump = run("pg_dump", ["--schema", "portcullis", above]);
    run("psql", ["--quiet", "--set", "ON_ERROR_STOP=1", later], dump);
    const database = await postgres(later.replace("postgres@", "owner@"));
    afterwards(() => database.close?.());
    expect((await migrate(database)).applied).toEqual([]);
    const service = await PolicyEngineService.start({ source: databaseSource({ database }) });
    expect(service.decide(request()).code).toBe("allowed");
    await service.close();
    expect(await new PolicyStore({ database }).revisions(platform, "open")).toHaveLength(1);
    expect(await verified(database)).toMatchObject({ entries: 2, findings: [] });
  });

  it("refuses the log of a process that went on, and takes that of the next start", async () => {
    log.append(RECORD);
    await log.flush();
    const database = await postgres(later.replace("postgres@", "owner@"));
    afterwards(() => database.close?.());
    sink = databaseLog({ database });
    log.append(RECORD);
    while (log.stats().failures === 0) await pause(10);
    expect((await log.close({ timeoutMs: 100 })).unwritten.deny).toBe(1);
    const next = new DecisionLog({ sink });
    next.append(RECORD);
    await next.close();
    expect(await verified(database)).toMatchObject({ entries: 4, findings: [] });
  });
});

async function verified(database: Database) {
  const verifier = new Verifier();
  for await (const part of databaseLog({ database }).chains()) {
    if ("anchors" in part) verifier.anchor(part.anchors, true);
    else for (const line of part.lines) verifier.line(line, "later");
  }
  return verifier.end();
}

const RECORD: Parameters<DecisionLog["append"]>[0] = {
  decision: { effect: "deny", code: "denied_by_policy", mode: "auto", reasons: [], shadow: [], policy_set: null },
  request: null,
  enforced: true,
};
