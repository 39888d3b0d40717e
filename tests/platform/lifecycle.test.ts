// A platform that moves in, and one that shuts down.
import { NestFactory } from "@nestjs/core";
import type { PolicyEngine } from "portcullis";
import { POLICY_DECISIONS } from "portcullis/nestjs";
import { Enforcer } from "portcullis/service";
import { describe, expect, it } from "vitest";
import { platformModule } from "./app/app.module.js";
import { newDatabase, PATIENCE } from "./database.js";
import { startPlatform } from "./host.js";

describe("in shadow", async () => {
  const { send, run, reports, orders, script } = await startPlatform({ enforcement: "shadow" });

  it("nothing is stopped and no mode is changed, and everything is told", async () => {
    const path = await run("guest");
    expect(await send("guest", "POST", `${path}/refunds`, { order: 1, amount_cents: 90_000 })).toMatchObject({
      status: 200,
    });
    expect(reports).toMatchObject([
      { enforced: false, outcome: "returned", stop: { code: "denied_by_policy" }, decision: { effect: "deny" } },
    ]);
    const write = { question: "mark as sent the order 1" };
    expect(await send("ann", "POST", `${await run("ann")}/tools/natural_language_db_write`, write)).toMatchObject({
      body: { result: { mode: "auto" } },
    });
    expect((await orders())[0]).toEqual({ id: 1, status: "sent" });
    expect(reports.at(-1)).toMatchObject({ decision: { mode: "draft" }, stop: null, mode: "auto" });
  });

  it("an agent goes on as it did before", async () => {
    script("keep it", { calls: [{ tool: "memory.write", input: { key: "a", value: "b" } }] }, { text: "kept" });
    const step = await send("ann", "POST", `${await run("ann")}/agents/clerk/steps`, { task: "keep it" });
    expect(step).toMatchObject({ status: 200, body: { text: "kept", denials: [] } });
    expect(reports.some(({ stop, outcome }) => stop?.code === "denied_by_policy" && outcome === "returned")).toBe(true);
  });
});

describe("the module", async () => {
  // Here, since what is made within a test is not dropped after it.
  const database = await newDatabase();

  it(
    "closes what decides when the application shuts down, and calls are denied from then on",
    async () => {
      const app = await NestFactory.createApplicationContext(platformModule({ database }), {
        logger: false,
      });
      const engine = app.get<PolicyEngine>(POLICY_DECISIONS);
      const enforcer = app.get(Enforcer);
      await app.close();
      const call = { input: {}, context: { tenantId: "acme", userId: "ann", runId: "r", agentId: null } };
      await expect(enforcer.llmCall("small", call, () => 1)).rejects.toMatchObject({ name: "PolicyDeniedError" });
      expect(() => engine.requestDigest({} as never)).toThrow("closed");
    },
    PATIENCE,
  );
});
