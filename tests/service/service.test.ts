// The service on PostgreSQL: how changes reach it, what it contains, and what it says of itself.
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { type Decision, type Policy, PolicyEngine, type Request } from "portcullis";
import { postgres } from "portcullis/postgres";
import { databaseSource, type Health, PolicyEngineService, type PolicySource } from "portcullis/service";
import { DataSource } from "typeorm";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { Line } from "../postgres/line.js";
import { acme, anonymous, codes, open, platform, policy, request, type Stored, stored, until } from "./support.js";

// Machines that test may have much else to do.
vi.setConfig({ testTimeout: 120_000 });

/** So long that no poll comes in a test. */
const NEVER = { pollMs: 3_600_000, maxStalenessMs: 7_200_000 };

describe("changes", () => {
  let db: Stored;

  beforeAll(async () => {
    db = await stored();
    await db.store.create(platform, open);
  });

  const block = (id: string, tool: string) => policy(id, { scope: "tool", rule_expr: { target: [tool] } });

  it("reach every instance by notification", async () => {
    const [first, second] = await Promise.all([db.serve(NEVER), db.serve(NEVER)]);
    await until(() => [first, second].every((service) => service.health().watching));
    const decide = (service: PolicyEngineService) => service.decide(request({ tool: { id: "notified" } })).effect;
    expect([first, second].map(decide)).toEqual(["allow", "allow"]);
    const { policy: saved } = await db.store.create(platform, block("notified", "notified"));
    await until(() => [first, second].every((service) => decide(service) === "deny"));
    const off = await db.store.setEnabled(platform, "notified", false, saved);
    await until(() => [first, second].every((service) => decide(service) === "allow"));
    const on = await db.store.setEnabled(platform, "notified", true, off.policy);
    await until(() => [first, second].every((service) => decide(service) === "deny"));
    await db.store.delete(platform, "notified", on.policy);
    await until(() => [first, second].every((service) => decide(service) === "allow"));
    expect(first.health()).toMatchObject({ status: "ok", watching: true, contained: [], failure: null });
    // What changed one by one is what a fresh load gives.
    expect(first.health().policy_set).toBe((await db.serve(NEVER)).health().policy_set);
  });

  it("reach a service on a DataSource of TypeORM by notification", async () => {
    const database = await new DataSource({ type: "postgres", url: db.database.loader }).initialize();
    const source = databaseSource({ database });
    const service = await PolicyEngineService.start({ source, ...NEVER });
    await until(() => service.health().watching);
    await db.store.create(platform, block("typeorm", "typeorm"));
    await until(() => service.decide(request({ tool: { id: "typeorm" } })).effect === "deny");
    await service.close();
    await database.destroy();
  });

  it("reach it together, where they were made together", async () => {
    const service = await db.serve(NEVER);
    await until(() => service.health().watching);
    const decide = () => ["pair1", "pair2"].map((id) => service.decide(request({ tool: { id } })).effect).join();
    const seen = new Set([decide()]);
    await db.hand(
      `WITH new(id) AS (VALUES ('pair1'), ('pair2')) INSERT INTO portcullis.policies (id, name, scope, rule_expr, effect)
       SELECT id, id, 'tool', json_build_object('target', ARRAY[id]), 'deny' FROM new`,
    );
    await until(() => {
      seen.add(decide());
      return seen.has("deny,deny");
    });
    expect(seen).toEqual(new Set(["allow,allow", "deny,deny"]));
  });

  it("are found by the poll where nothing is announced", async () => {
    const service = await db.serve({ listenAt: false, pollMs: 100 });
    expect(service.health()).toMatchObject({ status: "ok", watching: false });
    await db.store.create(platform, block("polled", "polled"));
    await until(() => service.decide(request({ tool: { id: "polled" } })).effect === "deny");
  });

  it("are found by the poll while the listening connection is dead, and by notification once it is mended", async () => {
    const line = await Line.to(db.database.loader);
    try {
      const service = await db.serve({ listenAt: line.address, pollMs: 150 });
      const decide = (id: string) => service.decide(request({ tool: { id } })).effect;
      await until(() => service.health().watching);
      line.deaden();
      await db.store.create(platform, block("dead", "dead"));
      await until(() => decide("dead") === "deny");
      line.cut({ refuse: true });
      await until(() => !service.health().watching);
      expect(service.health().status).toBe("degraded");
      await db.store.create(platform, block("cut", "cut"));
      await until(() => decide("cut") === "deny");
      line.mend();
      await until(() => service.health().watching);
    } finally {
      await line.close();
    }
  });

  it("made while nobody listened are seen when listening begins again", async () => {
    const line = await Line.to(db.database.loader);
    try {
      const service = await db.serve({ ...NEVER, listenAt: line.address });
      await until(() => service.health().watching);
      line.cut({ refuse: true });
      await until(() => !service.health().watching);
      await db.store.create(platform, block("missed", "missed"));
      expect(service.decide(request({ tool: { id: "missed" } })).effect).toBe("allow");
      line.mend();
      await until(() => service.decide(request({ tool: { id: "missed" } })).effect === "deny");
    } finally {
      await line.close();
    }
  });

  it("are all found, whichever transaction that made one ends first", async () => {
    const service = await db.serve({ ...NEVER, listenAt: false });
    const insert = (id: string) => `INSERT INTO portcullis.policies (id, name, scope, effect, rule_expr)
      VALUES ('${id}', '${id}', 'tool', 'deny', '{"target": ["${id}"]}')`;
    const slow = new pg.Client(db.database.superuser);
    await slow.connect();
    try {
      await slow.query("BEGIN");
      await slow.query(insert("begun-first"));
      const fast = db.hand(insert("begun-second"));
      await Promise.race([fast, pause(300)]);
      await service.refresh();
      await slow.query("COMMIT");
      await fast;
    } finally {
      await slow.end();
    }
    await service.refresh();
    const decide = (id: string) => service.decide(request({ tool: { id } })).effect;
    expect(["begun-first", "begun-second"].map(decide)).toEqual(["deny", "deny"]);
  });

  it("made in opposite orders at once don't block one another for good", async () => {
    const ids = ["order1", "order2"];
    for (const id of ids) await db.store.create(platform, block(id, id));
    const update = (id: string) => `UPDATE portcullis.policies SET name = name || '!' WHERE id = '${id}'`;
    const clients = [new pg.Client(db.database.superuser), new pg.Client(db.database.superuser)];
    await Promise.all(clients.map((client) => client.connect()));
    try {
      const change = async (client: pg.Client, order: string[]) => {
        await client.query("BEGIN");
        for (const id of order) {
          await client.query(update(id));
          await pause(100);
        }
        await client.query("COMMIT");
      };
      await Promise.all(clients.map((client, i) => change(client, i === 0 ? ids : [...ids].reverse())));
    } finally {
      await Promise.all(clients.map((client) => client.end()));
    }
    const names = await Promise.all(ids.map(async (id) => (await db.store.read(platform, id)).name));
    expect(names).toEqual(["order1!!", "order2!!"]);
  });

  it("are seen after `ensureFresh`, where nothing else looks", async () => {
    const service = await db.serve({ ...NEVER, listenAt: false });
    const decide = () => service.decide(request({ tool: { id: "asked" } })).effect;
    await db.store.create(platform, block("asked", "asked"));
    await service.ensureFresh(3_600_000);
    expect(decide()).toBe("allow");
    await service.ensureFresh(0);
    expect(decide()).toBe("deny");
  });
});

