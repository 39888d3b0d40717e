// Databases by their addresses, and what is told where there is none.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pglite } from "portcullis/pglite";
import { postgres } from "portcullis/postgres";
import {
  databaseOf,
  databaseSource,
  migrate,
  openDatabase,
  PolicyEngineService,
  PolicyStore,
} from "portcullis/service";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { newDatabase, SERVER, sql } from "../postgres/server.js";
import { open, platform, request, until } from "../service/support.js";

const folder = mkdtempSync(join(tmpdir(), "portcullis-open-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => vi.unstubAllEnvs());

describe("PGlite", () => {
  it("keeps its data in a folder, and serves a service in its process", async () => {
    const address = `pglite:${join(folder, "data")}`;
    const first = await openDatabase(address);
    await migrate(first, { roles: true });
    const store = new PolicyStore({ database: first, role: "portcullis_app" });
    const source = databaseSource({ database: first, role: "portcullis_loader" });
    const service = await PolicyEngineService.start({ source, pollMs: 3_600_000, maxStalenessMs: 7_200_000 });
    expect(service.decide(request()).code).toBe("no_matching_allow");
    await store.create(platform, open);
    // By notification.
    await until(() => service.decide(request()).code === "allowed");
    expect(service.health()).toMatchObject({ status: "ok", watching: true });
    await service.close();
    await first.close?.();

    const second = await pglite(join(folder, "data"));
    const again = new PolicyStore({ database: second, role: "portcullis_app" });
    expect((await again.list(platform)).policies.map(({ id }) => id)).toEqual(["open"]);
    await second.close?.();
  }, 120_000);

  it("is what is opened where nothing is named, but in production", async () => {
    const database = await openDatabase(undefined);
    expect((await migrate(database)).applied.length).toBeGreaterThan(1);
    await database.close?.();
    vi.stubEnv("NODE_ENV", "production");
    for (const nothing of [undefined, ""]) {
      await expect(openDatabase(nothing)).rejects.toMatchObject({
        code: "invalid_argument",
        remedy: expect.stringContaining("pglite:folder"),
      });
    }
    await (await openDatabase("pglite:")).close?.();
  }, 120_000);
});

it("PostgreSQL is opened by its address", async () => {
  const database = await openDatabase(SERVER);
  expect(await database.transaction((connection) => connection.rows("SELECT 1 AS one"))).toEqual([{ one: 1 }]);
  await database.close?.();
  await expect(postgres("mysql://host/db")).rejects.toMatchObject({ code: "invalid_argument" });
  await expect(openDatabase("data.db")).rejects.toMatchObject({ code: "invalid_argument" });
});

it.each([[null], [7], [{}], [{ query: 1 }], ["postgres://host/db"]])("%j is no database", (like) => {
  expect(() => databaseOf(like as never)).toThrow(expect.objectContaining({ code: "invalid_argument" }));
});

describe("a transaction", () => {
  it("is undone by what it throws, which comes out as it was or as one of our errors", async () => {
    const database = await openDatabase(SERVER);
    try {
      const create = "CREATE TABLE never_there (x int)";
      const failed = database.transaction(async (connection) => {
        await connection.rows(create);
        await connection.rows("SELECT 1/0");
      });
      await expect(failed).rejects.toMatchObject({ code: "database_failed", cause: { code: "22012" } });
      const slow = database.transaction((connection) => connection.rows("SELECT pg_sleep(60)"), { timeoutMs: 50 });
      await expect(slow).rejects.toMatchObject({
        code: "database_unavailable",
        message: expect.stringContaining("50 ms"),
      });
      const there = "SELECT to_regclass('never_there') AS there";
      expect(await database.transaction((connection) => connection.rows(there))).toEqual([{ there: null }]);
    } finally {
      await database.close?.();
    }
  });

  it("that gets no answer to its COMMIT does not claim that nothing was saved", async () => {
    const { owner } = await newDatabase();
    await sql(
      owner,
      "CREATE TABLE kept (x int)",
      "CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(1); RETURN NULL; END'",
      `CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON kept DEFERRABLE INITIALLY DEFERRED
       FOR EACH ROW EXECUTE FUNCTION slowly()`,
    );
    const database = await openDatabase(owner);
    try {
      const insert = (timeoutMs: number) =>
        database.transaction((connection) => connection.rows("INSERT INTO kept VALUES (1)"), { timeoutMs });
      await expect(insert(400)).rejects.toMatchObject({ code: "outcome_unknown", retryable: false });
      await insert(30_000);
    } finally {
      await database.close?.();
    }
  });
});
