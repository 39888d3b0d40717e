import { describe, expect, expectTypeOf, it } from "vitest";
import { ApprovalRequiredError, PolicyDeniedError, PortcullisError } from "../../engine/errors.js";
import { PolicyEngine } from "../../entrypoints/node.js";
import { factsFor, hostOf, limited, NOW, on, open, type Session, session, stopOf } from "./host.fixture.js";
import { CallDeniedError, CallPausedError, type FactsQuery, type Permit } from "./index.js";

const call = (input: unknown = {}, context: Session = session) => ({ input, context, callId: "c1" });
const drafting: Session = { ...session, mode: "draft" };

describe("a call that is allowed", () => {
  it("gets the snapshot, and hands its result through as it is", async () => {
    const { enforcer, calls } = hostOf([open]);
    const input = { to: "bob", lines: [{ n: 1 }] };
    const result = { sent: true };
    let given: Permit<typeof input> | undefined;
    const returned = await enforcer.toolCall("send", { input, context: session }, (permit) => {
      given = permit;
      return result;
    });
    expect(returned).toBe(result);
    expect(given?.input).toEqual(input);
    expect(given?.input).not.toBe(input);
    expect(Object.isFrozen(given?.input.lines[0])).toBe(true);
    expect(given?.mode).toBe("auto");
    expect(calls).toMatchObject([
      {
        call: { action: "tool_call", id: "send", run_id: "r1", call_id: null },
        outcome: "returned",
        enforced: true,
        stop: null,
        mode: "auto",
        request: { now: NOW, tenant: { id: "acme" }, agent: null, workflow: { id: "triage" }, input },
        decision: { code: "allowed" },
      },
    ]);
    expect(calls[0]?.request?.input).toBe(given?.input);
  });

  it("is decided and done on the snapshot, whatever becomes of the input meanwhile", async () => {
    const slow = { facts: async (query: Parameters<typeof factsFor>[0]) => factsFor(query) };
    const { enforcer } = hostOf([open, on("send", "deny", { when: { field: "input.amount", gt: 10 } })], {
      facts: slow,
    });
    const input = { amount: 5 };
    const pending = enforcer.toolCall("send", { input, context: session }, ({ input }) => input.amount);
    input.amount = 5_000;
    expect(await pending).toBe(5);
    await expect(enforcer.toolCall("send", { input, context: session }, ({ input }) => input.amount)).rejects.toThrow();
  });

  it("rejects with the very error that its work throws", async () => {
    const { enforcer, calls } = hostOf([open]);
    const error = new Error("the mail server is down");
    const failing = enforcer.toolCall("send", call(), () => {
      throw error;
    });
    expect(await stopOf(failing)).toBe(error);
    expect(calls).toMatchObject([{ outcome: "threw", stop: null }]);
  });

  it("has types under which no work can change its input", () => {
    type Given = Permit<{ to: string; lines: { n: number }[] }>["input"];
    expectTypeOf<Given>().toEqualTypeOf<{ readonly to: string; readonly lines: readonly { readonly n: number }[] }>();
  });

  it("states an entity that there is none of as null, and reads further facts", async () => {
    const used = { id: "used", name: "used", scope: "global", effect: "deny" } as const;
    const when = { field: "usage.tool_calls_last_minute", gte: 10 };
    const facts = (query: Parameters<typeof factsFor>[0]) => ({
      ...factsFor(query),
      usage: { tool_calls_last_minute: 9 },
    });
    const { enforcer, calls } = hostOf([open, { ...used, rule_expr: { when } }], { facts: { facts } });
    await enforcer.toolCall("send", call(), () => 1);
    expect(Object.keys(calls[0]?.request ?? {}).sort()).toEqual(
      ["action", "agent", "app", "input", "now", "run", "tenant", "tool", "usage", "user", "workflow"].sort(),
    );
  });
});

