// The platform on its database: policies that change while it runs, that are broken by hand, that can't be read; and the log.
import { postgres } from "portcullis/postgres";
import { databaseLog, Verifier } from "portcullis/service";
import { describe, expect, it, vi } from "vitest";
import { afterwards } from "../postgres/cleanup.js";
import { Line } from "../postgres/line.js";
import { until } from "../service/support.js";
import { deployed, PATIENCE, type Platform, startPlatform } from "./host.js";

vi.setConfig({ testTimeout: PATIENCE });

const OPS = { tenant: null, by: "olga" };

/** Reads something from memory, which any may who work for a tenant. */
async function recall({ send, run }: Platform, who = "ann") {
  return send(who, "POST", `${await run(who)}/tools/memory.read`, { key: "a" });
}

async function refund({ send, run }: Platform, amount_cents: number, who = "ann") {
  return send(who, "POST", `${await run(who)}/refunds`, { order: 1, amount_cents });
}

describe("a policy in the database", async () => {
  const platform = await startPlatform();
  const { store, service, send, hand, run } = platform;

  it("is in force for the next calls once it is changed, and no more once it is deleted", async () => {
    expect((await recall(platform)).status).toBe(200);
    const { policy } = await store.create(OPS, {
      name: "memory is closed",
      scope: "tool",
      effect: "deny",
      rule_expr: { target: ["memory.*"], message: "Nobody remembers just now." },
    });
    await until(async () => (await recall(platform)).status === 403);
    expect((await recall(platform)).body.detail).toContain("Nobody remembers just now.");
    const { policy: shadow } = await store.setEnforcement(OPS, policy.id, "shadow", policy);
    await until(async () => (await recall(platform)).status === 200);
    expect(platform.reports.at(-1)?.decision?.shadow).toEqual([{ policy_id: policy.id, effect: "deny" }]);
    await store.delete(OPS, policy.id, shadow);
    await until(async () => (await recall(platform)) && platform.reports.at(-1)?.decision?.shadow.length === 0);
  });

  it("of one tenant leaves the others as they were", async () => {
    const bob = { tenant: "globex", by: "bob" };
    const { policy } = await store.create(bob, {
      name: "globex remembers nothing",
      scope: "tool",
      effect: "deny",
      rule_expr: { target: ["memory.read"] },
    });
    await until(async () => (await recall(platform, "bob")).status === 403);
    expect((await recall(platform, "ann")).status).toBe(200);
    await store.delete(bob, policy.id, policy);
    await until(async () => (await recall(platform, "bob")).status === 200);
  });

  it("is saved with the platform's own data, or not at all", async () => {
    const set = (max_cents: number, who = "pat") => send(who, "PUT", "/refund-rule", { max_cents });
    expect((await set(1_000, "ann")).status).toBe(403);
    const saved = await set(1_000);
    expect(saved).toMatchObject({ status: 200, body: { tenant_id: "acme", max_cents: 1_000 } });
    await until(async () => (await refund(platform, 1_001)).status === 403);
    expect((await refund(platform, 1_000)).status).toBe(200);

    // The platform's own table refuses this, after the policy was written.
    const acme = { tenant: "acme", by: "pat" };
    const { policy_id } = saved.body;
    const before = await store.read(acme, policy_id);
    expect((await set(2_000_000)).status).toBe(422);
    expect(await store.read(acme, policy_id)).toEqual(before);
    expect((await set(2_000)).status).toBe(200);
    expect(await store.read(acme, policy_id)).toMatchObject({ revision: before.revision + 1, updated_by: "pat" });
    await until(async () => (await refund(platform, 1_500)).status === 200);
    expect((await refund(platform, 2_001)).status).toBe(403);
  });

  it("that somebody breaks by hand harms itself alone", async () => {
    await hand(
      `UPDATE portcullis.policies SET rule_expr = '{"no": "sense"}' WHERE id = 'large-refunds'`,
      `INSERT INTO portcullis.policies (id, name, scope, effect, rule_expr)
       VALUES ('by-hand', 'by hand', 'tool', 'allow', '{"target": ["memory.write"], "when": {}}')`,
    );
    await until(() => service.health().contained.length === 2);
    expect(await send("ann", "GET", "/health")).toMatchObject({ body: { status: "degraded" } });
    const contained = service.health().contained.toSorted((a, b) => (a.policy_id < b.policy_id ? -1 : 1));
    expect(contained).toMatchObject([
      { policy_id: "by-hand", instead: "denies_covered", in_force: null },
      { policy_id: "large-refunds", instead: "earlier_revision", in_force: 1 },
    ]);
    // What it was is in force.
    expect((await refund(platform, 50_001)).body.detail).toContain("This refund is too large.");
    expect(await send("ann", "POST", `${await run("ann")}/tools/memory.write`, { key: "a", value: "b" })).toMatchObject(
      {
        status: 403,
        body: { code: "denied_by_policy" },
      },
    );
    expect((await recall(platform)).status).toBe(200);
    await hand("DELETE FROM portcullis.policies WHERE id = 'by-hand'");
    await store.restore(OPS, "large-refunds", 1, await store.read(OPS, "large-refunds"));
    await until(() => service.health().status === "ok");
    expect((await send("ann", "POST", `${await run("ann")}/tools/memory.write`, { key: "a", value: "b" })).status).toBe(
      200,
    );
  });
});

