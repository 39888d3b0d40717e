// Faults of a real server behind the API: killed, cut off, held up, read-only. What was acknowledged stays, what is not known is
// denied, and all of it mends itself.

import { createNodeHandler, keyAuthenticator, singleToken } from "portcullis/http";
import { postgres } from "portcullis/postgres";
import { ApiKeyStore, DecisionLog, databaseLog, decisionSink, loggedDecisions, PolicyStore } from "portcullis/service";
import { beforeAll, expect, it, vi } from "vitest";
import { afterwards } from "../postgres/cleanup.js";
import { Cluster } from "../postgres/cluster.js";
import { Line } from "../postgres/line.js";
import { open, platform, type Stored, stored, until } from "../service/support.js";
import { Client, type Reply, type Sent } from "./client.js";
import { draft, request, served } from "./support.js";

// Machines that test may have much else to do.
vi.setConfig({ testTimeout: 180_000 });

const ADMIN = { token: "admin" };
const POLICIES = "/v1/policies";
const LOST = ["database_unavailable", "outcome_unknown"];

let cluster: Cluster;
let db: Stored;
let line: Line;
let log: DecisionLog;
let api: Client;
let keyed: string;

beforeAll(async () => {
  cluster = await Cluster.start();
  db = await stored(cluster.address);
  line = await Line.to(db.database.app);
  afterwards(() => line.close());
  const [app, logs] = [await postgres(line.address), await postgres(db.database.log)];
  afterwards(() => Promise.all([app.close?.(), logs.close?.()]));
  log = new DecisionLog({
    sink: databaseLog({ database: logs, timeoutMs: 1_000 }),
    flushMs: 0,
    maxEntries: 1_000_000,
    maxBytes: 2 ** 30,
  });
  afterwards(() => log.close());
  await db.store.create(platform, open);
  const service = await db.serve({
    pollMs: 100,
    maxStalenessMs: 5_000,
    timeoutMs: 3_000,
    onDecision: decisionSink(log),
  });
  const keys = new ApiKeyStore({ database: app });
  keyed = (await keys.create(platform, { name: "k", roles: ["reader"] })).key;
  const admin = { subject: "ops", tenant: null, roles: new Set(["admin"] as const) };
  const base = await served(
    createNodeHandler({
      service,
      store: new PolicyStore({ database: app, timeoutMs: 3_000 }),
      decisions: loggedDecisions({ database: app, timeoutMs: 3_000 }),
      log,
      // Remembered for no time, as one that is seen for the first time.
      authenticate: [singleToken(ADMIN.token, admin), keyAuthenticator(keys, 0)],
    }),
  );
  api = await Client.of(base);
}, 120_000);

const call = (method: string, path: string, sent: Sent = {}) => api.call(method, path, { ...ADMIN, ...sent });
const decide = async (): Promise<string> =>
  (await call("POST", "/v1/decisions", { body: { request: { ...request, tool: { id: "search" } } } })).body.code;
const said = ({ status, body }: Reply) => [status, body.code];
/** One that decides nothing. */
const policy = (id: string) => ({ ...draft, id, name: id, enabled: false });
const restored = () =>
  until(async () => {
    const [ready, written] = [await call("GET", "/v1/readiness"), await call("GET", POLICIES)];
    return ready.body.status === "ok" && written.status === 200;
  });

it("a server that is killed under writes loses nothing that was acknowledged, and says what it does not know", async () => {
  const acknowledged = new Map<string, number>();
  const refusals: Reply[] = [];
  let writing = true;
  const writer = async (name: string) => {
    for (let i = 0; writing; i++) {
      const id = `${name}-${i}`;
      const created = await call("POST", POLICIES, { body: policy(id) });
      if (created.status === 201) acknowledged.set(id, 1);
      const changed = await call("PUT", `${POLICIES}/${id}`, { revision: 1, body: { ...policy(id), name: "changed" } });
      if (changed.status === 200) acknowledged.set(id, 2);
      refusals.push(...[created, changed].filter(({ status }) => status >= 500));
      if (refusals.length > 0) await until(() => !writing);
    }
  };
  const writers = ["a", "b", "c", "d"].map(writer);
  await until(() => acknowledged.size > 30);
  await cluster.kill();
  await until(() => refusals.length > 0);
  writing = false;
  await Promise.all(writers);
  for (const refusal of refusals) {
    expect([refusal.status, LOST.includes(refusal.body.code)], refusal.text).toEqual([503, true]);
    const again = refusal.body.code === "outcome_unknown" ? undefined : "1";
    expect(refusal.headers["retry-after"]).toBe(again);
  }
  expect(said(await call("POST", POLICIES, { body: policy("later") }))).toEqual([503, "database_unavailable"]);
  await cluster.up();
  await restored();
  for (const [id, revision] of acknowledged) {
    const { status, body } = await call("GET", `${POLICIES}/${id}`);
    expect([status, body.revision >= revision], id).toEqual([200, true]);
  }
  expect((await call("POST", POLICIES, { body: policy("later") })).status).toBe(201);
});

