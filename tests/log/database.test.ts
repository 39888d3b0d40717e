// The log in a database: on PostgreSQL each part as its role, and on PGlite.
import {
  DecisionLog,
  type DecisionLogOptions,
  databaseLog,
  loggedDecisions,
  PolicyStore,
  Verifier,
} from "portcullis/service";
import { beforeAll, describe, expect, it } from "vitest";
import { KINDS, type Prepared } from "../postgres/kinds.js";
import { record } from "./support.js";

const platform = { tenant: null, by: "ops" };
const acme = { tenant: "acme", by: "ann" };

describe.each(KINDS)("on %s", (_, prepare) => {
  let prepared: Prepared;

  beforeAll(async () => {
    prepared = await prepare();
  }, 60_000);

  const store = () => databaseLog({ database: prepared.log, role: prepared.logRole });
  const reader = () => loggedDecisions({ database: prepared.app, role: prepared.appRole });
  const start = (options: Partial<DecisionLogOptions> = {}) => new DecisionLog({ sink: store(), ...options });

  async function verified() {
    const verifier = new Verifier();
    for await (const part of store().chains()) {
      if ("anchors" in part) verifier.anchor(part.anchors, true);
      else for (const line of part.lines) verifier.line(line, "database");
    }
    return verifier.end();
  }

  it("keeps two writers' chains at once, and both hold", async () => {
    const [a, b] = [start({ name: "a", flushMs: 0 }), start({ name: "b", flushMs: 0 })];
    for (let i = 0; i < 700; i++) {
      const tenant = { id: i % 10 === 0 ? "other" : "acme" };
      a.append(
        record(i % 7 === 0 ? "deny" : "allow", { tenant, run: { id: `run-${i % 50}` }, tool: { id: `t${i % 3}` } }),
      );
      b.append(record("require_approval", { tenant }));
      if (i % 100 === 0) await a.flush();
    }
    expect([await a.close(), await b.close()].map(({ unwritten }) => unwritten.deny + unwritten.allow)).toEqual([0, 0]);
    const { findings, entries, anchors } = await verified();
    expect({ findings, entries }).toEqual({ findings: [], entries: 1_402 });
    expect(anchors.map(({ writer }) => writer)).toEqual([a.writer, b.writer].sort());
  });

  it("lists them by page and by filter", async () => {
    const all = [];
    for (let cursor: string | undefined; ; ) {
      const page = await reader().list(acme, { limit: 200, effect: "allow", ...(cursor !== undefined && { cursor }) });
      all.push(...page.decisions);
      if (page.next === null) break;
      cursor = page.next;
    }
    expect(all).toHaveLength(540);
    expect(all.every(({ tenant, effect }) => tenant === "acme" && effect === "allow")).toBe(true);
    const times = all.map(({ time }) => time);
    expect(times).toEqual([...times].sort((x, y) => y - x));
    const count = async (filter: object) => (await reader().list(platform, { limit: 200, ...filter })).decisions.length;
    expect(await count({ run: "run-7" })).toBe(14);
    expect(await count({ run: "run-7", tool: "t1" })).toBe(5);
    expect(await count({ code: "denied_by_policy", tenant: "other" })).toBe(10);
    expect(await count({ agent: "none" })).toBe(0);
    expect(await count({ policy: "p1", run: "run-7" })).toBe(14);
    expect(await count({ policy: "p2" })).toBe(0);
    expect(await count({ until: times.at(-1), tenant: "acme", effect: "allow" })).toBe(0);
    expect(await count({ since: (times[0] as number) + 60_000 })).toBe(0);
    await expect(reader().list(acme, { cursor: "x" })).rejects.toMatchObject({ code: "invalid_argument" });
    await expect(reader().list(acme, { tool: "\0" })).rejects.toMatchObject({ code: "invalid_argument" });
  });

  it("shows a tenant its own decisions, and no policy that it may not know", async () => {
    const policies = new PolicyStore({ database: prepared.app, role: prepared.appRole });
    const policy = { name: "p", scope: "global", effect: "deny", rule_expr: {} } as const;
    await policies.create(platform, { ...policy, id: "secret" });
    await policies.create(platform, { ...policy, id: "open", visibility: "public" });
    const log = start();
    const { decision, ...rest } = record("deny", { tenant: { id: "eve" }, run: { id: "eve's" } });
    const reasons = ["secret", "open"].map((policy_id) => ({ policy_id }));
    log.append({ ...rest, decision: { ...decision, reasons, shadow: [{ policy_id: "secret" }] } });
    await log.close();
    const eve = { tenant: "eve", by: "eve" };
    const { decisions } = await reader().list(eve);
    expect(decisions).toMatchObject([{ policies: ["open"], shadow: [] }]);
    for (const key of ["writer", "seq", "prev"]) expect(decisions[0]).not.toHaveProperty(key);
    expect((await reader().list(platform, { tenant: "eve" })).decisions).toMatchObject([
      { policies: ["secret", "open"] },
    ]);
    const seen = async (filter: object) => (await reader().list(eve, filter)).decisions.length;
    expect([await seen({ policy: "open" }), await seen({ policy: "secret" })]).toEqual([1, 0]);
    expect([await seen({ tenant: "acme" }), await seen({ run: "run-7" })]).toEqual([0, 0]);
    expect((await reader().list({ tenant: "nobody", by: "x" })).decisions).toEqual([]);
  });

  it("takes what comes again once, and nothing that doesn't follow", async () => {
    const sealed: Parameters<ReturnType<typeof store>["write"]>[0][] = [];
    const log = new DecisionLog({
      sink: {
        async write(batch) {
          sealed.push(batch);
          await store().write(batch);
          await store().write(batch);
        },
      },
    });
    log.append(record("deny"));
    await log.flush();
    log.append(record("deny"));
    await log.close();
    expect(await verified()).toMatchObject({ findings: [] });
    const forged = JSON.stringify({ ...JSON.parse(sealed[1]?.[0]?.text as string), seq: 3 });
    await expect(store().write([{ text: forged, hash: "sha256:0" }])).rejects.toMatchObject({
      code: "database_failed",
    });
    const skipped = JSON.stringify({ writer: "new", seq: 4, prev: null, time: 0, kind: "decision" });
    await expect(store().write([{ text: skipped, hash: "sha256:0" }])).rejects.toMatchObject({
      code: "database_failed",
    });
  });

  it("refuses changes, and shows those that were made all the same", async () => {
    for (const statement of [
      "UPDATE portcullis.decision_log SET hash = ''",
      "DELETE FROM portcullis.decision_log",
      "TRUNCATE portcullis.decision_log",
    ]) {
      await expect(prepared.hand(statement)).rejects.toThrow(/is refused/);
    }
    const log = start();
    for (let i = 0; i < 5; i++) log.append(record("deny"));
    await log.close();
    const above = async (statement: string) => {
      await prepared.hand("ALTER TABLE portcullis.decision_log DISABLE TRIGGER ALL");
      await prepared.hand(statement, [log.writer]);
      await prepared.hand("ALTER TABLE portcullis.decision_log ENABLE TRIGGER ALL");
    };
    await above(`UPDATE portcullis.decision_log SET entry = replace(entry::text, '"deny"', '"allow"')::json
                 WHERE writer = $1 AND seq = 2`);
    expect((await verified()).findings).toMatchObject([{ code: "changed", writer: log.writer, seq: 2 }]);
    await above("DELETE FROM portcullis.decision_log WHERE writer = $1 AND seq IN (2, 5)");
    expect((await verified()).findings).toMatchObject([
      { code: "missing", writer: log.writer, seq: 3 },
      { code: "truncated", writer: log.writer, seq: 5 },
    ]);
    await above("DELETE FROM portcullis.decision_log_heads WHERE writer = $1");
    expect((await verified()).findings).toMatchObject([{ code: "missing" }, { code: "unknown_writer" }]);
    await above("DELETE FROM portcullis.decision_log WHERE writer = $1");
    expect((await verified()).findings).toEqual([]);
  });

  it("forgets what is old, and still holds", async () => {
    const owner = databaseLog({ database: prepared.above });
    const log = start({ flushMs: 0 });
    log.append(record("deny", { run: { id: "early" } }));
    await log.flush();
    await new Promise((done) => setTimeout(done, 5));
    const now = Date.now();
    log.append(record("deny", { run: { id: "late" } }));
    await log.flush();
    expect(await owner.prune(now)).toBeGreaterThan(1_000);
    expect((await reader().list(platform)).decisions).toMatchObject([{ run: "late" }]);
    expect(await verified()).toMatchObject({ findings: [], entries: 1 });
    log.append(record("deny"));
    await log.close();
    expect(await verified()).toMatchObject({ findings: [], entries: 2 });
    expect(await owner.prune(now)).toBe(0);
    expect(await owner.prune(Date.now() + 1_000)).toBe(2);
    expect(await verified()).toMatchObject({ findings: [], entries: 0 });
    await expect(store().write([{ text: "{}", hash: "" }])).rejects.toMatchObject({ code: "entries_refused" });
  });

  it.each([0, 1, 2])("misses nothing that retention removes while it is checked, after %i parts", async (parts) => {
    const log = start({ flushMs: 0 });
    for (let i = 0; i < 1_500; i++) log.append(record("deny"));
    await log.close();
    const other = start({ name: "zz" });
    for (let i = 0; i < 5; i++) other.append(record("deny"));
    await other.close();
    const verifier = new Verifier();
    let seen = 0;
    for await (const part of store().chains()) {
      if ("anchors" in part) verifier.anchor(part.anchors, true);
      else for (const line of part.lines) verifier.line(line, "database");
      if (seen++ === parts) await databaseLog({ database: prepared.above }).prune(Date.now() + 1_000);
    }
    const { findings, entries } = verifier.end();
    expect(findings).toEqual([]);
    // A part has at most 1,000 lines.
    expect(entries).toBe([0, 1_000, 1_501][parts]);
    expect(await verified()).toMatchObject({ findings: [], entries: 0 });
  });
});