describe("a database of policies that is gone", async () => {
  const database = await deployed();
  const line = await Line.to(database.loader);
  afterwards(() => line.close());
  const { app: data, log } = database;
  const platform = await startPlatform({
    ...{ app: data, log, loader: line.address },
    // Not sooner than a busy machine looks.
    service: { pollMs: 200, maxStalenessMs: 5_000 },
  });

  it("leaves what is known in force up to the bound; then every call is refused, until it is back", async () => {
    expect((await recall(platform)).status).toBe(200);
    line.cut({ refuse: true });
    await until(() => platform.service.health().failure !== null);
    await until(async () => (await recall(platform)).status !== 200);
    const refused = await recall(platform);
    expect(refused).toMatchObject({ status: 503, body: { code: "policies_unavailable", retryable: true } });
    platform.script("say", { text: "said" });
    const step = await platform.send("ann", "POST", `${await platform.run("ann")}/agents/clerk/steps`, {
      task: "say",
    });
    expect(step).toMatchObject({ status: 503, body: { code: "policies_unavailable" } });
    line.mend();
    await until(async () => (await recall(platform)).status === 200);
    await until(() => platform.service.health().status === "ok");
  });
});

describe("the decision log", async () => {
  const platform = await startPlatform();
  const { send, run, reports, log, database } = platform;

  it("has each enforced call, with how long it waited for its decision", async () => {
    const path = await run("ann");
    platform.script("look", { calls: [{ tool: "memory.read", input: { key: "a" } }] }, { text: "seen" });
    expect((await send("ann", "POST", `${path}/agents/clerk/steps`, { task: "look" })).status).toBe(200);
    expect((await send("ann", "POST", `${path}/refunds`, { order: 1, amount_cents: 50_001 })).status).toBe(403);
    const deletion = { question: "delete all orders" };
    expect((await send("ann", "POST", `${path}/tools/natural_language_db_write`, deletion)).status).toBe(403);
    expect((await send("ann", "POST", `${path}/tools/memory.write`, { key: "a", value: "b" })).status).toBe(200);
    await log.flush();
    const { body } = await send("ann", "GET", `/decisions?run=${path.slice("/runs/".length)}`);
    const told = (entry: Record<string, unknown>) => [entry["action"], entry["code"], entry["user"], entry["enforced"]];
    // Those of one millisecond may be in any order.
    expect(body.decisions.map(told).sort()).toEqual(
      [
        ["agent_step", "allowed", "ann", true],
        ["llm_call", "allowed", "ann", true],
        ["llm_call", "allowed", "ann", true],
        ["tool_call", "allowed", "ann", true],
        ["tool_call", "denied_by_policy", "ann", true],
        ["tool_call", "approval_required", "ann", true],
        ["tool_call", "allowed", "ann", true],
      ].sort(),
    );
    for (const { latency_us } of body.decisions) {
      expect(Number.isSafeInteger(latency_us) && latency_us > 0 && latency_us < 60_000_000).toBe(true);
    }
    const denied = body.decisions.find(({ code }: { code: string }) => code === "denied_by_policy");
    // Which policy it was is the platform's own.
    expect(denied).toMatchObject({ tool: "refund", policies: [], request: null });
  });

  it("shows a tenant none but its own", async () => {
    expect((await refund(platform, 5, "bob")).status).toBe(403);
    await log.flush();
    const { body } = await send("bob", "GET", "/decisions");
    expect(body.decisions).toMatchObject([
      { tenant: "globex", code: "denied_by_policy", policies: [expect.any(String)] },
    ]);
    expect((await send("bob", "GET", "/decisions?tenant=acme")).body.decisions).toEqual([]);
  });

  it("is written to its end when the platform shuts down, and holds", async () => {
    expect((await recall(platform)).status).toBe(200);
    await platform.close();
    const reading = await postgres(database.log);
    afterwards(() => reading.close?.());
    const verifier = new Verifier();
    for await (const part of databaseLog({ database: reading }).chains()) {
      if ("anchors" in part) verifier.anchor(part.anchors, true);
      else for (const line of part.lines) verifier.line(line, "database");
    }
    const { findings, entries, anchors } = verifier.end();
    // A genesis, and an entry for each call.
    expect({ findings, entries, writers: anchors.length }).toEqual({
      findings: [],
      entries: reports.length + 1,
      writers: 1,
    });
  });
});
