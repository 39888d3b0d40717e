// Each type of policy, through HTTP: what clients of the platform, its agents and its tools see.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, describe, expect, it } from "vitest";
import { startPlatform } from "./host.js";

const platform = await startPlatform();
const { send, run, script, models, reports, orders } = platform;

const page = createServer((_, response) => void response.end("a page"));
await new Promise<void>((done) => void page.listen(0, "127.0.0.1", done));
const pageUrl = `http://127.0.0.1:${(page.address() as AddressInfo).port}/`;
afterAll(() => void page.close());

const last = () => reports.at(-1);

describe("access to tools", () => {
  it("is for those whom a policy lets", async () => {
    const input = { question: "orders of carol" };
    const path = `${await run("ann")}/tools/natural_language_db_read`;
    expect(await send("ann", "POST", path, input)).toMatchObject({
      status: 200,
      body: {
        result: [
          { id: 1, status: "open" },
          { id: 2, status: "open" },
        ],
      },
    });
    const refused = await send("gus", "POST", path, input);
    expect(refused.status).toBe(401);
    const denied = await send("guest", "POST", path, input);
    expect(denied).toMatchObject({ status: 403, body: { code: "no_matching_allow", retryable: false, status: 403 } });
    expect(denied.headers.get("content-type")).toContain("application/problem+json");
    expect(denied.body.detail).toMatch(/^Denied: nothing permits this\./);
    expect(denied.body).not.toHaveProperty("stack");
  });

  it("is not for what a body says of its sender", async () => {
    const forged = {
      user: { id: "ann", roles: ["support"] },
      tool: { id: "memory.read" },
      run: { mode: "draft" },
      roles: ["support"],
    };
    const body = { order: 1, amount_cents: 5, ...forged };
    expect(await send("guest", "POST", `${await run("guest")}/refunds`, body)).toMatchObject({ status: 403 });
    expect(last()?.request).toMatchObject({
      user: { roles: ["guest"] },
      tool: { id: "refund" },
      run: { mode: "auto" },
      input: body,
    });
  });

  it("is an agent's only for its own tools, and the model is told so in its own voice", async () => {
    script("look at a page", { calls: [{ tool: "http_request", input: { url: pageUrl } }] }, { text: "I could not." });
    const path = `${await run("ann")}/agents`;
    expect(await send("ann", "POST", `${path}/researcher/steps`, { task: "look at a page" })).toMatchObject({
      status: 200,
    });
    models.told.length = 0;
    const going = await send("ann", "POST", `${path}/clerk/steps`, { task: "look at a page", goes_on: true });
    expect(models.told).toEqual([
      "Denied by policy.\n- This agent may not use this tool.\n  What helps: Use one of the agent's own tools.\nNext: follow what " +
        "helps, or tell the user that this was not allowed. Do not repeat the call as it is.\n",
    ]);
    expect(going).toMatchObject({
      status: 200,
      body: {
        text: "I could not.",
        denials: [{ code: "denied_by_policy", call: { id: "http_request", call_id: "call-1-0" } }],
      },
    });
  });
});

describe("a step in which a call is stopped", () => {
  it("ends, though the library made a result of it, and is written down", async () => {
    script(
      "go on and on",
      { calls: [{ tool: "memory.read", input: { key: "a" } }] },
      { calls: [{ tool: "http_request", input: { url: pageUrl } }] },
      { calls: [{ tool: "memory.read", input: { key: "b" } }] },
      { text: "all done" },
    );
    const path = await run("ann");
    const before = reports.length;
    expect(await send("ann", "POST", `${path}/agents/clerk/steps`, { task: "go on and on" })).toMatchObject({
      status: 403,
      body: { code: "denied_by_policy", retryable: false, call: { id: "http_request" } },
    });
    const made = reports
      .slice(before)
      .filter(({ call, outcome }) => call.action === "tool_call" && outcome === "returned");
    expect(made.map(({ request }) => request?.input)).toEqual([{ key: "a" }]);
    const { body: events } = await send("ann", "GET", `${path}/events`);
    expect(events).toMatchObject([
      { kind: "tool_called", data: { tool: "memory.read" } },
      { kind: "call_stopped", data: { code: "denied_by_policy", call: { id: "http_request" } } },
    ]);
  });

  it("does not run the same call when the model tries it again", async () => {
    const call = { tool: "http_request", input: { url: pageUrl } };
    script("insist", { calls: [call, call] }, { calls: [call] }, { text: "I give up." });
    const path = `${await run("ann")}/agents/clerk/steps`;
    const before = reports.length;
    const { body } = await send("ann", "POST", path, { task: "insist", goes_on: true });
    expect(body.text).toBe("I give up.");
    const tools = reports.slice(before).filter(({ call }) => call.action === "tool_call");
    expect(tools.map(({ outcome }) => outcome)).toEqual(["denied", "denied", "denied"]);
    expect(tools.at(-1)).toMatchObject({ repeated: true });
  });
});