describe("a stored policy that does not load", () => {
  let db: Stored;
  let service: PolicyEngineService;
  const breaking = (id: string, rule: string) =>
    db.hand(`UPDATE portcullis.policies SET rule_expr = '${rule}' WHERE id = '${id}'`);
  const contained = (id: string) => service.health().contained.find(({ policy_id }) => policy_id === id);
  /** The same of an instance that started after it was broken. */
  const afresh = async (id: string) => {
    const other = await db.serve(NEVER);
    expect(other.health().policy_set).toBe(service.health().policy_set);
    expect(other.health().contained.find(({ policy_id }) => policy_id === id)).toEqual(contained(id));
  };
  const decide = (more: object = {}) => service.decide(request(more)).effect;

  beforeAll(async () => {
    db = await stored();
    await db.store.create(platform, open);
    service = await db.serve(NEVER);
    await until(() => service.health().watching);
  });

  it("keeps its last good revision in force, and harms no other", async () => {
    const { policy: saved } = await db.store.create(
      platform,
      policy("mail", { scope: "tool", rule_expr: { target: ["mail"], when: { field: "input.n", gt: 1 } } }),
    );
    await breaking("mail", '{"target": ["mail"], "when": {"field": "input.n", "more": 1}}');
    await breaking("mail", "[]");
    await until(() => contained("mail")?.revision === 3);
    expect(contained("mail")).toMatchObject({
      tenant_id: null,
      instead: "earlier_revision",
      in_force: 1,
      diagnostics: [{ severity: "error", code: "wrong_json_type" }],
    });
    expect(service.health().status).toBe("degraded");
    expect([
      decide({ tool: { id: "mail" }, input: { n: 2 } }),
      decide({ tool: { id: "mail" }, input: { n: 1 } }),
    ]).toEqual(["deny", "allow"]);
    expect(decide()).toBe("allow");
    await afresh("mail");
    await db.store.restore(platform, "mail", saved.revision, { revision: 3 });
    await until(() => contained("mail") === undefined);
    expect(service.health().status).toBe("ok");
    await db.store.delete(platform, "mail", { revision: 4 });
  });

  const insert = (id: string, columns: Record<string, string>) => {
    const all = { id: `'${id}'`, name: `'${id}'`, scope: "'global'", effect: "'allow'", rule_expr: "'{}'", ...columns };
    return db.hand(`INSERT INTO portcullis.policies (${Object.keys(all)}) VALUES (${Object.values(all)})`);
  };
  const remove = async (id: string) => {
    await db.hand(`DELETE FROM portcullis.policies WHERE id = '${id}'`);
    await until(() => contained(id) === undefined);
  };

  it("denies what it covers, where it never was good", async () => {
    await insert("narrow", {
      scope: "'tool'",
      rule_expr: `'{"target": ["pay.*"], "actions": ["tool_call"], "when": {}}'`,
    });
    await until(() => contained("narrow") !== undefined);
    expect(contained("narrow")).toMatchObject({ instead: "denies_covered", in_force: null });
    expect([decide({ tool: { id: "pay.now" } }), decide()]).toEqual(["deny", "allow"]);
    await afresh("narrow");
    await remove("narrow");
    expect(decide({ tool: { id: "pay.now" } })).toBe("allow");
  });

  it("denies its owner's requests, where it can't be told what it covers", async () => {
    await insert("broad", { scope: "'tool'", rule_expr: "'7'", tenant_id: "'acme'" });
    await until(() => contained("broad") !== undefined);
    expect(contained("broad")).toMatchObject({ instead: "denies_owner", tenant_id: "acme" });
    const other = { tenant: { id: "bolt" } };
    expect([decide(), decide(other)]).toEqual(["deny", "allow"]);
    await afresh("broad");
    await insert("broadest", { scope: "'agent'", rule_expr: `'{"target": "x"}'` });
    await until(() => decide(other) === "deny");
    await afresh("broadest");
    await remove("broadest");
    await remove("broad");
    expect(decide()).toBe("allow");
  });

  it("is left out where it would not decide, and counts as never good where it did not", async () => {
    await insert("off", { rule_expr: "'7'", enabled: "false" });
    await insert("shade", { rule_expr: "'7'", enforcement: "'shadow'" });
    await until(() => contained("off") !== undefined && contained("shade") !== undefined);
    expect([contained("off"), contained("shade")]).toMatchObject([{ instead: "left_out" }, { instead: "left_out" }]);
    expect(decide()).toBe("allow");
    const { policy: saved } = await db.store.create(platform, policy("was-off", { enabled: false, effect: "allow" }));
    await db.hand(`UPDATE portcullis.policies SET enabled = true, rule_expr = '7' WHERE id = '${saved.id}'`);
    await until(() => contained("was-off") !== undefined);
    expect(contained("was-off")).toMatchObject({ instead: "denies_covered" });
    expect(decide()).toBe("deny");
    for (const id of ["off", "shade", "was-off"]) await remove(id);
    expect(decide()).toBe("allow");
  });

  it.each([
    ["keys that are there twice", '{"actions": ["run_start"], "actions": []}'],
    ["half a character", '{"message": "\\ud800"}'],
    ["a number beyond all bounds", '{"when": {"field": "input.n", "eq": 1e999}}'],
    ["a depth beyond all bounds", `{"when": ${'{"not": '.repeat(300)}{}${"}".repeat(300)}}`],
    ["a key that runs elsewhere", '{"__proto__": {"target": []}}'],
    ["a text", '"rule"'],
    ["nothing", "null"],
  ])("is contained whatever it holds: %s", async (_, rule) => {
    await db.store.create(platform, policy(`odd${rule.length}`, { scope: "tool", rule_expr: { target: ["odd"] } }));
    await breaking(`odd${rule.length}`, rule);
    await until(() => contained(`odd${rule.length}`) !== undefined);
    expect(contained(`odd${rule.length}`)).toMatchObject({ instead: "earlier_revision", in_force: 1 });
    expect([decide({ tool: { id: "odd" } }), decide()]).toEqual(["deny", "allow"]);
    await afresh(`odd${rule.length}`);
    await remove(`odd${rule.length}`);
  });

  it("is contained where only the catalogue refuses it", async () => {
    const typed = policy("typed", {
      scope: "tool",
      rule_expr: { target: ["other"], when: { field: "input.nothing", eq: 1 } },
    });
    await db.store.create(platform, typed);
    const catalogue = {
      tools: ["other", "search"].map((name) => ({
        name,
        inputSchema: { type: "object", additionalProperties: false },
      })),
    };
    const strict = await db.serve({ ...NEVER, catalogue: JSON.stringify(catalogue) });
    expect(strict.health().contained).toMatchObject([
      { policy_id: "typed", instead: "denies_covered", diagnostics: [{ code: "unknown_field" }] },
    ]);
    const effects = ["other", "search"].map((id) => strict.decide(request({ tool: { id } })).effect);
    expect(effects).toEqual(["deny", "allow"]);
    await remove("typed");
  });

  it("does not keep many others from loading", async () => {
    await db.hand(
      `INSERT INTO portcullis.policies (id, name, scope, effect, rule_expr) SELECT 'many' || i, 'many', 'tool', 'deny',
       CASE WHEN i % 50 = 0 THEN '{"target": ["many"], "when": 1}' ELSE '{"target": ["many' || i || '"]}' END::json
       FROM generate_series(1, 300) i`,
    );
    await until(() => service.health().contained.length === 6);
    expect([decide({ tool: { id: "many" } }), decide({ tool: { id: "many7" } }), decide()]).toEqual([
      "deny",
      "deny",
      "allow",
    ]);
    await db.hand("DELETE FROM portcullis.policies WHERE id LIKE 'many%'");
    await until(() => service.health().contained.length === 0);
  });
});

