// Faults of a real server: killed, started again, held up, read-only. What was acknowledged stays, what is not known is denied.
import type { PolicyEngineService } from "portcullis/service";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { Cluster } from "../postgres/cluster.js";
import { open, platform, policy, request, type Stored, stored, until } from "./support.js";

let cluster: Cluster;
let db: Stored;

beforeAll(async () => {
  cluster = await Cluster.start();
  db = await stored(cluster.address);
  await db.store.create(platform, open);
}, 120_000);

// Machines that test may have much else to do.
vi.setConfig({ testTimeout: 120_000 });

/** Looks often, and gives up soon. */
const IMPATIENT = { pollMs: 100, maxStalenessMs: 2_000, timeoutMs: 5_000 };
const code = (service: PolicyEngineService, tool = "search") => service.decide(request({ tool: { id: tool } })).code;
/** Writes as soon as the database takes it, or has taken it and could not say so. */
const eventually = (write: () => Promise<unknown>) =>
  until(() =>
    write().then(
      () => true,
      ({ code }) => ["policy_exists", "revision_conflict"].includes(code),
    ),
  );

describe("a server that is killed", () => {
  it("leaves what is known in force up to the bound, then nothing, until it is back", async () => {
    const bound = 8_000;
    const service = await db.serve({ ...IMPATIENT, maxStalenessMs: bound });
    await until(() => service.health().watching);
    await cluster.kill();
    await until(() => service.health().failure !== null);
    // The server is gone, and the bound is not reached: what is known decides, until it is.
    expect(code(service)).toBe("allowed");
    const age = service.health().age_ms ?? Number.NaN;
    let allowedAt = 0;
    await until(() => {
      const decided = code(service);
      if (decided === "allowed") allowedAt = service.health().age_ms ?? 0;
      return decided === "policies_unavailable";
    });
    expect(allowedAt).toBeGreaterThan(age);
    expect(service.health().age_ms).toBeGreaterThanOrEqual(bound);
    expect(service.health().failure).toMatchObject({ code: "database_unavailable", remedy: expect.any(String) });
    await until(() => !service.health().watching);
    expect(service.health().status).toBe("unavailable");
    const decision = service.decide(request());
    expect(decision).toEqual({
      effect: "deny",
      code: "policies_unavailable",
      mode: "draft",
      reasons: [expect.objectContaining({ policy_id: null, effect: "deny", remedy: expect.any(String) })],
      limits: [],
      approvals: [],
      shadow: [],
      policy_set: expect.stringMatching(/^sha256:/),
    });
    expect(() => service.explain(request())).toThrow(expect.objectContaining({ code: "policies_unavailable" }));
    await expect(service.ensureFresh(100)).rejects.toMatchObject({ code: "policies_unavailable", retryable: true });
    await cluster.up();
    await until(() => code(service) === "allowed");
    await until(() => service.health().status === "ok");
    await eventually(() =>
      db.store.create(platform, policy("later", { scope: "tool", rule_expr: { target: ["later"] } })),
    );
    await until(() => code(service, "later") === "denied_by_policy");
  });

  it("loses nothing that was acknowledged", async () => {
    const acknowledged = new Map<string, number>();
    const failures = new Set<string>();
    let writing = true;
    const writer = async (name: string) => {
      for (let i = 0; writing; i++) {
        const id = `${name}-${i}`;
        try {
          const { policy: saved } = await db.store.create(platform, policy(id));
          acknowledged.set(id, saved.revision);
          await db.store.setEnabled(platform, id, false, saved);
          acknowledged.set(id, 2);
        } catch (error) {
          failures.add((error as { code: string }).code);
          if (failures.size > 0) await until(() => !writing);
        }
      }
    };
    const writers = ["a", "b", "c", "d"].map(writer);
    await until(() => acknowledged.size > 40);
    await cluster.kill();
    await until(() => failures.size > 0);
    writing = false;
    await Promise.all(writers);
    await cluster.up();
    for (const each of failures) expect(["database_unavailable", "outcome_unknown"]).toContain(each);
    for (const [id, revision] of acknowledged) {
      const saved = await db.store.read(platform, id);
      expect(saved.revision).toBeGreaterThanOrEqual(revision);
      expect((await db.store.revisions(platform, id)).map((each) => each.revision)).toEqual(
        Array.from({ length: saved.revision }, (_, i) => saved.revision - i),
      );
    }
    await db.hand("DELETE FROM portcullis.policies WHERE id ~ '^[abcd]-'");
  });

  it("keeps a service from starting, unless it is told to start and deny", async () => {
    await cluster.kill();
    await expect(db.serve(IMPATIENT)).rejects.toMatchObject({ code: "database_unavailable", retryable: true });
    const service = await db.serve({ ...IMPATIENT, withoutPolicies: "deny" });
    expect(code(service)).toBe("policies_unavailable");
    expect(service.health()).toMatchObject({ status: "unavailable", policy_set: null, age_ms: null });
    await cluster.up();
    await until(() => code(service) === "allowed");
    expect(service.health().failure).toBeNull();
  });
});

it("a server that is held up is as good as none, and is found again", async () => {
  const service = await db.serve(IMPATIENT);
  cluster.freeze();
  try {
    await until(() => code(service) === "policies_unavailable");
    await until(() => service.health().failure?.code === "database_unavailable");
  } finally {
    cluster.thaw();
  }
  await until(() => code(service) === "allowed");
  await until(() => service.health().status === "ok");
});

it("a server that takes no writes refuses them by name, and is read on", async () => {
  const { policy: saved } = await db.store.create(platform, policy("kept", { enabled: false }));
  await cluster.kill();
  await cluster.up({ default_transaction_read_only: "on" });
  const service = await db.serve(IMPATIENT);
  await until(async () => (await db.store.read(platform, "kept").catch(() => undefined)) !== undefined);
  await expect(db.store.setEnabled(platform, "kept", true, saved)).rejects.toMatchObject({
    code: "database_read_only",
    retryable: true,
  });
  await until(() => code(service) === "allowed");
  await cluster.kill();
  await cluster.up();
  await eventually(() => db.store.setEnabled(platform, "kept", true, saved));
  await until(() => code(service) === "denied_by_policy");
  await db.store.delete(platform, "kept", { revision: 2 });
});

it("a database that was set back is read anew", async () => {
  const service = await db.serve({ ...IMPATIENT, listenAt: false });
  await db.store.create(platform, policy("ahead", { scope: "tool", rule_expr: { target: ["back"] } }));
  await until(() => code(service, "back") === "denied_by_policy");
  // As after a restore: the rows and the clock of earlier, and no trigger.
  await db.hand(
    "SET session_replication_role = replica",
    "DELETE FROM portcullis.policies WHERE id = 'ahead'",
    "UPDATE portcullis.policy_clock SET change = 1",
  );
  await until(() => code(service, "back") === "allowed");
});