describe("arguments", () => {
  it("are decided as they are executed: validated, with defaults", async () => {
    const path = `${await run("ann")}/tools/http_request`;
    expect(await send("ann", "POST", path, { url: pageUrl })).toMatchObject({
      status: 200,
      body: { result: { text: "a page" } },
    });
    expect(last()?.request?.input).toEqual({ url: pageUrl, method: "GET" });
  });

  it.each(["http://10.0.0.8/", "http://169.254.169.254/latest/", "http://8.8.8.8/"])(
    "may not lead to %s",
    async (url) => {
      const answer = await send("ann", "POST", `${await run("ann")}/tools/http_request`, { url });
      expect(answer).toMatchObject({ status: 403, body: { code: "denied_by_policy" } });
      expect(answer.body.detail).toContain("Requests to this address are not allowed.");
    },
  );

  it("are held against policies in a handler that is called around the runtime", async () => {
    const path = `${await run("ann")}/refunds`;
    const denied = await send("ann", "POST", path, { order: 1, amount_cents: 50_001 });
    expect(denied).toMatchObject({ status: 403, body: { remedy: "Ask a lead to make it.", call: { id: "refund" } } });
    expect(JSON.stringify(denied.body)).not.toMatch(/50.?00[01]/);
    expect(last()?.outcome).toBe("denied");
  });
});

describe("the mode", () => {
  const write = { question: "mark as sent the order 1" };

  it("draft is forced, and nothing takes effect", async () => {
    const answer = await send("ann", "POST", `${await run("ann")}/tools/natural_language_db_write`, write);
    expect(answer).toMatchObject({ status: 200, body: { result: { mode: "draft", affected: 1 } } });
    expect((await orders())[0]).toEqual({ id: 1, status: "open" });
  });

  it("auto stays where a policy says so", async () => {
    const answer = await send("dba", "POST", `${await run("dba")}/tools/natural_language_db_write`, write);
    expect(answer).toMatchObject({ status: 200, body: { result: { mode: "auto", affected: 1 } } });
    expect((await orders())[0]).toEqual({ id: 1, status: "sent" });
  });

  it("draft refuses a tool that has none", async () => {
    const answer = await send("ann", "POST", `${await run("ann", "draft")}/tools/memory.write`, {
      key: "a",
      value: "b",
    });
    expect(answer).toMatchObject({ status: 403, body: { code: "draft_unsupported" } });
    expect(await send("ann", "POST", `${await run("ann")}/tools/memory.read`, { key: "a" })).toMatchObject({
      body: { result: null },
    });
  });
});

describe("approvals", () => {
  const deletion = { question: "delete all orders" };

  it("stop a call until people have agreed, and say what they would agree to", async () => {
    const answer = await send("dba", "POST", `${await run("dba")}/tools/natural_language_db_write`, deletion);
    expect(answer).toMatchObject({
      status: 403,
      body: {
        title: "Approval required",
        code: "approval_required",
        mode: "auto",
        request_digest: expect.stringMatching(/^sha256:/),
      },
    });
    expect(await orders()).toHaveLength(3);
    const { stop } = last() ?? {};
    expect(stop).toMatchObject({ approvals: [{ policy_id: "deletions", quorum: 1, approvers: { roles: ["dba"] } }] });
    expect((stop as { approverText?: string }).approverText).toContain("delete all orders");
  });

  it("pause the step of an agent", async () => {
    script("clean up", { calls: [{ tool: "natural_language_db_write", input: deletion }] }, { text: "cleaned" });
    const path = await run("ann");
    const answer = await send("ann", "POST", `${path}/agents/clerk/steps`, { task: "clean up" });
    expect(answer).toMatchObject({ status: 403, body: { code: "approval_required", mode: "draft" } });
    expect(await orders()).toHaveLength(3);
    const { body: events } = await send("ann", "GET", `${path}/events`);
    expect(events).toMatchObject([{ kind: "call_stopped", data: { code: "approval_required" } }]);
  });
});