it("a reload of many policies under load never mixes two sets", async () => {
  const db = await stored();
  const COUNT = 10_000;
  await db.hand(
    `INSERT INTO portcullis.policies (id, name, scope, effect, rule_expr) SELECT 'p' || i, 'set 0', 'tool', 'deny',
     json_build_object('target', ARRAY['tool' || i], 'message', 'set 0') FROM generate_series(1, ${COUNT}) i`,
    `INSERT INTO portcullis.policies (id, name, scope, effect, rule_expr) VALUES ('open', 'open', 'global', 'allow', '{}')`,
  );
  const service = await db.serve(NEVER);
  await until(() => service.health().watching);
  /** Which set each of many tools sees, in one go. */
  const look = () => {
    const seen = new Map<string, Set<string>>();
    for (let i = 1; i <= COUNT; i += 97) {
      const { policy_set, reasons } = service.decide(request({ tool: { id: `tool${i}` } }));
      const said = seen.get(policy_set) ?? new Set<string>();
      seen.set(policy_set, said.add(String(reasons[0]?.message)));
    }
    return seen;
  };
  const before = [...look()];
  expect(before).toEqual([[expect.any(String), new Set(["set 0"])]]);
  /** The longest that those who look waited for their turn, until something holds. */
  const longestTurn = async (over: (seen: ReturnType<typeof look>) => boolean) => {
    let longest = 0;
    for (let last = performance.now(), done = false; !done; ) {
      done = over(look());
      await pause(0);
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }
    return longest;
  };
  const quietUntil = performance.now() + 500;
  const quiet = await longestTurn(() => performance.now() > quietUntil);
  const updated = db.hand(
    `UPDATE portcullis.policies SET rule_expr = json_build_object('target', rule_expr->'target', 'message', 'set 1')
     WHERE id LIKE 'p%'`,
  );
  const sets = new Map<string, Set<string>>(before);
  const longest = await longestTurn((seen) => {
    // All decisions of one go are by one set.
    expect(seen.size).toBe(1);
    for (const [set, said] of seen) sets.set(set, new Set([...(sets.get(set) ?? []), ...said]));
    return [...seen.values()][0]?.has("set 1") === true;
  });
  await updated;
  expect([...sets.values()]).toEqual([new Set(["set 0"]), new Set(["set 1"])]);
  // In one go it would hold all of them up for as long as that takes here.
  const all = Array.from({ length: COUNT }, (_, i) =>
    policy(`p${i}`, { scope: "tool", rule_expr: { target: [`tool${i}`], message: "set 1" } }),
  );
  const began = performance.now();
  PolicyEngine.loadSync({ policies: all }).close();
  const whole = performance.now() - began;
  expect(longest - quiet).toBeLessThan(Math.max(50, whole / 4));
}, 120_000);