it("a write whose answer is lost is said to be unknown, and reading tells", async () => {
  line.loseAnswerTo("COMMIT");
  const lost = await call("POST", POLICIES, { body: policy("lost") });
  expect(said(lost)).toEqual([503, "outcome_unknown"]);
  expect(lost.headers["retry-after"]).toBeUndefined();
  expect((await call("GET", `${POLICIES}/lost`)).body.revision).toBe(1);
  // One that is cut off before has stored nothing.
  line.loseAnswerTo("INSERT");
  expect(said(await call("POST", POLICIES, { body: policy("cut") }))).toEqual([503, "database_unavailable"]);
  expect(said(await call("GET", `${POLICIES}/cut`))).toEqual([404, "policy_not_found"]);
});

it("decisions go on from memory up to the bound, then deny; readiness follows, and the log loses nothing", async () => {
  expect(await decide()).toBe("allowed");
  const before = log.stats().written + log.stats().queued;
  let taken = 0;
  let known = 0;
  await cluster.kill();
  await until(async () => {
    const code = await decide();
    taken++;
    // Looked at afterwards: what is fresh now was so then.
    const { body } = await call("GET", "/v1/status");
    if (body.failure !== null && body.age_ms < body.max_staleness_ms) {
      expect([code, body.status]).toEqual(["allowed", "degraded"]);
      known++;
    }
    return code === "policies_unavailable";
  });
  expect(known).toBeGreaterThan(0);
  const denied = await call("POST", "/v1/decisions", { body: { request } });
  taken++;
  expect([denied.status, denied.body.effect]).toEqual([200, "deny"]);
  expect(said(await call("GET", "/v1/readiness"))).toEqual([503, "policies_unavailable"]);
  expect(said(await call("POST", "/v1/explanations", { body: { request } }))).toEqual([503, "policies_unavailable"]);
  expect((await call("GET", "/v1/health")).status).toBe(200);
  expect((await call("POST", "/v1/validations", { body: draft })).body.valid).toBe(true);
  expect((await call("GET", "/v1/status")).body).toMatchObject({
    status: "unavailable",
    failure: { code: "database_unavailable" },
    log: { dropped: { allow: 0, deny: 0 } },
  });
  // Who calls can't be looked up, which is no fault of the key.
  expect(said(await api.call("GET", "/v1/catalogue", { token: keyed }))).toEqual([503, "database_unavailable"]);
  expect(said(await call("GET", "/v1/decisions"))).toEqual([503, "database_unavailable"]);
  await cluster.up();
  await restored();
  expect(await decide()).toBe("allowed");
  expect(said(await api.call("GET", "/v1/catalogue", { token: keyed }))).toEqual([404, "catalogue_not_found"]);
  await log.flush();
  expect(log.stats()).toMatchObject({ written: before + taken + 1, failure: null });
  const { body } = await call("GET", "/v1/decisions?code=policies_unavailable");
  expect(body.decisions.length).toBeGreaterThan(1);
});

it("a server that is held up is given up on in time, and found again", async () => {
  cluster.freeze();
  try {
    expect(said(await call("GET", POLICIES))).toEqual([503, "database_unavailable"]);
    const slow = await call("POST", POLICIES, { body: policy("slow") });
    expect(said(slow)).toEqual([503, "database_unavailable"]);
    expect(slow.body.detail).toContain("3000 ms");
    await until(async () => (await decide()) === "policies_unavailable");
  } finally {
    cluster.thaw();
  }
  await restored();
  expect(await decide()).toBe("allowed");
  expect(said(await call("GET", `${POLICIES}/slow`))).toEqual([404, "policy_not_found"]);
});

it("a server that takes no writes refuses them by name, and is read and decided by", async () => {
  await cluster.kill();
  await cluster.up({ default_transaction_read_only: "on" });
  await restored();
  for (const [method, path, sent] of [
    ["POST", POLICIES, { body: policy("new") }],
    ["PUT", `${POLICIES}/lost`, { revision: 1, body: policy("lost") }],
    ["POST", `${POLICIES}/lost/enable`, { revision: 1 }],
    ["DELETE", `${POLICIES}/lost`, { revision: 1 }],
  ] as const) {
    const refused = await call(method, path, sent);
    expect([...said(refused), refused.headers["retry-after"]], path).toEqual([503, "database_read_only", "1"]);
  }
  expect((await call("GET", `${POLICIES}/lost`)).body.revision).toBe(1);
  expect(await decide()).toBe("allowed");
  await cluster.kill();
  await cluster.up();
  await restored();
  expect((await call("POST", `${POLICIES}/lost/enable`, { revision: 1 })).status).toBe(200);
});