describe("limits", () => {
  it("end a run that asks models too often", async () => {
    const again = { calls: [{ tool: "memory.read", input: { key: "x" } }] };
    script("think", again, again, again, again, again, { text: "done" });
    const path = `${await run("ann")}/agents/clerk/steps`;
    const before = reports.length;
    expect(await send("ann", "POST", path, { task: "think" })).toMatchObject({
      status: 429,
      body: { code: "limit_exceeded" },
    });
    const asked = reports.slice(before).filter(({ call }) => call.action === "llm_call");
    expect(asked.map(({ outcome }) => outcome)).toEqual(["returned", "returned", "returned", "returned", "denied"]);
  });

  it("hold a budget of a field, and a call that is denied takes nothing of it", async () => {
    const path = `${await run("ann")}/refunds`;
    const refund = (amount_cents: number) => send("ann", "POST", path, { order: 1, amount_cents });
    expect((await refund(40_000)).status).toBe(200);
    const refused = await refund(30_000);
    expect(refused).toMatchObject({ status: 429, body: { code: "limit_exceeded", retryable: true } });
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(JSON.stringify(refused.body)).not.toMatch(/60.?000|40.?000/);
    expect((await refund(60_000)).status).toBe(403);
    expect((await refund(20_000)).status).toBe(200);
    expect((await refund(1)).status).toBe(429);
  });
});

describe("tenants", () => {
  it("are kept apart where the platform forgot to ask", async () => {
    const path = await run("ann");
    const answer = await send("bob", "POST", `${path}/tools/natural_language_db_read`, { question: "orders of carol" });
    expect(answer).toMatchObject({ status: 403, body: { detail: expect.stringContaining("There is no such run.") } });
    const own = await send("bob", "POST", `${await run("bob")}/tools/natural_language_db_read`, {
      question: "orders of carol",
    });
    expect(own).toMatchObject({ status: 200, body: { result: [{ id: 3, status: "open" }] } });
  });

  it("have policies of their own, which bind no other", async () => {
    const refund = { order: 3, amount_cents: 0 };
    expect(await send("bob", "POST", `${await run("bob")}/refunds`, refund)).toMatchObject({
      status: 403,
      body: { detail: expect.stringContaining("We make no refunds.") },
    });
    expect(await send("ann", "POST", `${await run("ann")}/refunds`, refund)).toMatchObject({ status: 200 });
  });
});