it("100,000 policies load, one that is broken among them, and one that changes is seen", async () => {
  const db = await stored();
  await db.hand(
    `INSERT INTO portcullis.policies (id, name, scope, effect, rule_expr) SELECT 'p' || i, 'p', 'tool', 'deny',
     json_build_object('target', ARRAY['tool' || i], CASE WHEN i = 77777 THEN 'broken' ELSE 'message' END, 'no')
     FROM generate_series(1, 100000) i`,
  );
  await db.store.create(platform, open);
  const service = await db.serve(NEVER);
  await until(() => service.health().watching);
  expect(service.health().contained).toMatchObject([{ policy_id: "p77777", instead: "denies_covered" }]);
  const decide = (tool: string) => service.decide(request({ tool: { id: tool } })).effect;
  expect(["tool1", "tool77777", "tool100000", "tool0"].map(decide)).toEqual(["deny", "deny", "deny", "allow"]);
  await db.store.delete(platform, "p500", { revision: 1 });
  await until(() => decide("tool500") === "allow");
  // The time is that of each page, and not of all hundred.
  const database = await postgres(db.database.loader, { listenAt: false });
  const began = performance.now();
  await databaseSource({ database }).load();
  const timeoutMs = Math.ceil((performance.now() - began) / 3);
  expect((await databaseSource({ database, timeoutMs }).load()).policies).toHaveLength(100_000);
  await database.close?.();
}, 240_000);

