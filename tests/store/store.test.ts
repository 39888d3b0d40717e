// The store, on PostgreSQL as a role that owns nothing, and on PGlite.
import { PolicySetError, PortcullisError } from "portcullis";
import {
  type Actor,
  ApiKeyStore,
  databaseSource,
  PolicyEngineService,
  type PolicyInput,
  PolicyStore,
  RevisionConflictError,
} from "portcullis/service";
import { beforeAll, describe, expect, it } from "vitest";
import { KINDS, type Prepared } from "../postgres/kinds.js";
import { request, until } from "../service/support.js";

const platform: Actor = { tenant: null, by: "root@platform" };
const ann: Actor = { tenant: "acme", by: "ann" };
const bob: Actor = { tenant: "bolt", by: "bob" };
const draft: PolicyInput = {
  name: "no mail",
  scope: "tool",
  effect: "deny",
  rule_expr: { target: ["mail.*"], remedy: "Ask.", when: { field: "input.count", gt: 1.5 } },
};
/** Rejects with one of our errors, which is handed on to be looked at. */
const failing = (code: string, more: object = {}) => expect.objectContaining({ code, ...more });
const gone = failing("policy_not_found", { message: "there is no such policy" });

describe.each(KINDS)("the store on %s", (kind, prepare) => {
  let prepared: Prepared;
  let store: PolicyStore;

  beforeAll(async () => {
    prepared = await prepare();
    store = new PolicyStore({ database: prepared.app, role: prepared.appRole });
  }, 120_000);

  const create = async (actor: Actor, more: Partial<PolicyInput> = {}) =>
    (await store.create(actor, { ...draft, ...more })).policy;

  it("creates and reads a policy, whole and as it was written", async () => {
    const created = await create(ann, { description: "Für Ærger" });
    expect(created).toEqual({
      ...draft,
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      description: "Für Ærger",
      tenant_id: "acme",
      enabled: true,
      enforcement: "enforce",
      visibility: "public",
      revision: 1,
      created_at: expect.stringMatching(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updated_at: created.created_at,
      updated_by: "ann",
    });
    expect(await store.read(ann, created.id)).toEqual(created);
    // The order of its keys is its author's.
    expect(Object.keys((await store.read(ann, created.id)).rule_expr)).toEqual(["target", "remedy", "when"]);
  });

  it("lets the platform choose an id, once", async () => {
    expect((await create(platform, { id: "chosen" })).visibility).toBe("private");
    await expect(create(platform, { id: "chosen" })).rejects.toEqual(failing("policy_exists"));
    await store.delete(platform, "chosen", { revision: 1 });
    await expect(create(platform, { id: "chosen" })).rejects.toEqual(failing("policy_exists"));
  });

  it("lets no tenant choose an id, so that none can ask which ones are taken", async () => {
    await expect(create(ann, { id: "free" })).rejects.toEqual(failing("invalid_argument"));
    await expect(create(ann, { id: "chosen" })).rejects.toEqual(failing("invalid_argument"));
  });

  it("refuses what the core refuses, with pointers into the policy", async () => {
    const error = await create(ann, { rule_expr: { target: [], colour: 1 } as never }).catch((thrown) => thrown);
    expect(PolicySetError.is(error)).toBe(true);
    const found = error.diagnostics.map(({ code, pointer }: { code: string; pointer: string }) => [code, pointer]);
    expect(found).toContainEqual(["unknown_key", "/rule_expr/colour"]);
    await expect(create(ann, { colour: "red" } as never)).rejects.toEqual(failing("policy_set_invalid"));
    await expect(create(ann, { rule_expr: { ...draft.rule_expr, delegate: true }, effect: "allow" })).rejects.toEqual(
      failing("policy_set_invalid"),
    );
  });

  it("finds in text what an object can't show", async () => {
    const text = `{"name":"n","scope":"global","effect":"deny","rule_expr":{"actions":["run_start"],"actions":["tool_call"]}}`;
    const error = await store.create(ann, text).catch((thrown) => thrown);
    expect(error.diagnostics).toMatchObject([{ code: "duplicate_key", pointer: "/rule_expr/actions" }]);
    await expect(store.create(ann, "{")).rejects.toEqual(failing("policy_set_invalid"));
    await expect(store.create(ann, `[${text}]`)).rejects.toEqual(failing("invalid_argument"));
    const good = await store.create(ann, `{"name":"n","scope":"global","effect":"deny","rule_expr":{}}`);
    expect(good.policy.name).toBe("n");
  });

  it("refuses what is no plain data, and texts that the database can't hold", async () => {
    const cycle: Record<string, unknown> = { ...draft };
    cycle["rule_expr"] = cycle;
    await expect(store.create(ann, cycle as never)).rejects.toEqual(failing("invalid_argument"));
    await expect(create(ann, { name: "a\0b" })).rejects.toEqual(failing("invalid_argument"));
    const { diagnostics } = await create(ann, { description: "é".repeat(32_769) }).catch((thrown) => thrown);
    expect(diagnostics).toMatchObject([{ code: "text_too_long", pointer: "/description" }]);
    expect((await create(ann, { description: "é".repeat(32_768) })).description).toHaveLength(32_768);
    await expect(store.list({ tenant: "x".repeat(257), by: "x" })).rejects.toEqual(failing("invalid_argument"));
    await expect(store.create({ tenant: "", by: "x" }, draft)).rejects.toEqual(failing("invalid_argument"));
    await expect(store.create({ tenant: "acme", by: "" }, draft)).rejects.toEqual(failing("invalid_argument"));
  });

  it("answers warnings with what it stored", async () => {
    const rule_expr = { when: { field: "input.to", every: { eq: "ann" } } };
    const { warnings } = await store.create(ann, { ...draft, scope: "global", effect: "allow", rule_expr });
    expect(warnings).toMatchObject([{ severity: "warning", pointer: expect.stringMatching(/^\/rule_expr\/when/) }]);
  });

  it("checks against its catalogue", async () => {
    const catalogue = {
      tools: [{ name: "mail.send", inputSchema: { type: "object", properties: { to: { type: "string" } } } }],
    };
    const strict = new PolicyStore({
      database: prepared.app,
      role: prepared.appRole,
      catalogue: JSON.stringify(catalogue),
    });
    const error = await strict.create(ann, draft).catch((thrown) => thrown);
    expect(error.diagnostics).toMatchObject([{ code: "unknown_field", pointer: "/rule_expr/when/field" }]);
  });

  it("replaces what was read, and refuses what has changed since", async () => {
    const first = await create(ann);
    const { policy } = await store.replace(ann, first.id, { ...first, name: "second" }, first);
    expect(policy).toMatchObject({ name: "second", revision: 2, created_at: first.created_at });
    const error = await store.replace(ann, first.id, { ...first, name: "third" }, first).catch((thrown) => thrown);
    expect(RevisionConflictError.is(error)).toBe(true);
    expect(error.toJSON()).toMatchObject({ code: "revision_conflict", current: 2, retryable: false });
    expect((await store.read(ann, first.id)).name).toBe("second");
    await expect(store.replace(ann, first.id, first, { revision: 0 })).rejects.toEqual(failing("invalid_argument"));
    await expect(store.replace(ann, first.id, { ...policy, id: "other" }, policy)).rejects.toEqual(
      failing("invalid_argument"),
    );
  });

  it("lets one of many writers at once win", async () => {
    const first = await create(ann);
    const writes = Array.from({ length: 8 }, (_, i) =>
      store.replace(ann, first.id, { ...first, name: `w${i}` }, first),
    );
    const results = await Promise.allSettled(writes);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const result of results) {
      if (result.status === "rejected") expect(result.reason).toEqual(failing("revision_conflict", { current: 2 }));
    }
    expect(await store.revisions(ann, first.id)).toHaveLength(2);
  });

  it("switches on and off, to shadow and back", async () => {
    let policy = await create(ann);
    ({ policy } = await store.setEnabled(ann, policy.id, false, policy));
    ({ policy } = await store.setEnforcement(ann, policy.id, "shadow", policy));
    expect(policy).toMatchObject({ enabled: false, enforcement: "shadow", revision: 3, rule_expr: draft.rule_expr });
    ({ policy } = await store.setEnabled(ann, policy.id, true, policy));
    expect(policy).toMatchObject({ enabled: true, enforcement: "shadow", revision: 4 });
  });

  it("deletes what was read, and keeps its history", async () => {
    const policy = await create(ann);
    await expect(store.delete(ann, policy.id, { revision: 2 })).rejects.toEqual(failing("revision_conflict"));
    expect(await store.delete(ann, policy.id, policy)).toEqual({ revision: 2 });
    await expect(store.read(ann, policy.id)).rejects.toEqual(gone);
    await expect(store.delete(ann, policy.id, policy)).rejects.toEqual(gone);
    expect(await store.revisions(ann, policy.id)).toMatchObject([
      { revision: 2, operation: "delete", policy: null, revised_by: "ann" },
      { revision: 1, operation: "create" },
    ]);
  });

  it("says who made what of a policy and when, and how it differs", async () => {
    let policy = await create(ann);
    const eve = { ...ann, by: "eve" };
    const rule_expr = { target: ["mail.*", "a/b~c"], message: "No." };
    ({ policy } = await store.replace(eve, policy.id, { ...policy, rule_expr }, policy));
    const [second, first] = await store.revisions(ann, policy.id);
    expect(second).toMatchObject({ operation: "update", revised_by: "eve", revised_at: policy.updated_at });
    expect(first?.policy).toMatchObject({ ...draft, id: policy.id, tenant_id: "acme" });
    expect(await store.revision(ann, policy.id, 2)).toEqual(second);
    const { differences } = await store.compare(ann, policy.id, 1, 2);
    expect(differences).toEqual([
      { pointer: "/rule_expr/target/1", after: "a/b~c" },
      { pointer: "/rule_expr/remedy", before: "Ask." },
      { pointer: "/rule_expr/when", before: draft.rule_expr.when },
      { pointer: "/rule_expr/message", after: "No." },
    ]);
    expect((await store.compare(ann, policy.id, 2, 2)).differences).toEqual([]);
    await expect(store.revision(ann, policy.id, 3)).rejects.toEqual(failing("revision_not_found"));
    expect(await store.revisions(ann, policy.id, { limit: 1, before: 2 })).toEqual([first]);
  });

  it("restores an earlier revision, also of one that was deleted", async () => {
    let policy = await create(ann);
    const { name } = policy;
    ({ policy } = await store.replace(ann, policy.id, { ...policy, name: "worse" }, policy));
    await expect(store.restore(ann, policy.id, 1, { revision: 1 })).rejects.toEqual(failing("revision_conflict"));
    ({ policy } = await store.restore(ann, policy.id, 1, policy));
    expect(policy).toMatchObject({ name, revision: 3 });
    const deleted = await store.delete(ann, policy.id, policy);
    await expect(store.restore(ann, policy.id, 2, policy)).rejects.toEqual(
      failing("revision_conflict", { current: 4 }),
    );
    await expect(store.restore(ann, policy.id, 4, deleted)).rejects.toEqual(failing("invalid_argument"));
    ({ policy } = await store.restore(ann, policy.id, 2, deleted));
    expect(policy).toMatchObject({ name: "worse", revision: 5 });
    expect((await store.revisions(ann, policy.id)).map(({ operation }) => operation)).toEqual([
      "create",
      "delete",
      "update",
      "update",
      "create",
    ]);
    await expect(store.restore(ann, "nowhere", 1, policy)).rejects.toEqual(failing("revision_not_found"));
  });

  it("lets one of many who restore at once win, and tells the others of its revision", async () => {
    const policy = await create(ann);
    const deleted = await store.delete(ann, policy.id, policy);
    const results = await Promise.allSettled(
      Array.from({ length: 6 }, () => store.restore(ann, policy.id, 1, deleted)),
    );
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const result of results) {
      if (result.status === "rejected") expect(result.reason).toEqual(failing("revision_conflict", { current: 3 }));
    }
    expect(await store.revisions(ann, policy.id)).toHaveLength(3);
  });

  it("lists by filters, page by page", async () => {
    const lists: Actor = { tenant: "lists", by: "l" };
    for (let i = 0; i < 7; i++) {
      await create(lists, { name: `Policy ${i}`, enabled: i % 2 === 0, description: i === 3 ? "Straße" : null });
    }
    await create(lists, { scope: "agent", effect: "allow", enforcement: "shadow", visibility: "private" });
    const own = { owner: "own" } as const;
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await store.list(lists, { ...own, limit: 3, ...(cursor !== undefined && { cursor }) });
      ids.push(...page.policies.map(({ id }) => id));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    expect(ids).toHaveLength(8);
    expect(ids).toEqual([...new Set(ids)].sort());
    const count = async (options: object) => (await store.list(lists, { ...own, ...options })).policies.length;
    expect(await count({ enabled: false })).toBe(3);
    expect(await count({ scope: "agent", effect: "allow", enforcement: "shadow", visibility: "private" })).toBe(1);
    expect(await count({ scope: "agent", effect: "deny" })).toBe(0);
    expect(await count({ search: "POLICY 3" })).toBe(1);
    expect(await count({ search: "traß" })).toBe(1);
    expect(await count({ search: "%" })).toBe(0);
    for (const bad of [{ limit: 0 }, { limit: 201 }, { limit: 1.5 }, { cursor: "what" }, { cursor: "" }]) {
      await expect(store.list(lists, bad)).rejects.toEqual(failing("invalid_argument"));
    }
  });

  describe("between tenants", () => {
    let theirs: { id: string; revision: number };
    let secret: { id: string; revision: number };
    let shown: { id: string; revision: number };

    beforeAll(async () => {
      theirs = await create(bob);
      secret = await create(platform);
      shown = await create(platform, { visibility: "public" });
    });

    /** Every call that names a policy, on one that is not there. */
    const calls = (id: string, on = store): [string, () => Promise<unknown>][] => [
      ["read", () => on.read(ann, id)],
      ["replace", () => on.replace(ann, id, draft, { revision: 1 })],
      ["setEnabled", () => on.setEnabled(ann, id, false, { revision: 1 })],
      ["setEnforcement", () => on.setEnforcement(ann, id, "shadow", { revision: 1 })],
      ["delete", () => on.delete(ann, id, { revision: 1 })],
      ["revisions", () => on.revisions(ann, id)],
      ["revision", () => on.revision(ann, id, 1)],
      ["compare", () => on.compare(ann, id, 1, 1)],
      ["restore", () => on.restore(ann, id, 1, { revision: 1 })],
    ];

    it("are tried by every method that there is", () => {
      const names = Object.getOwnPropertyNames(Object.getPrototypeOf(PolicyStore.prototype));
      const others = ["constructor", "within", "create", "list"];
      expect([...calls("x").map(([name]) => name), ...others].sort()).toEqual(names.sort());
    });

    const said = async (id: string, on: PolicyStore) => {
      const errors = [];
      for (const [name, call] of calls(id, on)) {
        const error = await call().then(
          () => "it went well",
          (thrown) => thrown,
        );
        if (!PortcullisError.is(error)) throw new Error(`${name}: ${error}`);
        errors.push([name, error.toJSON(), error.cause]);
      }
      return errors;
    };

    it.each(["by the role", "by the store alone"])(
      "what is another's is told apart in nothing from what is not there: %s",
      async (by) => {
        const on = by === "by the role" ? store : new PolicyStore({ database: prepared.above });
        const nowhere = await said("nowhere", on);
        expect(await said(theirs.id, on)).toEqual(nowhere);
        expect(await said(secret.id, on)).toEqual(nowhere);
        expect((await store.read(bob, theirs.id)).revision).toBe(1);
        const { policies } = await on.list(ann, { limit: 200 });
        expect(policies.filter(({ id }) => [theirs.id, secret.id].includes(id))).toEqual([]);
      },
    );

    it("a list holds one's own, and what the platform has made public", async () => {
      const { policies } = await store.list(ann, { limit: 200 });
      const ids = policies.map(({ id }) => id);
      expect(ids).toContain(shown.id);
      expect(ids).not.toContain(theirs.id);
      expect(ids).not.toContain(secret.id);
      expect(new Set(policies.map(({ tenant_id }) => tenant_id))).toEqual(new Set(["acme", null]));
      const of = async (actor: Actor, owner: "own" | "platform") =>
        new Set((await store.list(actor, { owner, limit: 200 })).policies.map(({ tenant_id }) => tenant_id));
      expect(await of(ann, "own")).toEqual(new Set(["acme"]));
      expect(await of(ann, "platform")).toEqual(new Set([null]));
      expect(await of(platform, "own")).toEqual(new Set([null]));
    });

    it("what the platform shows can be read, without who wrote it, and not be changed", async () => {
      expect((await store.read(ann, shown.id)).updated_by).toBeNull();
      for (const [name, call] of calls(shown.id)) {
        if (name === "read") continue;
        const code = /^(revisions)$/.test(name)
          ? "policy_not_found"
          : /^(revision|compare|restore)$/.test(name)
            ? "revision_not_found"
            : "not_owner";
        await expect(call(), name).rejects.toEqual(failing(code));
      }
    });

    it("nobody writes in another's name", async () => {
      for (const tenant_id of ["bolt", null])
        await expect(create(ann, { tenant_id })).rejects.toEqual(failing("not_owner"));
      await expect(create(platform, { tenant_id: "acme" })).rejects.toEqual(failing("not_owner"));
      const own = await create(ann);
      await expect(store.replace(ann, own.id, { ...own, tenant_id: "bolt" }, own)).rejects.toEqual(
        failing("not_owner"),
      );
    });

    it("the database itself keeps them apart", async () => {
      const inside = await prepared.transaction(async (connection) => {
        const query = async (text: string) => (await connection.query(text)).rows[0]?.["n"];
        if (prepared.appRole !== undefined) await query(`SELECT set_config('role', '${prepared.appRole}', true) AS n`);
        const nobody = await query("SELECT count(*)::text AS n FROM portcullis.policies");
        await query("SELECT set_config('portcullis.tenant', 'acme', true) AS n");
        const foreign = await query("SELECT count(*)::text AS n FROM portcullis.policies WHERE tenant_id <> 'acme'");
        const hidden = await query(`SELECT count(*)::text AS n FROM portcullis.policies WHERE visibility = 'private'
          AND tenant_id IS NULL`);
        const changed = await query(`WITH c AS (UPDATE portcullis.policies SET name = 'x' WHERE tenant_id IS NULL
          OR tenant_id <> 'acme' RETURNING id) SELECT count(*)::text AS n FROM c`);
        const revisions = await query(`SELECT count(*)::text AS n FROM portcullis.policy_revisions
          WHERE tenant_id IS DISTINCT FROM 'acme'`);
        await query("SELECT set_config('portcullis.loader', 'on', true) AS n");
        const asLoader = await query("SELECT count(*)::text AS n FROM portcullis.policies WHERE tenant_id <> 'acme'");
        return [nobody, foreign, hidden, changed, revisions, asLoader];
      });
      expect(inside).toEqual(["0", "0", "0", "0", "0", "0"]);
      const refused = async (text: string) =>
        prepared
          .transaction(async (connection) => {
            const role = `SELECT set_config('role', '${prepared.appRole ?? "none"}', true),
              set_config('portcullis.tenant', 'acme', true)`;
            await connection.query(role);
            await connection.query(text);
          })
          .then(
            () => "done",
            (error) => error.code,
          );
      const insert = (
        tenant: string,
      ) => `INSERT INTO portcullis.policies (id, name, scope, rule_expr, effect, tenant_id)
        VALUES ('forged', 'f', 'global', '{}', 'allow', ${tenant})`;
      expect(await refused(insert("'bolt'"))).toBe("42501");
      expect(await refused(insert("NULL"))).toBe("42501");
      expect(await refused("SELECT * FROM portcullis.policy_changes")).toBe("42501");
      expect(await refused("UPDATE portcullis.policy_revisions SET revised_by = 'x'")).toBe("42501");
    });
  });

  describe("in the host's transaction", () => {
    it("is undone with it, and goes with it", async () => {
      const undone = prepared.transaction(async (connection) => {
        const { policy } = await store.within(connection).create(ann, draft);
        expect((await store.within(connection).read(ann, policy.id)).id).toBe(policy.id);
        throw Object.assign(new Error("the host changes its mind"), { id: policy.id });
      });
      const { id } = await undone.catch((thrown) => thrown);
      await expect(store.read(ann, id)).rejects.toEqual(gone);
      const kept = await prepared.transaction((connection) => store.within(connection).create(ann, draft));
      expect((await store.read(ann, kept.policy.id)).revision).toBe(1);
    });

    it("leaves it usable after a refusal, and as whom it was", async () => {
      await prepared.transaction(async (connection) => {
        const whom = async () =>
          (
            await connection.query(`SELECT current_user AS u, current_setting('portcullis.tenant', true) AS t,
            current_setting('portcullis.actor', true) AS a`)
          ).rows[0];
        const before = await whom();
        const within = store.within(connection);
        await expect(within.read(ann, "nowhere")).rejects.toEqual(gone);
        await within.create(ann, draft);
        expect(await whom()).toEqual({ ...before, t: "", a: "" });
      });
    });

    it("leaves nothing of a key that was looked for, by which it could be read", async () => {
      const keys = new ApiKeyStore({ database: prepared.app, role: prepared.appRole });
      const { record } = await keys.create(bob, { name: "bob's", roles: ["reader"] });
      await prepared.transaction(async (connection) => {
        const within = new ApiKeyStore({ database: connection, role: prepared.appRole });
        expect(await within.find(record.id)).toMatchObject({ id: record.id, tenant_id: "bolt" });
        const setting = "SELECT coalesce(current_setting('portcullis.api_key', true), '') AS id";
        expect((await connection.query(setting)).rows).toEqual([{ id: "" }]);
      });
    });
  });

  it("writes the history of what is changed by hand, and never changes it", async () => {
    const policy = await create(ann);
    await prepared.hand("UPDATE portcullis.policies SET name = 'by hand', revision = 1 WHERE id = $1", [policy.id]);
    expect(await store.read(ann, policy.id)).toMatchObject({
      name: "by hand",
      revision: 2,
      updated_by: "sql:postgres",
    });
    expect(await store.revisions(ann, policy.id)).toMatchObject([
      { revised_by: "sql:postgres" },
      { revised_by: "ann" },
    ]);
    const refused = (statement: string) =>
      prepared.hand(statement, [policy.id]).then(
        () => "done",
        (error: Error) => error.message,
      );
    expect(await refused("UPDATE portcullis.policy_revisions SET revised_by = 'x' WHERE policy_id = $1")).toMatch(
      /refused/,
    );
    expect(await refused("DELETE FROM portcullis.policy_revisions WHERE policy_id = $1")).toMatch(/refused/);
    expect(await refused("UPDATE portcullis.policies SET tenant_id = 'bolt' WHERE id = $1")).toMatch(/never change/);
    expect(await refused("UPDATE portcullis.policies SET id = 'x' WHERE id = $1")).toMatch(/never change/);
    await expect(prepared.hand("TRUNCATE portcullis.policies")).rejects.toThrow(/refused/);
  });

  it("can switch off what was broken by hand, and not on", async () => {
    const policy = await create(ann);
    await prepared.hand(`UPDATE portcullis.policies SET rule_expr = '{"nonsense": 1}' WHERE id = $1`, [policy.id]);
    const off = await store.setEnabled(ann, policy.id, false, { revision: 2 });
    expect(off.policy).toMatchObject({ enabled: false, rule_expr: { nonsense: 1 }, revision: 3 });
    await expect(store.setEnabled(ann, policy.id, true, off.policy)).rejects.toEqual(failing("policy_set_invalid"));
    expect((await store.restore(ann, policy.id, 1, off.policy)).policy).toMatchObject({ enabled: true, revision: 4 });
  });

  it("is followed by a service on what the host has, by notification", async () => {
    const source = databaseSource({ database: prepared.loader, role: prepared.loaderRole });
    const service = await PolicyEngineService.start({ source, pollMs: 3_600_000, maxStalenessMs: 7_200_000 });
    await until(() => service.health().watching);
    const reasons = () =>
      service.decide(request({ tool: { id: "followed" } })).reasons.map(({ policy_id }) => policy_id);
    const followed = await create(ann, { rule_expr: { target: ["followed"] } });
    await until(() => reasons().includes(followed.id));
    await store.delete(ann, followed.id, followed);
    await until(() => !reasons().includes(followed.id));
    await service.close();
  });

  it("is loaded whole, by changes, and by what a policy was earlier", async () => {
    const source = databaseSource({ database: prepared.loader, role: prepared.loaderRole });
    const before = await source.load();
    expect(await source.changes(before.change)).toEqual({ change: before.change, replaced: [], removed: [] });
    const first = await create(ann);
    const second = await create(bob);
    const { policy: changed } = await store.setEnabled(ann, first.id, false, first);
    await store.delete(bob, second.id, second);
    const changes = await source.changes(before.change);
    expect(changes).toMatchObject({ replaced: [{ id: first.id, revision: 2 }], removed: [second.id] });
    const { revision: _, created_at, updated_at, updated_by, ...content } = changed;
    expect(JSON.parse(changes?.replaced[0]?.text ?? "")).toEqual(content);
    const ids = ({ policies }: { policies: readonly { id: string }[] }) => policies.map(({ id }) => id);
    expect(ids(await source.load())).toEqual([...ids(before), first.id].sort());
    const earlier = [];
    for await (const each of source.earlier?.(first.id, 2) ?? []) earlier.push(each.revision);
    expect(earlier).toEqual([1]);
    for await (const each of source.earlier?.(second.id, 3) ?? [])
      throw new Error(`deleted, and still there: ${each.id}`);
    expect(await source.changes(before.change + 1_000_000)).toBeUndefined();
  });

  it("reads up to a hundred changes one by one, none left out, and answers nothing for more", async () => {
    const source = databaseSource({ database: prepared.loader, role: prepared.loaderRole });
    const ids = (changes: Awaited<ReturnType<typeof source.changes>>) => changes?.replaced.map(({ id }) => id).sort();
    const { change: since } = await source.load();
    const created: string[] = [];
    while (created.length < 99) created.push((await create(ann)).id);
    const gone = await create(ann);
    await store.delete(ann, gone.id, gone);
    const changes = await source.changes(since);
    expect(ids(changes)).toEqual(created.toSorted());
    expect(changes).toMatchObject({ change: (await source.load()).change, removed: [gone.id] });
    created.push((await create(ann)).id);
    expect(await source.changes(since)).toBeUndefined();
    expect(ids(await source.changes(changes?.change ?? 0))).toEqual(created.slice(-1));
  });

  it(`says what to do where the schema is missing (${kind})`, async () => {
    const elsewhere = new PolicyStore({ database: prepared.app, role: prepared.appRole, schema: "else where" });
    await expect(elsewhere.list(ann)).rejects.toEqual(failing("schema_missing"));
    const nobody = new PolicyStore({ database: prepared.app, role: "portcullis_nobody" });
    await expect(nobody.list(ann)).rejects.toEqual(failing("database_refused"));
  });
});
