// Approvals through HTTP: asked for, given by people, and spent by one call.
import { describe, expect, it, vi } from "vitest";
import { PATIENCE, startPlatform } from "./host.js";

vi.setConfig({ testTimeout: PATIENCE });

const platform = await startPlatform();
const { send, run, script, orders, db, store, service } = platform;

const deletion = { question: "delete all orders" };
const remove = (who: string, path: string) => send(who, "POST", `${path}/tools/natural_language_db_write`, deletion);
const asked = async (who: string) => (await send(who, "GET", "/approvals")).body as { id: string; text: string }[];
const states = async () =>
  (await db.query("SELECT state FROM approval ORDER BY state")).map(({ state }: never) => state);

async function approve(who: string): Promise<number> {
  const [first] = await asked("dan");
  return (await send(who, "POST", `/approvals/${first?.id}`)).status;
}

describe("a deletion", () => {
  it("waits for another of those who may approve it, and is done once", async () => {
    const path = await run("dba");
    expect(await remove("dba", path)).toMatchObject({ status: 403, body: { code: "approval_required" } });
    // Tried again, it joins what was asked.
    expect((await remove("dba", path)).status).toBe(403);
    expect(await asked("dan")).toMatchObject([{ user_id: "dora", mode: "auto" }]);
    expect((await asked("dan"))[0]?.text).toContain("delete all orders");
    expect(await asked("bob")).toEqual([]);
    expect([await approve("bob"), await approve("ann"), await approve("dba")]).toEqual([404, 403, 403]);
    expect(await orders()).toHaveLength(3);

    expect(await approve("dan")).toBe(201);
    const answers = await Promise.all([remove("dba", path), remove("dba", path)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 403]);
    expect(await orders()).toEqual([{ id: 3, status: "open" }]);
    expect(await states()).toEqual(["pending", "returned"]);
    expect((await remove("dba", path)).status).toBe(403);
  });

  it("of another run is another one", async () => {
    expect(await approve("dan")).toBe(201);
    expect((await remove("dba", await run("dba"))).status).toBe(403);
    expect(await states()).toEqual(["approved", "pending", "returned"]);
    expect(await approve("dan")).toBe(201);
  });

  it("is asked about again where the policy was edited since", async () => {
    const path = await run("dba");
    expect((await remove("dba", path)).status).toBe(403);
    expect(await approve("dan")).toBe(201);
    const ops = { tenant: null, by: "olga" };
    const { policy } = await store.replace(
      ops,
      "deletions",
      {
        ...(await store.read(ops, "deletions")),
        rule_expr: {
          target: ["natural_language_db_write"],
          when: { field: "input.question", starts_with: ["delete", "drop"] },
          approval: { approvers: { roles: ["dba"] } },
        },
      },
      { revision: 1 },
    );
    await service.ensureFresh(0);
    expect((await remove("dba", path)).status).toBe(403);
    // What people had approved is as it was.
    await store.restore(ops, "deletions", 1, policy);
    await service.ensureFresh(0);
    expect((await remove("dba", path)).status).toBe(200);
  });

  it("in the step of an agent pauses it, and goes ahead in the next", async () => {
    script("clean up", { calls: [{ tool: "natural_language_db_write", input: deletion }] }, { text: "cleaned" });
    const path = await run("ann");
    const step = () => send("ann", "POST", `${path}/agents/clerk/steps`, { task: "clean up" });
    expect(await step()).toMatchObject({ status: 403, body: { code: "approval_required", mode: "draft" } });
    const pending = await db.query("SELECT id FROM approval WHERE state = 'pending' AND user_id = 'ann'");
    expect((await send("dan", "POST", `/approvals/${pending[0].id}`)).status).toBe(201);
    expect(await step()).toMatchObject({ status: 200, body: { text: "cleaned", denials: [] } });
  });
});
