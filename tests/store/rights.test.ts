// Rights in the database itself: what each role reaches with SQL of its own, whatever the store would have asked.
import { DecisionLog, databaseLog } from "portcullis/service";
import { beforeAll, describe, expect, it } from "vitest";
import { record } from "../log/support.js";
import { afterwards } from "../postgres/cleanup.js";
import { newPool, sql } from "../postgres/server.js";
import { acme, anonymous, platform, policy, type Stored, stored } from "../service/support.js";

type Role = "app" | "loader" | "log";
const ROLES: readonly Role[] = ["app", "loader", "log"];
const REFUSED = "42501";

let db: Stored;

beforeAll(async () => {
  db = await stored();
  await db.store.create(platform, policy("private"));
  await db.store.create(acme, anonymous());
}, 120_000);

/** What a role is answered, or the SQLSTATE by which it is refused. All statements are one transaction. */
async function as(role: Role, ...statements: string[]): Promise<unknown> {
  try {
    return await sql(db.database[role], "BEGIN", ...statements);
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe("functions that run as the owner of the tables", () => {
  const DEFINERS = `SELECT p.proname AS name, p.prorettype = 'trigger'::regtype AS triggers, p.oid::text AS oid
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'portcullis' AND p.prosecdef`;

  it.each(ROLES)("can't be called by the role %s, nor by anyone else", async (role) => {
    const definers = await db.hand(DEFINERS);
    expect(definers.length).toBeGreaterThanOrEqual(6);
    const may = `SELECT name FROM (${DEFINERS}) d WHERE has_function_privilege(current_user, d.oid::oid, 'EXECUTE')`;
    expect(await as(role, may)).toEqual([]);
    const open = `SELECT name FROM (${DEFINERS}) d JOIN pg_proc p ON p.oid = d.oid::oid,
      aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) acl WHERE acl.grantee = 0`;
    expect(await db.hand(open)).toEqual([]);
  });

  it.each(ROLES)("can't be made triggers of a table of its own by the role %s", async (role) => {
    const definers = (await db.hand(DEFINERS)).filter(({ triggers }) => triggers);
    expect(definers.length).toBeGreaterThanOrEqual(5);
    for (const { name } of definers) {
      const attach = `CREATE TRIGGER mine AFTER INSERT ON mine FOR EACH STATEMENT EXECUTE FUNCTION portcullis.${name}()`;
      expect(
        await as(role, "CREATE TEMP TABLE mine (x int)", attach, "INSERT INTO mine VALUES (1)"),
        String(name),
      ).toBe(REFUSED);
    }
  });

  it.each(ROLES)("forge nothing for the role %s: neither a revision nor the end of a chain", async (role) => {
    const revision = [
      "CREATE TEMP TABLE mine (LIKE portcullis.policies)",
      "CREATE TRIGGER mine AFTER INSERT ON mine FOR EACH ROW EXECUTE FUNCTION portcullis.policies_record()",
      `INSERT INTO mine (id, name, scope, rule_expr, effect, visibility, revision, updated_by)
       VALUES ('forged', 'forged', 'global', '{}', 'allow', 'public', 1, 'nobody')`,
      "COMMIT",
    ];
    const chain = [
      "CREATE TEMP TABLE mine (entry json, hash text, writer text, seq bigint)",
      `CREATE TRIGGER mine AFTER INSERT ON mine REFERENCING NEW TABLE AS added
       FOR EACH STATEMENT EXECUTE FUNCTION portcullis.decision_log_extend()`,
      "INSERT INTO mine VALUES ('{}', 'forged', 'forged', 0)",
      "COMMIT",
    ];
    await as(role, ...revision);
    await as(role, ...chain);
    expect(await db.hand("SELECT 1 FROM portcullis.policy_revisions WHERE policy_id = 'forged'")).toEqual([]);
    expect(await db.hand("SELECT 1 FROM portcullis.decision_log_heads WHERE writer = 'forged'")).toEqual([]);
  });

  it("go on as triggers of their own tables, for those who may write these", async () => {
    const [before] = await db.hand("SELECT change::int AS change FROM portcullis.policy_clock");
    const { policy: saved } = await db.store.create(acme, anonymous());
    const [after] = await db.hand("SELECT change::int AS change FROM portcullis.policy_clock");
    expect(after?.["change"]).toBe(Number(before?.["change"]) + 1);
    expect(await db.store.revisions(acme, saved.id)).toHaveLength(1);
  });
});

const count = (from: string) => `SELECT count(*)::int AS n FROM portcullis.${from}`;
const setting = (name: string, value = "on") => `SELECT set_config('portcullis.${name}', '${value}', true)`;
const tenant = (id: string) => setting("tenant", id);

describe("the decision log", () => {
  beforeAll(async () => {
    const database = newPool({ connectionString: db.database.log });
    afterwards(() => database.end());
    const log = new DecisionLog({ sink: databaseLog({ database }) });
    for (const id of ["acme", "acme", "bolt"]) log.append(record("deny", { tenant: { id } }));
    log.append({ ...record("deny"), request: null });
    expect((await log.close()).unwritten.deny).toBe(0);
  });

  it("shows the application the decisions of the tenant that it acts for, and of no other", async () => {
    expect(await as("app", count("decision_log"))).toEqual([{ n: 0 }]);
    expect(await as("app", tenant("acme"), count("decision_log"))).toEqual([{ n: 2 }]);
    const foreign = `${count("decision_log")} WHERE tenant_id IS DISTINCT FROM 'acme'`;
    expect(await as("app", tenant("acme"), foreign)).toEqual([{ n: 0 }]);
    // What the owner or its functions say of themselves is nothing that the application can say.
    for (const other of ["log", "loader", "pruning"]) {
      expect(await as("app", tenant("acme"), setting(other), foreign), other).toEqual([{ n: 0 }]);
    }
    // With what is about the chain itself.
    expect(await as("app", setting("platform"), count("decision_log"))).toEqual([{ n: 5 }]);
  });

  it("takes nothing from the application, and shows it no chain", async () => {
    const entry = `'{"writer": "w", "seq": 0, "prev": null, "time": 0, "kind": "decision", "tenant": "acme"}'`;
    for (const statement of [
      `INSERT INTO portcullis.decision_log (entry, hash) VALUES (${entry}, 'x')`,
      "UPDATE portcullis.decision_log SET hash = 'x'",
      "DELETE FROM portcullis.decision_log",
      "SELECT * FROM portcullis.decision_log_heads",
    ]) {
      expect(await as("app", tenant("acme"), setting("log"), setting("pruning"), statement), statement).toBe(REFUSED);
    }
  });

  it("is added to and read by its own role, which removes and changes nothing", async () => {
    expect(await as("log", count("decision_log"))).toEqual([{ n: 5 }]);
    for (const statement of [
      "DELETE FROM portcullis.decision_log",
      "UPDATE portcullis.decision_log SET hash = 'x'",
      "TRUNCATE portcullis.decision_log",
      "SELECT portcullis.decision_log_prune(99999999999999)",
      "DELETE FROM portcullis.decision_log_heads",
      "UPDATE portcullis.decision_log_heads SET seq = 0",
      "INSERT INTO portcullis.decision_log_heads (writer, seq, hash) VALUES ('w', 0, 'x')",
      ...["policies", "policy_revisions", "policy_changes", "policy_clock", "api_keys"].map(count),
    ]) {
      expect(await as("log", setting("log"), setting("pruning"), statement), statement).toBe(REFUSED);
    }
    expect(await as("log", count("decision_log"))).toEqual([{ n: 5 }]);
  });
});

describe("API keys", () => {
  const DIGITS = "0".repeat(64);
  const id = (digit: string) => digit.repeat(16);

  beforeAll(async () => {
    const owners = { a: "'acme'", b: "'bolt'", c: "NULL" };
    const rows = Object.entries(owners).map(
      ([digit, owner]) => `('${id(digit)}', ${owner}, 'key', ARRAY['reader'], '${DIGITS}', 'test')`,
    );
    await db.hand(
      `INSERT INTO portcullis.api_keys (id, tenant_id, name, roles, hash, created_by) VALUES ${rows.join(", ")}`,
    );
  });

  it("are shown to whom they belong, and one by one to who says its id", async () => {
    expect(await as("app", count("api_keys"))).toEqual([{ n: 0 }]);
    const ids = "SELECT id FROM portcullis.api_keys ORDER BY id";
    expect(await as("app", tenant("acme"), ids)).toEqual([{ id: id("a") }]);
    expect(await as("app", setting("platform"), ids)).toEqual([{ id: id("c") }]);
    expect(await as("app", setting("api_key", id("b")), ids)).toEqual([{ id: id("b") }]);
    expect(await as("app", setting("api_key", "%"), ids)).toEqual([]);
  });

  it("are made and revoked for their own tenant alone, and nothing else of them is changed", async () => {
    const revoke = "WITH r AS (UPDATE portcullis.api_keys SET revoked_at = now() RETURNING id) SELECT id FROM r";
    // To see a key is not to own it.
    expect(await as("app", tenant("acme"), setting("api_key", id("b")), revoke)).toEqual([{ id: id("a") }]);
    const insert = (owner: string) => `INSERT INTO portcullis.api_keys (id, tenant_id, name, roles, hash, created_by)
      VALUES ('${id("d")}', ${owner}, 'key', ARRAY['reader'], '${DIGITS}', 'test')`;
    expect(await as("app", tenant("acme"), insert("'acme'"))).toEqual([]);
    for (const statement of [
      insert("'bolt'"),
      insert("NULL"),
      `UPDATE portcullis.api_keys SET hash = '${DIGITS}'`,
      "UPDATE portcullis.api_keys SET tenant_id = 'acme'",
      "UPDATE portcullis.api_keys SET expires_at = NULL",
      "DELETE FROM portcullis.api_keys",
    ]) {
      expect(await as("app", tenant("acme"), statement), statement).toBe(REFUSED);
    }
  });
});

it("the loader reaches nothing but policies and their history", async () => {
  expect(await as("loader", count("policies"))).toEqual([{ n: 3 }]);
  for (const statement of [
    ...["api_keys", "decision_log", "decision_log_heads"].map(count),
    "SELECT portcullis.decision_log_prune(0)",
    "UPDATE portcullis.policy_revisions SET revised_by = 'x'",
    "INSERT INTO portcullis.policy_changes (policy_id, change) VALUES ('x', 1)",
    "SELECT change FROM portcullis.policy_clock FOR UPDATE",
    "LOCK TABLE portcullis.policies IN EXCLUSIVE MODE",
    "TRUNCATE portcullis.policies",
    "UPDATE portcullis.migrations SET checksum = 'x'",
  ]) {
    expect(await as("loader", setting("platform"), setting("log"), statement), statement).toBe(REFUSED);
  }
});
