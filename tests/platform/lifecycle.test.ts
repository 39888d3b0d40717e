// A platform that moves in, and one that shuts down.
import { NestFactory } from "@nestjs/core";
import { POLICY_DECISIONS } from "portcullis/nestjs";
import { Enforcer, PolicyEngineService } from "portcullis/service";
import { describe, expect, it } from "vitest";
import { platformModule } from "./app/app.module.js";
import { deployed, PATIENCE, startPlatform } from "./host.js";

describe("in shadow", async () => {
  const { send, run, reports, orders, script, service } = await startPlatform({
    service: { enforcement: "shadow" },
  });

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

  it("ends when somebody says so, without a restart", async () => {
    const path = `${await run("guest")}/refunds`;
    const refund = () => send("guest", "POST", path, { order: 1, amount_cents: 5 });
    expect(await refund()).toMatchObject({ status: 200 });
    service.enforcement = "enforce";
    expect(await refund()).toMatchObject({ status: 403, body: { code: "no_matching_allow" } });
  });
});

describe("the module", async () => {
  const { app: data, loader, log } = await deployed();

  it(
    "closes what decides when the application shuts down, and calls are denied from then on",
    async () => {
      const app = await NestFactory.createApplicationContext(platformModule({ app: data, loader, log }), {
        logger: false,
      });
      const service = app.get(PolicyEngineService);
      expect(app.get(POLICY_DECISIONS)).toBe(service);
      expect(service.health().status).not.toBe("unavailable");
      const enforcer = app.get(Enforcer);
      await app.close();
      const call = { input: {}, context: { tenantId: "acme", userId: "ann", runId: "r", agentId: null } };
      await expect(enforcer.llmCall("small", call, () => 1)).rejects.toMatchObject({ name: "PolicyDeniedError" });
      expect(() => service.requestDigest({} as never)).toThrow("closed");
      expect(service.health().status).toBe("unavailable");
    },
    PATIENCE,
  );
});
