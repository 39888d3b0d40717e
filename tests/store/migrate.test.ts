// Migrations: what is applied, recorded, refused and printed, by the command as a process too.
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import pg from "pg";
import {
  ApiKeyStore,
  databaseSource,
  migrate,
  PolicyEngineService,
  PolicyStore,
  printMigrations,
} from "portcullis/service";
import { DataSource } from "typeorm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COMMAND } from "../cli/run.js";
import { afterwards } from "../postgres/cleanup.js";
import { newDatabase, newPool, sql, type TestDatabase } from "../postgres/server.js";
import { request, until } from "../service/support.js";

const NAMES = ["schema", "policies", "api_keys", "decision_log", "functions"];
const VERSION = NAMES.length - 1;
const policy = { id: "a", name: "a", scope: "global", effect: "deny", rule_expr: {} } as const;
const platform = { tenant: null, by: "test" };

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the command beside others. */
function portcullis(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const { DATABASE_URL: _, ...inherited } = process.env;
  const child = spawn(process.execPath, [COMMAND, ...args], { env: { ...inherited, ...env } });
  const [out, err]: Buffer[][] = [[], []];
  child.stdout.on("data", (chunk) => out?.push(chunk));
  child.stderr.on("data", (chunk) => err?.push(chunk));
  return new Promise((done, failed) => {
    child.on("error", failed);
    child.on("close", (code) =>
      done({ code, out: Buffer.concat(out ?? []).toString(), err: Buffer.concat(err ?? []).toString() }),
    );
  });
}