describe("decisions", () => {
  it("are told to a sink, which can't disturb them", async () => {
    const db = await stored();
    await db.store.create(platform, open);
    const heard: Decision[] = [];
    const times: number[] = [];
    const sinks = [
      (decision: Decision, _: Request, latencyUs: number) => [heard.push(decision), times.push(latencyUs)],
      () => {
        throw new Error("full");
      },
      async () => {
        throw new Error("full, later");
      },
    ];
    const services = await Promise.all(sinks.map((onDecision) => db.serve({ ...NEVER, onDecision })));
    const decisions = services.map((service) => service.decide(request()));
    expect(codes(decisions)).toEqual(["allowed"]);
    expect(heard).toEqual([decisions[0]]);
    expect(times).toEqual([expect.toSatisfy((time) => Number.isSafeInteger(time) && time >= 0)]);
    await until(() => services[2]?.health().sink_failures === 1);
    expect(services.map((service) => service.health().sink_failures)).toEqual([0, 1, 1]);
  });

  it("are the engine's", async () => {
    const db = await stored();
    const all: Policy[] = [
      open,
      policy("asks", { effect: "require_approval", rule_expr: { approval: { approvers: { roles: ["lead"] } } } }),
    ];
    for (const each of all) await db.store.create(platform, each);
    const theirs = await db.store.create(acme, anonymous({ rule_expr: { message: "No." } }));
    const service = await db.serve({ ...NEVER, enforcement: "shadow" });
    const engine = await PolicyEngine.load({ policies: [...all, theirs.policy] });
    const of = (tenant: string) => request({ tenant: { id: tenant } });
    for (const tenant of ["acme", "bolt"]) {
      expect(service.decide(of(tenant))).toEqual(engine.decide(of(tenant)));
      expect(service.explain(of(tenant), { reader: "agent" })).toBe(engine.explain(of(tenant), { reader: "agent" }));
      expect(service.preview(of(tenant), { unknown: ["input"] })).toEqual(
        engine.preview(of(tenant), { unknown: ["input"] }),
      );
      expect(service.residual({ tenant: { id: tenant } })).toEqual(engine.residual({ tenant: { id: tenant } }));
      expect(service.requestDigest(of(tenant))).toBe(engine.requestDigest(of(tenant)));
    }
    expect([service.enforcement, service.health().enforcement]).toEqual(["shadow", "shadow"]);
    const decision = service.decide(of("bolt"));
    const grant = {
      policy_id: "asks",
      policy_digest: decision.approvals[0]?.policy_digest ?? "",
      request_digest: service.requestDigest(of("bolt")),
      mode: "auto",
    } as const;
    expect(service.decide(of("bolt"), { grants: [grant] }).code).toBe("allowed");
    await service.close();
    expect(service.decide(of("bolt")).code).toBe("policies_unavailable");
    expect(() => service.explain(of("bolt"))).toThrow(expect.objectContaining({ code: "engine_closed" }));
    await expect(service.refresh()).rejects.toMatchObject({ code: "engine_closed" });
  });

  it("need a start that makes sense", async () => {
    const db = await stored();
    for (const options of [{ pollMs: 0 }, { pollMs: Number.NaN }, { maxStalenessMs: 5_000 }]) {
      await expect(db.serve(options)).rejects.toMatchObject({ code: "invalid_argument" });
    }
    await expect(db.serve({ ...NEVER, catalogue: "{" })).rejects.toMatchObject({ code: "policy_set_invalid" });
  });
});