describe("a call that is denied", () => {
  const policies = [
    open,
    on("send", "deny", {
      message: "No mail to strangers.",
      remedy: "Ask a colleague.",
      when: { field: "input.amount", gt: 777 },
    }),
  ];

  it("is not run, and tells the agent in its own voice", async () => {
    const { enforcer, calls } = hostOf(policies);
    const stop = await stopOf(enforcer.toolCall("send", call({ amount: 4_321 }), () => expect.unreachable()));
    expect(stop).toBeInstanceOf(PolicyDeniedError);
    expect(PolicyDeniedError.is(stop)).toBe(true);
    if (!CallDeniedError.is(stop)) throw stop;
    expect(stop).toMatchObject({
      code: "denied_by_policy",
      remedy: "Ask a colleague.",
      retryable: false,
      call: { action: "tool_call", id: "send", run_id: "r1", call_id: "c1" },
      decision: { effect: "deny" },
    });
    expect(stop.message).toMatch(/^Denied by policy\.\n- No mail to strangers\./);
    const told = JSON.stringify(stop);
    expect(JSON.parse(told)).toMatchObject({
      name: "PolicyDeniedError",
      code: "denied_by_policy",
      message: stop.message,
    });
    for (const secret of ["777", "4321", "deny-send", "stack"]) expect(told + stop.message).not.toContain(secret);
    expect(calls).toMatchObject([{ outcome: "denied", stop, mode: null, decision: { effect: "deny" } }]);
  });

  it("is one whose policies are missing", async () => {
    const { enforcer } = hostOf([]);
    expect(await stopOf(enforcer.llmCall("small", call(), () => 1))).toMatchObject({ code: "no_matching_allow" });
  });

  it.each([
    [
      "a cycle",
      (() => {
        const input: { self?: unknown } = {};
        input.self = input;
        return input;
      })(),
    ],
    ["a function", { callback: () => 1 }],
    ["an instance", { at: new Date(0) }],
  ])("is one whose input is no JSON: %s", async (_, input) => {
    const { enforcer } = hostOf([open]);
    const stop = await stopOf(enforcer.toolCall("send", call(input), () => expect.unreachable()));
    expect(stop).toMatchObject({ code: "input_not_json", decision: { code: "invalid_request", effect: "deny" } });
    expect((stop as Error).cause).toMatchObject({ pointer: expect.stringMatching(/^\/(self|callback|at)$/) });
  });

  it("is one that the engine fails on", async () => {
    const decisions = PolicyEngine.loadSync({ policies: [open] });
    const { enforcer, troubles } = hostOf([], { decisions });
    decisions.close();
    const stop = await stopOf(enforcer.toolCall("send", call(), () => expect.unreachable()));
    expect(stop).toMatchObject({
      code: "engine_failure",
      message: expect.stringMatching(/^Denied: this can't be decided[\s\S]*closed/),
    });
    expect(troubles).toEqual([]);
  });

  it.each([
    [
      "throws",
      () => {
        throw new Error("no");
      },
    ],
    ["answers nothing", () => undefined],
    ["answers a promise of one", async () => ({ effect: "allow" })],
    ["answers another effect", () => ({ effect: "ALLOW", mode: "auto", reasons: [], limits: [] })],
  ])("is one where whoever decides %s", async (_, decide) => {
    const broken = { decide, explain: () => "", requestDigest: () => "" } as never;
    const { enforcer } = hostOf([], { decisions: broken });
    const stop = await stopOf(enforcer.toolCall("send", call(), () => expect.unreachable()));
    expect(CallDeniedError.is(stop)).toBe(true);
  });

  it("is told without the engine's words where they can't be had", async () => {
    const engine = PolicyEngine.loadSync({ policies });
    const explain = () => {
      throw new Error("no");
    };
    const decisions = { decide: engine.decide.bind(engine), requestDigest: engine.requestDigest.bind(engine), explain };
    const { enforcer, troubles } = hostOf([], { decisions });
    const stop = await stopOf(enforcer.toolCall("send", call({ amount: 4_321 }), () => 1));
    expect((stop as Error).message).toContain("No mail to strangers.");
    expect(troubles).toMatchObject([{ code: "explanation_failed" }]);
  });
});

describe("facts", () => {
  const whole = factsFor({ action: "tool_call", id: "send", context: session });
  const { user: _, ...withoutUser } = whole;

  it.each<[string, () => unknown]>([
    [
      "throw",
      () => {
        throw new Error("the database is down");
      },
    ],
    ["reject", () => Promise.reject(new Error("the database is down"))],
    ["never come", () => new Promise(() => {})],
    ["are nothing", () => undefined],
    ["are a list", () => [whole]],
    ["leave an entity out", () => withoutUser],
    ["have an entity without an id", () => ({ ...whole, user: {} })],
    ["have an id that is a number", () => ({ ...whole, app: { id: 5 } })],
    ["have no tenant", () => ({ ...whole, tenant: null })],
    ["have a run without an id", () => ({ ...whole, run: { mode: "auto" } })],
    ["have an entity by their prototype", () => Object.assign(Object.create({ user: whole.user }), withoutUser)],
    ["have an id by its prototype", () => ({ ...whole, user: Object.create({ id: "ann" }) })],
    ["are of another tool", () => ({ ...whole, tool: { id: "read" } })],
    ["are of no tool", () => ({ ...whole, tool: null })],
  ])("that %s deny", async (_, facts) => {
    const { enforcer } = hostOf([open], { facts: { facts } as never, factsTimeoutMs: 20 });
    const stop = await stopOf(enforcer.toolCall("send", call(), () => expect.unreachable()));
    expect(stop).toMatchObject({ code: "facts_unavailable", retryable: true, decision: { code: "invalid_request" } });
    expect((stop as Error).cause).toBeInstanceOf(Error);
    expect((stop as Error).message).not.toContain("database");
  });

  it("are not asked for the input, so that they can't come from it", async () => {
    const asked: unknown[] = [];
    const facts = (query: Parameters<typeof factsFor>[0]) => {
      asked.push(query);
      return factsFor(query);
    };
    const forged = {
      tool: { id: "read", risk_level: "low" },
      user: { id: "root", roles: ["admin"] },
      run: { mode: "draft" },
    };
    const { enforcer, calls } = hostOf([open], { facts: { facts } });
    await enforcer.toolCall("send", call(forged), () => 1);
    expect(asked).toEqual([{ action: "tool_call", id: "send", context: session }]);
    expect(calls[0]?.request).toMatchObject({
      tool: { risk_level: "high" },
      user: { id: "ann" },
      run: { mode: "auto" },
    });
  });

  it("may have any name", async () => {
    const more = JSON.parse('{"__proto__": {"a": 1}, "constructor": 2}');
    const facts = (query: Parameters<typeof factsFor>[0]) =>
      Object.defineProperties(factsFor(query), Object.getOwnPropertyDescriptors(more));
    const { enforcer, calls } = hostOf([open], { facts: { facts } });
    await enforcer.toolCall("send", call(), () => 1);
    const { request } = calls[0] ?? {};
    expect(Object.getPrototypeOf(request)).toBe(Object.prototype);
    expect(JSON.parse(JSON.stringify(request))).toMatchObject(more);
  });

  it("can't state what is the enforcer's", async () => {
    const facts = (query: Parameters<typeof factsFor>[0]) => ({
      ...factsFor(query),
      action: "llm_call",
      now: 1,
      input: "other",
    });
    const { enforcer, calls } = hostOf([open], { facts: { facts } });
    await enforcer.toolCall("send", call({ a: 1 }), () => 1);
    expect(calls[0]?.request).toMatchObject({ action: "tool_call", now: NOW, input: { a: 1 } });
  });
});

describe("the mode", () => {
  const draft = on("write", "modify", { then: { mode: "draft" } });

  it("that is decided is handed to the work", async () => {
    const { enforcer } = hostOf([open, draft]);
    expect(await enforcer.toolCall("write", call(), ({ mode }) => mode)).toBe("draft");
    expect(await enforcer.llmCall("small", call({}, drafting), ({ mode }) => mode)).toBe("draft");
    expect(await enforcer.runStart("triage", call({}, drafting), ({ mode }) => mode)).toBe("draft");
  });

  it("draft refuses a tool that has none", async () => {
    const { enforcer } = hostOf([open]);
    const stop = await stopOf(enforcer.toolCall("send", call({}, drafting), () => expect.unreachable()));
    expect(stop).toMatchObject({
      code: "draft_unsupported",
      retryable: false,
      decision: { effect: "deny", mode: "draft" },
    });
    expect(await enforcer.toolCall("write", call({}, drafting), ({ mode }) => mode)).toBe("draft");
  });

  const publishing = PolicyEngine.loadSync({ policies: [open], catalogue: { actions: ["publish"] } });

  it("draft refuses a tool that has none for actions of a catalogue too", async () => {
    const facts = {
      facts: (query: FactsQuery<Session>) => ({
        ...factsFor(query),
        tool: factsFor({ ...query, action: "tool_call" }).tool,
      }),
    };
    const { enforcer } = hostOf([], { facts, decisions: publishing });
    const publish = (id: string) => enforcer.node({ action: "publish", id }, call({}, drafting), ({ mode }) => mode);
    expect(await stopOf(publish("send"))).toMatchObject({ code: "draft_unsupported", decision: { effect: "deny" } });
    expect(await publish("write")).toBe("draft");
    expect(await enforcer.node({ action: "publish", id: "send" }, call(), ({ mode }) => mode)).toBe("auto");
    // What is of no tool is not stopped for one that is stated beside it.
    const other = {
      facts: () => ({ ...factsFor({ action: "llm_call", id: "small", context: drafting }), tool: { id: "send" } }),
    };
    const { enforcer: beside } = hostOf([open], { facts: other });
    expect(await beside.llmCall("small", call({}, drafting), ({ mode }) => mode)).toBe("draft");
    // Nor where there is none at all.
    const none = hostOf([], { decisions: publishing }).enforcer.node(
      { action: "publish", id: "page" },
      call({}, drafting),
      ({ mode }) => mode,
    );
    expect(await none).toBe("draft");
  });

  it("facts of another tool than an action of a catalogue is of are refused", async () => {
    const facts = {
      facts: (query: FactsQuery<Session>) => ({ ...factsFor(query), tool: { id: "other", supports_draft: true } }),
    };
    const { enforcer } = hostOf([], { facts, decisions: publishing });
    const publish = enforcer.node({ action: "publish", id: "send" }, call({}, drafting), () => expect.unreachable());
    expect(await stopOf(publish)).toMatchObject({ code: "facts_unavailable" });
    const inherited = enforcer.node({ action: "constructor", id: "send" }, call(), () => expect.unreachable());
    expect(await stopOf(inherited)).toMatchObject({ code: "facts_unavailable" });
  });

  it("draft is not had by a polluted prototype", async () => {
    const { enforcer } = hostOf([open]);
    const polluted = Object.prototype as { supports_draft?: boolean };
    polluted.supports_draft = true;
    try {
      const stop = await stopOf(enforcer.toolCall("send", call({}, drafting), () => expect.unreachable()));
      expect(stop).toMatchObject({ code: "draft_unsupported" });
    } finally {
      delete polluted.supports_draft;
    }
  });

  it.each([
    ["a tool", "write", "tool_call"],
    ["the start of a run", "triage", "run_start"],
    ["a call of a model", "small", "llm_call"],
  ] as const)("of %s binds what is done within it", async (_, id, action) => {
    const target = { scope: "global", effect: "modify" } as const;
    const draft = {
      id: "d",
      name: "d",
      ...target,
      rule_expr: {
        actions: [action],
        when: { field: "input.outer", eq: true, default: false },
        then: { mode: "draft" },
      },
    };
    const { enforcer } = hostOf([open, draft as never]);
    const within = async () => [
      await enforcer.toolCall("write", call(), ({ mode }) => mode),
      await stopOf(enforcer.toolCall("send", call(), () => 1)),
    ];
    const outer = call({ outer: true });
    const make = { tool_call: "toolCall", run_start: "runStart", llm_call: "llmCall" } as const;
    const [mode, stop] = await enforcer[make[action]](id, outer, within);
    expect(mode).toBe("draft");
    expect(stop).toMatchObject({ code: "draft_unsupported" });
    expect(await enforcer.toolCall("write", call(), ({ mode }) => mode)).toBe("auto");
    const { enforcer: shadow, calls } = hostOf([open, draft as never], { enforcement: "shadow" });
    const ofAnother = call({}, drafting);
    expect(await shadow[make[action]](id, ofAnother, () => shadow.toolCall("send", call(), ({ mode }) => mode))).toBe(
      "auto",
    );
    expect(await shadow[make[action]](id, outer, () => shadow.toolCall("send", call(), ({ mode }) => mode))).toBe(
      "auto",
    );
    expect(calls.filter(({ call }) => call.id === "send").map(({ request }) => request?.run?.mode)).toEqual([
      "auto",
      "auto",
    ]);
  });

  it("of a step binds the calls in it", async () => {
    const stepDraft = {
      id: "s",
      name: "s",
      scope: "global",
      effect: "modify",
      rule_expr: { actions: ["agent_step"], then: { mode: "draft" } },
    } as const;
    const { enforcer, calls } = hostOf([open, stepDraft as never]);
    const modes = await enforcer.agentStep("helper", call(), async ({ mode }) => [
      mode,
      await enforcer.toolCall("write", call(), ({ mode }) => mode),
      await enforcer.agentStep("other", call(), () => enforcer.llmCall("small", call(), ({ mode }) => mode)),
    ]);
    expect(modes).toEqual(["draft", "draft", "draft"]);
    expect(calls[0]?.request?.run).toMatchObject({ id: "r1", mode: "draft" });
    expect(await enforcer.toolCall("write", call(), ({ mode }) => mode)).toBe("auto");
  });
});

describe("a call that people must approve", () => {
  const ask = on("send", "require_approval", { message: "Mail needs a second pair of eyes." });

  it("is not run, and carries what they are asked and what their answer binds", async () => {
    const engine = PolicyEngine.loadSync({ policies: [open, ask] });
    const { enforcer, calls } = hostOf([], { decisions: engine });
    const stop = await stopOf(enforcer.toolCall("send", call({ to: "bob@acme.example" }), () => expect.unreachable()));
    expect(stop).toBeInstanceOf(ApprovalRequiredError);
    if (!CallPausedError.is(stop)) throw stop;
    const { request } = stop;
    expect(stop).toMatchObject({
      code: "approval_required",
      mode: "auto",
      requestDigest: engine.requestDigest(request),
      approvals: [{ policy_id: "require_approval-send", quorum: 1, approvers: { roles: ["lead"] } }],
      call: { run_id: "r1", call_id: "c1" },
    });
    expect(stop.approverText).toContain("bob@acme.example");
    expect(stop.message).toMatch(/^Paused: people must approve this first\./);
    expect(JSON.parse(JSON.stringify(stop))).toMatchObject({
      name: "ApprovalRequiredError",
      request_digest: stop.requestDigest,
      mode: "auto",
    });
    expect(JSON.stringify(stop)).not.toContain("bob@");
    expect(calls).toMatchObject([{ outcome: "paused", stop }]);

    const [approval] = stop.approvals;
    const grant = {
      policy_id: ask.id,
      policy_digest: approval?.policy_digest ?? "",
      request_digest: stop.requestDigest,
      mode: stop.mode,
    };
    expect(engine.decide(request, { grants: [grant] }).effect).toBe("allow");
  });

  it("is denied where its digest can't be had just now", async () => {
    const engine = PolicyEngine.loadSync({ policies: [open, ask] });
    const requestDigest = () => {
      throw new Error("no");
    };
    const decisions = {
      decide: engine.decide.bind(engine),
      explain: engine.explain.bind(engine) as never,
      requestDigest,
    };
    const { enforcer } = hostOf([], { decisions });
    const stop = await stopOf(enforcer.toolCall("send", call(), () => expect.unreachable()));
    expect(stop).toMatchObject({ code: "engine_failure", decision: { effect: "deny" } });
  });

  it("is denied where nothing could bind it", async () => {
    const { enforcer } = hostOf([open, ask]);
    const stop = await stopOf(enforcer.toolCall("send", call({ amount: 2 ** 60 }), () => expect.unreachable()));
    expect(stop).toMatchObject({ code: "not_digestible", decision: { effect: "deny" } });
    expect(await enforcer.toolCall("write", call({ amount: 2 ** 60 }), ({ input }) => input)).toEqual({
      amount: 2 ** 60,
    });
  });
});

describe("the time that a call waited for its decision", () => {
  const isDuration = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;

  it("is told in whole microseconds, with what facts took, whatever was decided", async () => {
    const waits = async (query: Parameters<typeof factsFor>[0]) => {
      await new Promise((done) => setTimeout(done, 20));
      return factsFor(query);
    };
    const { enforcer, calls } = hostOf([open, on("send", "deny")], { facts: { facts: waits } });
    await enforcer.toolCall("write", call(), () => 1);
    await stopOf(enforcer.toolCall("send", call(), () => 1));
    await stopOf(
      enforcer.toolCall(
        "send",
        call(() => 1),
        () => 1,
      ),
    );
    expect(calls.map(({ latencyUs }) => isDuration(latencyUs))).toEqual([true, true, true]);
    // Timers may fire a little early.
    expect(calls.slice(0, 2).every(({ latencyUs }) => latencyUs > 15_000)).toBe(true);
  });
});

describe("in shadow", () => {
  const policies = [
    open,
    on("send", "deny"),
    on("write", "require_approval"),
    limited({ meter: "tool_calls", per: ["user"], max: 0 }, { actions: ["llm_call"] }),
  ];

  it("everything is decided and told, and nothing is stopped or changed", async () => {
    const { enforcer, calls } = hostOf(policies, { enforcement: "shadow" });
    const input = { a: 1 };
    const given: unknown[] = [];
    const work = (permit: Permit<typeof input>) => void given.push(permit.input, permit.mode);
    await enforcer.toolCall("send", { input, context: session }, work);
    await enforcer.toolCall("write", { input, context: session }, work);
    await enforcer.toolCall("send", { input, context: drafting }, work);
    expect(given).toEqual([input, "auto", input, "auto", input, "draft"]);
    expect(given.filter((value) => typeof value === "object").every((value) => value === input)).toBe(true);
    expect(calls).toMatchObject([
      { enforced: false, outcome: "returned", stop: { code: "denied_by_policy" }, decision: { effect: "deny" } },
      { enforced: false, outcome: "returned", stop: { code: "approval_required" } },
      { enforced: false, outcome: "returned", stop: { code: "denied_by_policy" } },
    ]);
    expect(enforcer.counters).toMatchObject({ returned: 3, denied: 0, paused: 0, would_stop: 3 });
  });

  it("is what whoever decides may ask for", async () => {
    const engine = PolicyEngine.loadSync({ policies });
    const decisions = {
      decide: engine.decide.bind(engine),
      explain: engine.explain.bind(engine) as never,
      requestDigest: engine.requestDigest.bind(engine),
      enforcement: "shadow" as const,
    };
    expect(await hostOf([], { decisions }).enforcer.toolCall("send", call(), () => 1)).toBe(1);
    const strict = hostOf([], { decisions, enforcement: "enforce" }).enforcer;
    expect(await stopOf(strict.toolCall("send", call(), () => 1))).toMatchObject({ code: "denied_by_policy" });
  });

  it("begins and ends while it runs, and a call under way stays as it began", async () => {
    const engine = PolicyEngine.loadSync({ policies });
    const decisions = {
      decide: engine.decide.bind(engine),
      explain: engine.explain.bind(engine) as never,
      requestDigest: engine.requestDigest.bind(engine),
      enforcement: "enforce" as "enforce" | "shadow",
    };
    const { enforcer, calls } = hostOf([], { decisions });
    const sent = () => enforcer.toolCall("send", call(), () => 1);
    expect(await stopOf(sent())).toMatchObject({ code: "denied_by_policy" });
    decisions.enforcement = "shadow";
    expect(await sent()).toBe(1);
    const under = sent();
    decisions.enforcement = "enforce";
    expect(await under).toBe(1);
    expect(await stopOf(sent())).toMatchObject({ code: "denied_by_policy" });
    expect(calls.map(({ enforced }) => enforced)).toEqual([true, false, false, true]);
  });

  it("a mode that would have been forced is not", async () => {
    const draft = on("send", "modify", { then: { mode: "draft" } });
    const { enforcer, calls } = hostOf([open, draft], { enforcement: "shadow" });
    expect(await enforcer.toolCall("send", call(), ({ mode }) => mode)).toBe("auto");
    expect(calls).toMatchObject([{ decision: { mode: "draft" }, stop: { code: "draft_unsupported" }, mode: "auto" }]);
  });

  it("what can't be decided goes ahead as well", async () => {
    const failing = {
      facts: () => {
        throw new Error("no");
      },
    };
    const { enforcer, calls } = hostOf(policies, { enforcement: "shadow", facts: failing });
    const input = { at: new Date(0) };
    expect(await enforcer.toolCall("send", { input, context: session }, ({ input }) => input)).toBe(input);
    expect(await enforcer.toolCall("send", call(), () => 5)).toBe(5);
    expect(calls).toMatchObject([{ stop: { code: "input_not_json" } }, { stop: { code: "facts_unavailable" } }]);
  });

  it("a step goes on, whatever would have been stopped", async () => {
    const { enforcer, steps } = hostOf(policies, { enforcement: "shadow" });
    const results = await enforcer.agentStep("helper", call(), ({ step }) =>
      Promise.all([
        enforcer.toolCall("send", call(), () => 1),
        enforcer.toolCall("send", call(), () => 2),
        step.denials,
      ]),
    );
    expect(results).toEqual([1, 2, []]);
    expect(steps).toMatchObject([{ outcome: "returned", denials: [] }]);
  });
});

describe("a handler that is called around the runtime", () => {
  it("is enforced with the same input and context", async () => {
    const { enforcer, calls } = hostOf([open, on("send", "deny", { when: { field: "input.to", eq: "eve" } })]);
    const send = enforcer.wrapTool<{ to: string }, string>(
      "send",
      (input, context, { mode }) => `${context.user} ${input.to} ${mode}`,
    );
    expect(await send({ to: "bob" }, session)).toBe("ann bob auto");
    await send({ to: "bob" }, session, { callId: "c7" });
    expect(calls.map(({ call }) => call.call_id)).toEqual([null, "c7"]);
    expect(await stopOf(send({ to: "eve" }, session))).toMatchObject({ code: "denied_by_policy" });
  });
});

describe("a node of a workflow", () => {
  const once = limited({ meter: "tool_calls", per: ["run"], max: 1 });
  const node = { action: "tool_call", id: "send" };

  it("that makes its own call through another seam is decided there too, and counted once", async () => {
    const { enforcer, calls, troubles } = hostOf([open, once]);
    const result = await enforcer.node(node, call({ to: "bob" }), ({ input }) =>
      enforcer.toolCall(
        "send",
        { input: { ...(input as object), validated: true }, context: session },
        ({ input }) => input,
      ),
    );
    expect(result).toEqual({ to: "bob", validated: true });
    expect(troubles).toEqual([]);
    expect(calls.map(({ request }) => request?.input)).toEqual([{ to: "bob", validated: true }, { to: "bob" }]);
    const again = enforcer.toolCall("send", call(), () => expect.unreachable());
    expect(await stopOf(again)).toMatchObject({ code: "limit_exceeded", limit: { spent: 1, reserved: 0 } });
  });

  it("is counted itself where it makes no such call", async () => {
    const { enforcer } = hostOf([open, once]);
    expect(await enforcer.node(node, call(), () => 1)).toBe(1);
    const again = enforcer.node(node, call(), () => expect.unreachable());
    expect(await stopOf(again)).toMatchObject({ code: "limit_exceeded" });
  });

  it.each([
    ["a second call", async (send: (tool: string) => Promise<unknown>) => [await send("send"), await send("send")]],
    ["a call of another tool", (send: (tool: string) => Promise<unknown>) => send("write")],
  ])("holds its place against %s", async (_, make) => {
    const { enforcer } = hostOf([open, once]);
    const send = (tool: string) => enforcer.toolCall(tool, call(), () => 1);
    const stop = await stopOf(enforcer.node(node, call({}), () => make(send)));
    expect(stop).toMatchObject({ code: "limit_exceeded" });
  });

  it("binds what is done in it to its mode, also where no run is known", async () => {
    const draft = on("write", "modify", { then: { mode: "draft" } });
    const facts = (query: Parameters<typeof factsFor>[0]) => ({ ...factsFor(query), run: null });
    const { enforcer } = hostOf([open, draft], { facts: { facts } });
    const inner = () => enforcer.llmCall("small", call(), ({ mode }) => mode);
    expect(await enforcer.node({ action: "tool_call", id: "write" }, call(), inner)).toBe("draft");
  });

  it("has the request that a preview needs", async () => {
    const engine = PolicyEngine.loadSync({ policies: [open, on("send", "deny")] });
    const { enforcer } = hostOf([], { decisions: engine });
    const effects = async (id: string) => {
      const request = await enforcer.requestFor({ action: "tool_call", id }, call());
      return engine.preview(request, { unknown: ["input"] }).effects;
    };
    expect(await effects("send")).toEqual(["deny"]);
    expect(await effects("write")).toEqual(["allow"]);
    const { enforcer: failing } = hostOf([], { facts: { facts: () => Promise.reject(new Error("no")) } });
    const error = await stopOf(failing.requestFor({ action: "tool_call", id: "send" }, call()));
    expect(PortcullisError.is(error) && error.toJSON()).toMatchObject({ code: "facts_unavailable", retryable: true });
  });
});

describe("whoever watches", () => {
  it.each([
    [
      "throws",
      () => {
        throw new Error("no");
      },
    ],
    ["rejects", () => Promise.reject(new Error("no"))],
  ])("disturbs nothing where it %s, and it is counted", async (_, onCall) => {
    const { enforcer } = hostOf([open, on("write", "deny")], { observer: { onCall, onStep: onCall } });
    expect(await enforcer.agentStep("helper", call(), () => enforcer.toolCall("send", call(), () => 1))).toBe(1);
    expect(await stopOf(enforcer.toolCall("write", call(), () => 1))).toMatchObject({ code: "denied_by_policy" });
    await new Promise((done) => setImmediate(done));
    expect(enforcer.counters).toEqual({
      returned: 2,
      threw: 0,
      denied: 1,
      paused: 0,
      would_stop: 0,
      troubles: 0,
      observer_failures: 4,
    });
  });
});