const folder = mkdtempSync(join(tmpdir(), "portcullis-migrate-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs work on a client within a transaction of the host. */
function transacting(pool: pg.Pool) {
  return async (work: (client: pg.PoolClient) => Promise<unknown>) => {
    const client = await pool.connect();
    try {
      await client.query("BEGIN");
      return await work(client);
    } finally {
      await client.query("ROLLBACK");
      client.release();
    }
  };
}

describe("on PostgreSQL", () => {
  let database: TestDatabase;
  let owner: pg.Pool;

  beforeAll(async () => {
    database = await newDatabase();
    owner = newPool({ connectionString: database.owner });
    afterwards(() => owner.end());
  });

  const recorded = async (schema: string) =>
    (await owner.query(`SELECT version, name FROM ${schema}.migrations ORDER BY version`)).rows;

  it("are applied once, in order, and recorded", async () => {
    expect(await migrate(owner)).toEqual({ applied: NAMES, version: VERSION });
    expect(await migrate(owner)).toEqual({ applied: [], version: VERSION });
    expect(await recorded("portcullis")).toEqual(NAMES.map((name, version) => ({ version, name })));
  });

  it("make the columns of the plan, and those of the service", async () => {
    const { rows } = await owner.query(`SELECT column_name AS name FROM information_schema.columns
      WHERE table_schema = 'portcullis' AND table_name = 'policies'`);
    const planned = ["id", "name", "description", "scope", "rule_expr", "effect", "created_at"];
    const more = ["tenant_id", "enabled", "enforcement", "visibility", "revision", "updated_at", "updated_by"];
    expect(rows.map(({ name }) => name).sort()).toEqual([...planned, ...more].sort());
  });

  it.each([`we"ird; DROP -- 'x' \\ $1 {schema}`, "Ümlaut", "select"])("work in a schema named %j", async (schema) => {
    expect(await migrate(owner, { schema, roles: database.roles })).toEqual({ applied: NAMES, version: VERSION });
    const store = new PolicyStore({ database: owner, schema });
    expect((await store.create(platform, policy)).policy.revision).toBe(1);
    expect((await store.revisions(platform, "a")).length).toBe(1);
    expect((await migrate(owner, { schema, roles: database.roles })).applied).toEqual([]);
  });

  it.each(["", "x".repeat(49), "a\0b"])("refuse a schema named %j", async (schema) => {
    await expect(migrate(owner, { schema })).rejects.toMatchObject({ code: "invalid_argument" });
  });

  it("refuse one that was edited after it was applied", async () => {
    await migrate(owner, { schema: "edited" });
    await owner.query("UPDATE edited.migrations SET checksum = 'sha256:0' WHERE version = 1");
    await expect(migrate(owner, { schema: "edited" })).rejects.toMatchObject({
      code: "migration_edited",
      message: expect.stringContaining("`policies`"),
    });
  });

  it("refuse a database that is newer than they are", async () => {
    await migrate(owner, { schema: "newer" });
    await owner.query("INSERT INTO newer.migrations (version, name, checksum) VALUES (99, 'future', 'sha256:0')");
    await expect(migrate(owner, { schema: "newer" })).rejects.toMatchObject({
      code: "database_newer",
      remedy: "Update Portcullis.",
    });
  });

  it("are the ones that stores need: one that is newer or older is refused by each of their calls", async () => {
    const schema = "versions";
    await migrate(owner, { schema });
    const stores = () => {
      const [policies, keys] = [
        new PolicyStore({ database: owner, schema }),
        new ApiKeyStore({ database: owner, schema }),
      ];
      const database = transacting(owner);
      return [
        () => policies.create(platform, { ...policy, id: randomUUID() }),
        () => policies.list(platform),
        () => database((client) => policies.within(client).list(platform)),
        () => keys.create(platform, { name: "k", roles: ["reader"] }),
        () => keys.find("0".repeat(16)),
        () => keys.list(platform),
      ];
    };
    const known = stores();
    for (const call of known) await call();
    await owner.query(`INSERT INTO ${schema}.migrations (version, name, checksum) VALUES (99, 'future', 'sha256:0')`);
    for (const call of stores()) {
      await expect(call()).rejects.toMatchObject({ code: "database_newer", remedy: "Update Portcullis." });
    }
    // It was looked at once: a process that runs goes on while another release is brought in.
    for (const call of known) await call();
    await owner.query(`DELETE FROM ${schema}.migrations WHERE version > ${VERSION - 1}`);
    for (const call of stores()) await expect(call()).rejects.toMatchObject({ code: "schema_missing" });
  });

  it("keep nothing of one that fails, and go on once it can be applied", async () => {
    await owner.query("CREATE SCHEMA half; CREATE TABLE half.policy_clock (x int)");
    await expect(migrate(owner, { schema: "half" })).rejects.toMatchObject({
      code: "migration_failed",
      message: expect.stringMatching(/`policies`.*policy_clock/),
    });
    expect(await recorded("half")).toEqual([{ version: 0, name: "schema" }]);
    expect((await owner.query("SELECT to_regclass('half.policies') AS there")).rows).toEqual([{ there: null }]);
    await owner.query("DROP TABLE half.policy_clock");
    expect((await migrate(owner, { schema: "half" })).applied).toEqual(NAMES.slice(1));
  });

  it("refuse to go on where a trigger of somebody's own table writes what the owner alone may write", async () => {
    await migrate(owner, { schema: "strange" });
    await owner.query("DELETE FROM strange.migrations WHERE version = 4");
    await owner.query("CREATE TABLE public.mine (x int)");
    await owner.query(`CREATE TRIGGER mine AFTER INSERT ON public.mine
      FOR EACH STATEMENT EXECUTE FUNCTION strange.policies_begin()`);
    await expect(migrate(owner, { schema: "strange" })).rejects.toMatchObject({
      code: "migration_failed",
      message: expect.stringMatching(/`functions`.*trigger mine of mine/),
    });
    await owner.query("DROP TABLE public.mine");
    expect((await migrate(owner, { schema: "strange" })).applied).toEqual(["functions"]);
  });

  it("need no right to make schemas where the schema is there", async () => {
    const user = `${database.name}_maker`;
    await sql(database.superuser, `CREATE ROLE ${user} LOGIN`, `CREATE SCHEMA made AUTHORIZATION ${user}`);
    const url = new URL(database.owner);
    url.username = user;
    const maker = newPool({ connectionString: url.href });
    try {
      expect((await migrate(maker, { schema: "made" })).applied).toEqual(NAMES);
      // Roles that are there need no CREATEROLE either; ones that are not do.
      await expect(
        migrate(maker, { schema: "made", roles: { app: `${user}_a`, loader: `${user}_l` } }),
      ).rejects.toMatchObject({
        code: "migration_failed",
        remedy: expect.stringContaining("--print"),
      });
      expect((await migrate(maker, { schema: "made", roles: database.roles })).applied).toEqual([]);
    } finally {
      await maker.end();
      await sql(database.superuser, `DROP OWNED BY ${user} CASCADE`, `DROP ROLE ${user}`);
    }
  });

  it("are applied once by several processes at once", async () => {
    const args = ["migrate", "--database", database.owner, "--schema", "raced"];
    const ended = await Promise.all(Array.from({ length: 4 }, () => portcullis(args)));
    expect(ended.map(({ code, err }) => [code, err])).toEqual(ended.map(() => [0, ""]));
    const applied = ended.flatMap(({ out }) => /^applied (.*);/.exec(out)?.[1]?.split(", ") ?? []);
    expect(applied.sort()).toEqual([...NAMES].sort());
    expect(await recorded("raced")).toHaveLength(NAMES.length);
  });

  it("are printed as SQL that psql would take, with nothing left to fill in", async () => {
    const { code, out } = await portcullis(["migrate", "--print", "--schema", "printed"]);
    expect(code).toBe(0);
    expect(out).toBe(printMigrations("sql", { schema: "printed" }));
    expect(out).not.toMatch(/:["']schema/);
    await owner.query(out);
    expect((await migrate(owner, { schema: "printed" })).applied).toEqual([]);
    const store = new PolicyStore({ database: owner, schema: "printed" });
    expect((await store.create(platform, policy)).policy.revision).toBe(1);
  });

  it("are printed for TypeORM, which applies them, and joins the store in its transactions", async () => {
    const file = join(folder, "migrations.ts");
    const { out } = await portcullis(["migrate", "--print", "--format", "typeorm", "--schema", "typed"]);
    writeFileSync(file, out);
    const classes = Object.values(await import(file)) as never[];
    expect(classes).toHaveLength(NAMES.length);
    const source = new DataSource({ type: "postgres", url: database.owner, migrations: classes });
    await source.initialize();
    try {
      expect(await source.runMigrations()).toHaveLength(NAMES.length);
      expect(await source.runMigrations()).toHaveLength(0);
      expect((await migrate(owner, { schema: "typed" })).applied).toEqual([]);

      const store = new PolicyStore({ database: source, schema: "typed" });
      const { policy: saved } = await store.create(platform, policy);
      const runner = source.createQueryRunner();
      await runner.connect();
      await runner.startTransaction();
      const within = store.within(runner);
      const { policy: changed } = await within.replace(platform, "a", { ...saved, name: "b" }, saved);
      expect(changed).toMatchObject({ name: "b", revision: 2 });
      await expect(within.create(platform, policy)).rejects.toMatchObject({ code: "policy_exists" });
      expect(await within.delete(platform, "a", changed)).toEqual({ revision: 3 });
      await runner.rollbackTransaction();
      await runner.release();
      expect(await store.read(platform, "a")).toEqual(saved);
      await source.transaction(async (manager) => {
        await store.within(manager).setEnabled(platform, "a", false, saved);
        const whom = await manager.query("SELECT current_setting('portcullis.platform', true) AS platform");
        expect(whom).toEqual([{ platform: "" }]);
      });
      expect((await store.read(platform, "a")).enabled).toBe(false);
    } finally {
      await source.destroy();
    }
  });

  it("need no roles: the owner is under row level security, and loads all where it says so", async () => {
    await migrate(owner, { schema: "alone" });
    const store = new PolicyStore({ database: owner, schema: "alone" });
    for (const tenant of ["acme", "bolt"]) {
      await store.create({ tenant, by: "test" }, { name: tenant, scope: "global", effect: "deny", rule_expr: {} });
    }
    expect((await owner.query("SELECT count(*)::int AS count FROM alone.policies")).rows).toEqual([{ count: 0 }]);
    const source = databaseSource({ database: owner, schema: "alone" });
    expect((await source.load()).policies).toHaveLength(2);
    const service = await PolicyEngineService.start({ source });
    await until(() => service.health().watching);
    for (const [id, code] of Object.entries({
      acme: "denied_by_policy",
      bolt: "denied_by_policy",
      corp: "no_matching_allow",
    })) {
      expect(service.decide(request({ tenant: { id } })).code).toBe(code);
    }
    await service.close();
  });

  it("joins a client of the host, within its transaction and without one", async () => {
    await migrate(owner, { schema: "joined" });
    const client = new pg.Client(database.owner);
    await client.connect();
    try {
      const store = new PolicyStore({ database: client, schema: "joined" });
      await Promise.all(["a", "b", "c"].map((id) => store.create(platform, { ...policy, id })));
      await client.query("BEGIN");
      await Promise.all(["a", "b"].map((id) => store.setEnabled(platform, id, false, { revision: 1 })));
      await client.query("ROLLBACK");
      expect((await store.list(platform)).policies.map(({ id, enabled }) => [id, enabled])).toEqual([
        ["a", true],
        ["b", true],
        ["c", true],
      ]);
    } finally {
      await client.end();
    }
  });
});

describe("on PGlite", () => {
  it("are applied and recorded, with roles", async () => {
    const db = new PGlite();
    try {
      expect(await migrate(db, { roles: true })).toEqual({ applied: NAMES, version: VERSION });
      expect(await migrate(db, { roles: true })).toEqual({ applied: [], version: VERSION });
    } finally {
      await db.close();
    }
  }, 120_000);

  it("are applied in a folder by the command", async () => {
    const url = `pglite:${join(folder, "data")}`;
    const first = await portcullis(["migrate", "--roles"], { DATABASE_URL: url });
    expect(first).toEqual({
      code: 0,
      out: `applied ${NAMES.join(", ")}; the schema has version ${VERSION}, and its roles\n`,
      err: "",
    });
    expect((await portcullis(["migrate", "--database", url])).out).toMatch(/^nothing to apply/);
  }, 120_000);
});

describe("the command", () => {
  it("says what is missing", async () => {
    const { code, err } = await portcullis(["migrate"]);
    expect([code, err]).toEqual([2, expect.stringContaining("--database URL")]);
    expect((await portcullis(["migrate", "--format", "sql"])).code).toBe(2);
    const unknown = await portcullis(["migrate", "--database", "mysql://x"]);
    expect([unknown.code, unknown.err]).toEqual([1, expect.stringContaining("pglite:folder")]);
  });

  it("says that the database can't be reached", async () => {
    const { code, err } = await portcullis(["migrate", "--database", "postgres://nobody@127.0.0.1:1/none"]);
    expect([code, err]).toEqual([1, expect.stringContaining("error[database_unavailable]")]);
  });

  it("prints the roles where they are asked for", async () => {
    expect((await portcullis(["migrate", "--print"])).out).not.toContain("CREATE ROLE");
    expect((await portcullis(["migrate", "--print", "--roles"])).out).toContain("CREATE ROLE");
  });
});