it("how the service is, is told whenever it is another way", async () => {
  const db = await stored();
  await db.store.create(platform, open);
  const told: Health[] = [];
  const onHealth = (health: Health) => {
    told.push(health);
    throw new Error("the log is full");
  };
  const service = await db.serve({ pollMs: 50, onHealth });
  await until(() => service.health().watching);
  const before = told.length;
  expect(told.at(-1)).toMatchObject({ status: "ok", watching: true });
  await db.hand("UPDATE portcullis.policies SET rule_expr = '7'");
  await until(() => told.length > before);
  expect(told.slice(before)).toMatchObject([{ status: "degraded", contained: [{ policy_id: "open" }] }]);
  await service.refresh();
  await db.hand("ALTER TABLE portcullis.policy_clock RENAME TO elsewhere");
  await until(() => told.length > before + 1);
  await expect(service.refresh()).rejects.toMatchObject({ code: "schema_missing" });
  expect(told.slice(before + 1)).toMatchObject([{ status: "degraded", failure: { code: "schema_missing" } }]);
});

it("a loader reads policies and does nothing else", async () => {
  const db = await stored();
  const { policy: saved } = await db.store.create(acme, anonymous());
  const { sql } = await import("../postgres/server.js");
  const as = (statement: string) =>
    sql(db.database.loader, statement).then(
      (rows) => rows,
      (error) => error.code,
    );
  expect(await as("SELECT id FROM portcullis.policies")).toEqual([{ id: saved.id }]);
  const writes = [
    "DELETE FROM portcullis.policies",
    "UPDATE portcullis.policies SET enabled = false",
    "INSERT INTO portcullis.policies (id, name, scope, effect, rule_expr) VALUES ('a', 'a', 'global', 'allow', '{}')",
    "UPDATE portcullis.policy_clock SET change = 0",
    "DELETE FROM portcullis.policy_changes",
    "CREATE TABLE portcullis.mine (x int)",
  ];
  for (const statement of writes) expect(await as(statement), statement).toBe("42501");
});

it("a set that is half changed decides nothing, and is loaded anew", async () => {
  const source = (text: string): PolicySource => ({
    load: async () => ({ change: 1, policies: [{ id: "open", revision: 1, text: JSON.stringify(open) }] }),
    // A list in the place of a policy is found only as it is put in.
    changes: async () => ({
      change: 2,
      replaced: [
        { id: "first", revision: 1, text: JSON.stringify(policy("first")) },
        { id: "second", revision: 1, text },
      ],
      removed: [],
    }),
  });
  const start = (text: string) => PolicyEngineService.start({ source: source(text), ...NEVER });
  const good = await start(JSON.stringify(policy("second")));
  await good.refresh();
  expect(good.decide(request()).code).toBe("denied_by_policy");
  const service = await start(JSON.stringify([policy("second"), policy("third")]));
  expect(service.decide(request()).code).toBe("allowed");
  await expect(service.refresh()).rejects.toThrow();
  expect(service.decide(request()).code).toBe("policies_unavailable");
  await service.refresh();
  expect(service.decide(request()).code).toBe("allowed");
  await Promise.all([good.close(), service.close()]);
});
