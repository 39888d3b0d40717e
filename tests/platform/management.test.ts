// The management API of policies within the platform, behind the platform's own sessions.
import { describe, expect, it, vi } from "vitest";
import { until } from "../service/support.js";
import { PATIENCE, startPlatform } from "./host.js";

vi.setConfig({ testTimeout: PATIENCE });

const platform = await startPlatform();
const { send, run } = platform;

const API = "/policy-api/v1";
const noMemory = {
  name: "no memory",
  scope: "tool",
  effect: "deny",
  rule_expr: { target: ["memory.*"], message: "We remember nothing." },
};

async function recall(who: string) {
  return send(who, "POST", `${await run(who)}/tools/memory.read`, { key: "a" });
}

describe("an author of a tenant", () => {
  it("changes a policy, and the next calls of the tenant are decided by it", async () => {
    expect((await recall("ann")).status).toBe(200);
    const made = await send("pat", "POST", `${API}/policies`, noMemory);
    expect(made).toMatchObject({
      status: 201,
      body: { policy: { tenant_id: "acme", updated_by: "pat", revision: 1 } },
    });
    // Where it is, seen from where it was posted to.
    const path = new URL(made.headers.get("location") ?? "", `http://host${API}/policies`).pathname;
    expect(path).toBe(`${API}/policies/${made.body.policy.id}`);
    await until(async () => (await recall("ann")).status === 403);
    expect((await recall("ann")).body.detail).toContain("We remember nothing.");
    expect((await recall("bob")).status).toBe(200);

    const off = await send("pat", "POST", `${path}/disable`, undefined, { "if-match": made.headers.get("etag") ?? "" });
    expect(off).toMatchObject({ status: 200, body: { policy: { enabled: false, revision: 2 } } });
    await until(async () => (await recall("ann")).status === 200);
    const stale = await send("pat", "DELETE", path, undefined, { "if-match": '"1"' });
    expect(stale).toMatchObject({ status: 412, body: { code: "revision_conflict", current: 2 } });
  });

  it("is told what is wrong with one, and that the platform's are not theirs", async () => {
    const wrong = { ...noMemory, rule_expr: { ...noMemory.rule_expr, colour: 1 } };
    expect(await send("pat", "POST", `${API}/policies`, wrong)).toMatchObject({
      status: 422,
      body: { diagnostics: [{ code: "unknown_key", pointer: "/rule_expr/colour" }] },
    });
    expect((await send("pat", "GET", `${API}/policies/deletions`)).status).toBe(404);
  });

  it("asks what would be decided, with the tenant of the session", async () => {
    const request = {
      ...{ action: "tool_call", app: null, workflow: null, agent: null },
      ...{ user: { id: "ann", roles: ["support"] }, tool: { id: "memory.read" } },
      run: { id: "r1", root_id: "r1", mode: "auto", tenant_id: "acme" },
      usage: { tool_calls: 0 },
    };
    expect(await send("pat", "POST", `${API}/decisions`, { request })).toMatchObject({ body: { effect: "allow" } });
    const foreign = { ...request, tenant: { id: "globex" } };
    expect((await send("pat", "POST", `${API}/decisions`, { request: foreign })).status).toBe(404);
  });
});

describe("others", () => {
  it("may do what the platform's sessions let them", async () => {
    expect((await send("ann", "GET", `${API}/policies`)).status).toBe(200);
    expect((await send("ann", "POST", `${API}/policies`, noMemory)).status).toBe(403);
    expect((await send("guest", "GET", `${API}/policies`)).status).toBe(403);
    expect(await send("nobody", "GET", `${API}/policies`)).toMatchObject({
      status: 401,
      body: { code: "unauthorized" },
    });
    const { body } = await send("bob", "GET", `${API}/policies`);
    expect(body.policies.map(({ name }: { name: string }) => name)).toEqual(["globex refunds nothing"]);
  });

  it("who run the platform change its own policies, and see how it is", async () => {
    const read = await send("ops", "GET", `${API}/policies/deletions`);
    expect(read).toMatchObject({ status: 200, body: { tenant_id: null, effect: "require_approval" } });
    expect(await send("ops", "GET", `${API}/status`)).toMatchObject({
      status: 200,
      body: { status: "ok", contained: [] },
    });
    expect((await send("pat", "GET", `${API}/status`)).status).toBe(403);
    const closed = await send("ops", "POST", `${API}/policies`, { ...noMemory, name: "closed", id: "closed" });
    expect(closed.status).toBe(201);
    await until(async () => (await recall("bob")).status === 403);
    await send("ops", "DELETE", `${API}/policies/closed`, undefined, { "if-match": '"1"' });
    await until(async () => (await recall("bob")).status === 200);
  });

  it("find the platform's own endpoints where they were", async () => {
    expect((await send("ann", "GET", "/health")).body).toEqual({ status: "ok" });
    expect((await send("ann", "GET", "/policy-api/nothing")).body).toMatchObject({ code: "route_not_found" });
    expect((await send("ann", "GET", "/nothing")).status).toBe(404);
  });
});
