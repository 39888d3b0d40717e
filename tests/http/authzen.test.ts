// AuthZEN's Authorization API 1.0, as its clients speak it.
import { beforeAll, describe, expect, it } from "vitest";
import { KINDS } from "../postgres/kinds.js";
import { type World, world } from "./support.js";

const evaluation = {
  subject: { type: "user", id: "u1", properties: { roles: ["support"] } },
  action: { name: "tool_call", properties: { amount: 7 } },
  resource: { type: "tool", id: "pay", properties: { risk_level: "high" } },
  context: { app: null, workflow: null, agent: null, run: { id: "r1", root_id: "r1", mode: "auto" } },
};
const tool = (id: string) => ({ resource: { type: "tool", id } });

describe.each([KINDS[1] as (typeof KINDS)[number]])("AuthZEN on %s", (_, prepare) => {
  let api: World;
  let token: string;

  beforeAll(async () => {
    api = await world(await prepare(), { address: "https://policies.example" });
    token = await api.key("acme", "reader");
    const platform = { tenant: null, by: "tests" };
    const store = (more: object) =>
      api.store.create(platform, { name: "p", scope: "tool", visibility: "public", ...more } as never);
    await store({ id: "open", scope: "global", effect: "allow", rule_expr: {} });
    await store({
      id: "large",
      effect: "deny",
      rule_expr: { target: ["pay"], when: { field: "input.amount", gt: 100 }, message: "Too much." },
    });
    await store({
      id: "wire",
      effect: "require_approval",
      rule_expr: { target: ["wire"], approval: { approvers: { roles: ["dba"] } } },
    });
    await store({
      id: "support",
      effect: "deny",
      rule_expr: { target: ["mail"], unless: { field: "user.roles", includes: "support" } },
    });
    const modify = (id: string, then: object, more = {}) =>
      store({ id, effect: "modify", rule_expr: { target: [id], then }, ...more });
    const limits = [{ meter: "tool_calls", per: ["user"], window: "1d", max: 3 }];
    await modify("drafted", { mode: "draft" });
    await modify("counted", { limits });
    await modify("rationed", { limits }, { visibility: "private" });
    await store({ id: "agents", scope: "agent", effect: "deny", rule_expr: { target: ["bot"] } });
    await store({
      id: "private",
      visibility: "private",
      effect: "deny",
      rule_expr: { target: ["hidden"], message: "Not this." },
    });
    await api.settled();
  }, 120_000);

  const post = async (path: string, body: unknown, headers = {}) =>
    await api.client.call("POST", path, { token, body, headers });
  const evaluate = async (more: object = {}) => (await post("/access/v1/evaluation", { ...evaluation, ...more })).body;

  it("says where it is", async () => {
    expect((await api.client.call("GET", "/.well-known/authzen-configuration")).body).toEqual({
      policy_decision_point: "https://policies.example",
      access_evaluation_endpoint: "https://policies.example/access/v1/evaluation",
      access_evaluations_endpoint: "https://policies.example/access/v1/evaluations",
    });
  });

  it("maps an evaluation to a request, and permits what is allowed and nothing else", async () => {
    expect(await evaluate()).toMatchObject({ decision: true, context: { effect: "allow" } });
    expect(await evaluate({ action: { name: "tool_call", properties: { amount: 101 } } })).toMatchObject({
      decision: false,
      context: {
        code: "denied_by_policy",
        reasons: [{ policy_id: "large", message: "Too much." }, { policy_id: "open" }],
      },
    });
    expect(await evaluate(tool("mail"))).toMatchObject({ decision: true });
    expect(await evaluate({ ...tool("mail"), subject: { type: "user", id: "u1" } })).toMatchObject({ decision: false });
    expect(await evaluate(tool("wire"))).toMatchObject({
      decision: false,
      context: { code: "approval_required", approvals: [{ policy_id: "wire", approvers: { roles: ["dba"] } }] },
    });
    const bot = { subject: { type: "agent", id: "bot" }, context: { app: null, workflow: null, user: null } };
    expect(await evaluate(bot)).toMatchObject({
      decision: false,
      context: { reasons: [{ policy_id: "agents" }, { policy_id: "open" }] },
    });
    // What is not stated is missing: policies on agents stop it, and say why.
    expect(await evaluate({ context: {} })).toMatchObject({
      decision: false,
      context: {
        reasons: [{ policy_id: "agents", error: { code: "missing", field: "agent" } }, { policy_id: "open" }],
      },
    });
    expect(await evaluate({ action: { name: "can_read" } })).toMatchObject({
      decision: false,
      context: { code: "invalid_request" },
    });
    expect(
      await evaluate({ context: { ...evaluation.context, tenant: { id: "acme" }, now: 1_795_375_800_000 } }),
    ).toMatchObject({ decision: true });
    expect((await evaluate(tool("hidden"))).context.reasons).toEqual([
      { policy_id: null, policy_name: null, effect: "deny", message: "Not this.", remedy: null, error: null },
      expect.objectContaining({ policy_id: "open" }),
    ]);
  });

  it("passes over what it does not know, and refuses what it can't read", async () => {
    expect(await evaluate({ search: 1, subject: { ...evaluation.subject, colour: "red" } })).toMatchObject({
      decision: true,
    });
    const { subject: _, ...nobody } = evaluation;
    for (const body of [
      nobody,
      { ...evaluation, subject: { type: "user" } },
      { ...evaluation, resource: "pay" },
      { ...evaluation, context: [] },
      [],
    ]) {
      expect((await post("/access/v1/evaluation", body)).body).toMatchObject({
        status: 400,
        code: "invalid_evaluation",
      });
    }
    for (const more of [
      { subject: { type: "robot", id: "r" } },
      { resource: { type: "document", id: "d" } },
      { context: { action: "run_start" } },
      { context: { user: { id: "root", roles: ["dba"] } } },
      { context: { input: {} } },
      { subject: { type: "agent", id: "a" }, resource: { type: "agent", id: "b" } },
    ]) {
      expect(await evaluate(more), JSON.stringify(more)).toMatchObject({ status: 400, code: "invalid_evaluation" });
    }
    // The id is the entity's, whatever its properties say.
    const properties = { id: "other", roles: ["support"] };
    expect(await evaluate({ ...tool("mail"), subject: { type: "user", id: "u1", properties } })).toMatchObject({
      decision: true,
    });
  });

  it("evaluates several by defaults, each in its place", async () => {
    const evaluations = [
      tool("pay"),
      tool("wire"),
      {},
      { subject: { type: "robot", id: "x" } },
      { context: { tenant: { id: "bolt" } } },
      7,
    ];
    const { body } = await post("/access/v1/evaluations", { ...evaluation, evaluations });
    expect(body.evaluations.map(({ decision }: { decision: boolean }) => decision)).toEqual([
      true,
      false,
      true,
      false,
      false,
      false,
    ]);
    const errors = body.evaluations.map(
      ({ context }: { context: { error?: { status: number } } }) => context.error?.status,
    );
    expect(errors).toEqual([undefined, undefined, undefined, 400, 404, 400]);
    const { resource: _, ...partial } = evaluation;
    const some = await post("/access/v1/evaluations", { ...partial, evaluations: [tool("pay"), {}] });
    expect(some.body.evaluations).toMatchObject([
      { decision: true },
      { decision: false, context: { error: { status: 400 } } },
    ]);
  });

  it("ends where the semantic says", async () => {
    const evaluations = [tool("wire"), tool("pay"), tool("wire"), tool("pay")];
    const decided = async (semantic?: string, list: object[] = evaluations) => {
      const options = semantic === undefined ? {} : { options: { evaluations_semantic: semantic } };
      const { body } = await post("/access/v1/evaluations", { ...evaluation, evaluations: list, ...options });
      return body.evaluations?.map(({ decision }: { decision: boolean }) => decision) ?? body.status;
    };
    expect(await decided()).toEqual([false, true, false, true]);
    expect(await decided("execute_all")).toEqual([false, true, false, true]);
    expect(await decided("deny_on_first_deny")).toEqual([false]);
    expect(await decided("deny_on_first_deny", [tool("pay"), tool("wire"), tool("pay")])).toEqual([true, false]);
    expect(await decided("permit_on_first_permit")).toEqual([false, true]);
    expect(await decided("any")).toBe(400);
  });

  it("answers several of none as one", async () => {
    for (const more of [{}, { evaluations: [] }]) {
      expect((await post("/access/v1/evaluations", { ...evaluation, ...more })).body).toMatchObject({ decision: true });
    }
    expect((await post("/access/v1/evaluations", {})).status).toBe(400);
    expect((await post("/access/v1/evaluations", { evaluations: Array(1_001).fill({}) })).status).toBe(400);
  });

  it("permits what is bound to something only to those who say that they heed it", async () => {
    const heeding = async (id: string, obligations?: unknown, run: object | null = evaluation.context.run) => {
      const context = { ...evaluation.context, run, ...(obligations !== undefined && { obligations }) };
      return await evaluate({ ...tool(id), context });
    };
    const drafted = { effect: "allow", code: "allowed", mode: "draft", obligations: ["mode"] };
    expect(await heeding("drafted")).toMatchObject({ decision: false, context: drafted });
    expect(await heeding("drafted", ["limits"])).toMatchObject({ decision: false, context: drafted });
    expect(await heeding("drafted", ["mode"])).toMatchObject({ decision: true, context: drafted });
    // Whoever does not say in which mode it is done does it, and for draft was asked.
    expect(await heeding("drafted", [], null)).toMatchObject({ decision: false, context: drafted });
    const drafting = await heeding("drafted", [], { ...evaluation.context.run, mode: "draft" });
    expect(drafting).toMatchObject({ decision: true, context: { mode: "draft" } });
    expect(drafting.context).not.toHaveProperty("obligations");
    const limited = { effect: "allow", limits: [{ policy_id: "counted", max: 3 }], obligations: ["limits"] };
    expect(await heeding("counted")).toMatchObject({ decision: false, context: limited });
    expect(await heeding("counted", ["mode"])).toMatchObject({ decision: false, context: limited });
    expect(await heeding("counted", ["mode", "limits"])).toMatchObject({ decision: true, context: limited });
    // What allows nothing is bound to nothing, and several are decided alike.
    expect((await heeding("wire", ["mode", "limits"])).context).not.toHaveProperty("obligations");
    const many = { ...evaluation, evaluations: [tool("drafted"), tool("counted"), tool("pay")] };
    const { evaluations } = (await post("/access/v1/evaluations", many)).body;
    expect(evaluations.map(({ decision }: { decision: boolean }) => decision)).toEqual([false, false, true]);
    for (const wrong of ["mode", ["rate"], {}, null, [1]]) {
      expect(await heeding("pay", wrong)).toMatchObject({ status: 400, code: "invalid_evaluation" });
    }
  });

  it("permits nothing to those who can't see the limits that it is bound to", async () => {
    const context = { ...evaluation.context, tenant: { id: "acme" }, obligations: ["mode", "limits"] };
    const body = { ...evaluation, ...tool("rationed"), context };
    const asked = async (whose: string | null) =>
      (await api.client.call("POST", "/access/v1/evaluation", { token: await api.key(whose, "reader"), body })).body;
    expect(await asked("acme")).toMatchObject({
      decision: false,
      context: { effect: "allow", limits: [], obligations: ["limits"] },
    });
    expect(await asked(null)).toMatchObject({ decision: true, context: { limits: [{ policy_id: "rationed" }] } });
  });

  it("gives the caller's name for the call back, whatever the answer is", async () => {
    const headers = { "x-request-id": "r-17" };
    for (const [path, body, as, status] of [
      ["/access/v1/evaluation", evaluation, token, 200],
      ["/access/v1/evaluations", { ...evaluation, evaluations: [{}] }, token, 200],
      ["/access/v1/evaluation", {}, token, 400],
      ["/access/v1/evaluation", "{", token, 400],
      ["/access/v1/evaluation", evaluation, undefined, 401],
      ["/access/v1/nothing", evaluation, token, 404],
    ] as const) {
      const reply = await api.client.call("POST", path, { token: as, body, headers });
      expect([path, reply.status, reply.headers["x-request-id"]]).toEqual([path, status, "r-17"]);
    }
    expect((await post("/access/v1/evaluation", evaluation)).headers["x-request-id"]).toBeUndefined();
  });
});
