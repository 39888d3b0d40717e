// Writers that meet, on PostgreSQL: each has read what it acts on before the other is done.
import { PolicyStore } from "portcullis/service";
import { expect, it } from "vitest";
import { afterwards } from "../postgres/cleanup.js";
import { newPool } from "../postgres/server.js";
import { acme, anonymous, stored, until } from "../service/support.js";

it("of two who restore a deleted policy at once, one is told the revision that the other made", async () => {
  const db = await stored();
  const pool = newPool({ connectionString: db.database.app, max: 4 });
  afterwards(() => pool.end());
  const store = new PolicyStore({ database: pool });
  const { policy } = await store.create(acme, anonymous());
  const deleted = await store.delete(acme, policy.id, policy);
  const holder = await pool.connect();
  await holder.query("BEGIN");
  await store.within(holder).create(acme, anonymous());
  const restoring = Promise.allSettled([1, 2].map(() => store.restore(acme, policy.id, 1, deleted)));
  const waiting = `SELECT count(*)::int AS n FROM pg_stat_activity
    WHERE datname = '${db.database.name}' AND wait_event_type = 'Lock'`;
  await until(async () => (await db.hand(waiting))[0]?.["n"] === 2);
  await holder.query("COMMIT");
  holder.release();
  const [won, lost] = (await restoring).sort((a) => (a.status === "fulfilled" ? -1 : 1));
  expect(won).toMatchObject({ status: "fulfilled", value: { policy: { revision: 3 } } });
  expect(lost).toMatchObject({ reason: { code: "revision_conflict", current: 3 } });
  expect(await store.revisions(acme, policy.id)).toHaveLength(3);
});