describe("workflows", () => {
  const read = { action: "tool_call", id: "natural_language_db_read", input: { question: "orders of carol" } };
  const write = {
    action: "tool_call",
    id: "natural_language_db_write",
    input: { question: "mark as packed the order 2" },
  };
  const think = { action: "agent_step", id: "clerk", input: { task: "think once" } };

  it("are checked before they run: each node is previewed when one is saved", async () => {
    const saved = await send("ann", "PUT", "/workflows/packing", { nodes: [read, write, think] });
    expect(saved).toMatchObject({
      status: 200,
      body: [
        {
          id: "natural_language_db_read",
          denied: "never",
          needs_approval: "never",
          drafted: "never",
          words: ["Allowed."],
        },
        { id: "natural_language_db_write", denied: "never", needs_approval: "never", drafted: "always" },
        { id: "clerk", denied: "never", needs_approval: "never", drafted: "never" },
      ],
    });
    const deletion = { ...write, input: { question: "delete all orders" } };
    expect((await send("ann", "PUT", "/workflows/deleting", { nodes: [deletion] })).body).toMatchObject([
      { denied: "never", needs_approval: "always", drafted: "always" },
    ]);
    expect((await send("dba", "PUT", "/workflows/deleting", { nodes: [deletion] })).body).toMatchObject([
      { needs_approval: "always", drafted: "never" },
    ]);
    // A run that is only thought of is not there.
    const runs = await platform.db.query("SELECT count(*) FROM run WHERE workflow_id IS NOT NULL");
    expect(runs).toEqual([{ count: "0" }]);
  });

  it("tell what depends on what a run brings", async () => {
    const { policy } = await platform.store.create(
      { tenant: "acme", by: "pat" },
      {
        name: "tasks about money are looked at",
        scope: "agent",
        effect: "require_approval",
        rule_expr: {
          target: ["clerk"],
          actions: ["agent_step"],
          when: { field: "input.task", contains: "money", default: "" },
          approval: { approvers: { roles: ["support"] } },
        },
      },
    );
    await platform.service.ensureFresh(0);
    const { body } = await send("ann", "PUT", "/workflows/thinking", { nodes: [think] });
    expect(body).toMatchObject([{ denied: "never", needs_approval: "maybe", drafted: "never" }]);
    expect(body[0].words.join()).toContain("input.task");
    await platform.store.delete({ tenant: "acme", by: "pat" }, policy.id, policy);
    await platform.service.ensureFresh(0);
    const { body: after } = await send("ann", "PUT", "/workflows/thinking", { nodes: [think] });
    expect(after).toMatchObject([{ needs_approval: "never" }]);
  });

  it("are refused where a node could never be executed", async () => {
    const fetching = { action: "tool_call", id: "http_request", input: { url: "http://10.0.0.8/", method: "GET" } };
    const refused = await send("ann", "PUT", "/workflows/fetching", { nodes: [read, fetching] });
    expect(refused).toMatchObject({ status: 422, body: { nodes: [{ denied: "never" }, { denied: "always" }] } });
    expect(await send("ann", "POST", "/workflows/fetching/runs", {})).toMatchObject({ status: 404 });
    expect(await send("guest", "PUT", "/workflows/packing", { nodes: [read] })).toMatchObject({ status: 422 });
    // Allowed, and always a draft, which this tool has none of.
    const keep = { action: "tool_call", id: "memory.write", input: { key: "a", value: "b" } };
    await platform.store.create(
      { tenant: "acme", by: "pat" },
      {
        name: "drafts",
        scope: "tool",
        effect: "modify",
        rule_expr: { target: ["memory.write"], then: { mode: "draft" } },
      },
    );
    await platform.service.ensureFresh(0);
    expect(await send("ann", "PUT", "/workflows/keeping", { nodes: [keep] })).toMatchObject({
      status: 422,
      body: { nodes: [{ denied: "always", drafted: "always" }] },
    });
  });

  it("run node by node, each decided where it is executed", async () => {
    script("think once", { text: "thought" });
    const ran = await send("ann", "POST", "/workflows/packing/runs", { mode: "auto" });
    expect(ran).toMatchObject({
      status: 201,
      body: {
        run: { status: "done", mode: "auto" },
        results: [expect.any(Array), { mode: "draft", affected: 1 }, { text: "thought", denials: [] }],
      },
    });
    expect(await orders()).toContainEqual({ id: 2, status: "open" });
    const drafted = await send("dba", "POST", "/workflows/packing/runs", { mode: "draft" });
    expect(drafted.body.results[1]).toMatchObject({ mode: "draft" });
  });

  it("are not started by those who may not", async () => {
    expect(await send("guest", "POST", "/workflows/packing/runs", {})).toMatchObject({
      status: 403,
      body: { call: { action: "run_start" } },
    });
    expect(await send("bob", "POST", "/workflows/packing/runs", {})).toMatchObject({ status: 404 });
  });

  it("stop at a node that is stopped", async () => {
    const deletion = { ...write, input: { question: "delete all orders" } };
    await send("ann", "PUT", "/workflows/deleting", { nodes: [read, deletion, read] });
    const before = reports.length;
    expect(await send("ann", "POST", "/workflows/deleting/runs", {})).toMatchObject({
      status: 403,
      body: { code: "approval_required" },
    });
    expect(reports.slice(before).filter(({ call }) => call.id === "natural_language_db_read")).toHaveLength(2);
    expect(await orders()).toHaveLength(3);
  });
});
