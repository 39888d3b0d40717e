// The engine over the real core: what callers may do to it while it reads, and how it loads.
import { describe, expect, it } from "vitest";
import { PolicyEngine } from "../entrypoints/node.js";
import type { Decision, Policy, Request } from "../index.js";
import { ApprovalRequiredError, DigestError, PolicyDeniedError, PolicySetError, PortcullisError } from "../index.js";

const open: Policy = { id: "open", name: "open", scope: "global", effect: "allow", rule_expr: {} };
const large: Policy = {
  id: "large",
  name: "large",
  scope: "tool",
  effect: "deny",
  rule_expr: { target: ["pay"], when: { field: "input.amount", gt: 100 }, message: "Too much.", remedy: "Pay less." },
};
const tagged: Policy = {
  id: "tagged",
  name: "tagged",
  scope: "global",
  effect: "deny",
  rule_expr: { when: { field: "input.tags", includes: "bad", default: [] } },
};

function request(input: unknown, more: object = {}): Request {
  return {
    action: "tool_call",
    now: 1_795_375_800_000,
    tenant: { id: "acme" },
    app: null,
    user: { id: "u" },
    workflow: null,
    agent: null,
    tool: { id: "pay" },
    run: { id: "r", root_id: "r" },
    input,
    ...more,
  };
}

const load = (...policies: Policy[]) => PolicyEngine.loadSync({ policies });
const ids = (decision: Decision) => decision.reasons.map((reason) => reason.policy_id);

/** An input whose getter runs something before it answers. */
function whileRead(run: () => void): object {
  return {
    get amount() {
      run();
      return 500;
    },
    tags: ["a", "bad"],
  };
}

describe("an id that is no own enumerable property", () => {
  const scopes = ["tenant", "app", "workflow", "agent", "tool"] as const;
  const scoped = scopes.map((scope) => ({
    ...large,
    id: `at-${scope}`,
    scope,
    rule_expr: { target: ["x*"], message: "No." },
  }));
  const reading = ["user", ...scopes].map((entity) => ({
    ...large,
    id: `reads-${entity}`,
    scope: "global" as const,
    rule_expr: { when: { field: `${entity}.id`, eq: "x" } },
  }));
  const limited: Policy = {
    id: "limited",
    name: "limited",
    scope: "global",
    effect: "modify",
    rule_expr: { then: { limits: [{ meter: "tool_calls", per: ["user"], window: "1m", kind: "rate", max: 9 }] } },
  };

  it.each([
    ["nobody looks at", []],
    ["policies of its scope look at", scoped],
    ["policies read", reading],
    ["limits count by", [limited]],
  ] as const)("counts as none where %s", (_, policies) => {
    for (const policy of [undefined, ...policies]) {
      const engine = load(open, ...(policy === undefined ? [] : [policy as Policy]));
      for (const action of ["run_start", "tool_call", "agent_step", "llm_call"]) {
        for (const entity of ["tenant", "app", "user", "workflow", "agent", "tool"]) {
          const given = { action, workflow: { id: "w" }, agent: { id: "a" } };
          const hidden = Object.defineProperty({ name: "n" }, "id", { value: "x", enumerable: false });
          const without = engine.decide(request({}, { ...given, [entity]: { name: "n" } }));
          expect([entity, engine.decide(request({}, { ...given, [entity]: hidden }))]).toEqual([entity, without]);
        }
      }
      engine.close();
    }
  });

  it("and what a request inherits is not its own", () => {
    const engine = load(open, large);
    const { input: _, ...rest } = request({});
    const prototype = Object.prototype as { input?: unknown };
    prototype.input = { amount: 500 };
    try {
      expect(ids(engine.decide(rest as Request))).toEqual(["large", "open"]);
      expect(engine.decide(rest as Request).reasons[0]?.error).toMatchObject({ code: "missing" });
    } finally {
      delete prototype.input;
    }
    const shared = Object.defineProperty(Object.prototype, "input", {
      value: { amount: 5 },
      configurable: true,
      enumerable: false,
    }) as { input?: unknown };
    try {
      expect(engine.decide(rest as Request).reasons[0]?.error).toMatchObject({ code: "missing" });
    } finally {
      delete shared.input;
    }
  });
});

describe("one decision and the next", () => {
  it("share no values: a string is not read where a number was", () => {
    const keyed: Policy = {
      id: "keyed",
      name: "no secret headers",
      scope: "global",
      effect: "deny",
      rule_expr: { when: { field: "input.items", some: { item: "meta", as: "keys", includes: "secret" } } },
    };
    const engine = load(open, keyed);
    const reasons = (meta: unknown) => engine.decide(request({ items: [{ meta }] })).reasons;
    expect(reasons("")[0]?.error?.code).toBe("wrong_type");
    expect(reasons(0.1)[0]?.error?.code).toBe("wrong_type");
    expect(reasons("")[0]?.error?.code).toBe("wrong_type");
  });
});

describe("a getter of the request", () => {
  it("may decide another request with the same engine, at any depth", () => {
    const engine = load(open, large, tagged);
    const inner: Decision[] = [];
    const nested = (depth: number): Request =>
      request(
        whileRead(() => {
          inner.push(engine.decide(request({ amount: 1, tags: Array(300).fill("x".repeat(100)) })));
          if (depth > 0) inner.push(engine.decide(nested(depth - 1)));
        }),
      );
    const outer = engine.decide(nested(5));
    expect(ids(outer)).toEqual(["large", "tagged", "open"]);
    // Whoever calls the core while being read is read anew.
    const once = [...Array(6).fill("allow"), ...Array(5).fill("deny")];
    expect(inner.map((decision) => decision.effect)).toEqual([...once, ...once]);
    expect(engine.decide(request({ amount: 1 })).effect).toBe("allow");
  });

  it("may call itself without end", () => {
    const engine = load(open, large);
    const endless: Request = request(whileRead(() => engine.decide(endless)));
    expect(engine.decide(endless).effect).toBe("deny");
    expect(engine.decide(request({ amount: 1 })).effect).toBe("allow");
  });

  it("may close the engine: this decision is the last", () => {
    const engine = load(open, large);
    expect(ids(engine.decide(request(whileRead(() => engine.close()))))).toEqual(["large", "open"]);
    expect(engine.decide(request({ amount: 1 })).code).toBe("engine_failure");
  });

  it("may close the engine between two of several requests", () => {
    const engine = load(open, large);
    const decisions = engine.decideMany([
      request({ amount: 1 }),
      request(whileRead(() => engine.close())),
      request({ amount: 1 }),
    ]);
    expect(decisions.map((decision) => decision.effect)).toEqual(["allow", "deny", "deny"]);
  });

  it("may not change the policies", () => {
    const engine = load(open, large);
    const thrown: unknown[] = [];
    const change = (call: () => void) => {
      try {
        call();
      } catch (error) {
        thrown.push(error);
      }
    };
    const decision = engine.decide(
      request(
        whileRead(() => {
          change(() => engine.replace({ ...large, enabled: false }));
          change(() => engine.remove("large"));
        }),
      ),
    );
    expect(ids(decision)).toEqual(["large", "open"]);
    expect(thrown.map((error) => PortcullisError.is(error) && error.code)).toEqual(["engine_busy", "engine_busy"]);
  });

  it("may load other engines, so that the memory grows under this one", () => {
    const engine = load(open, large, tagged);
    const many = Array.from({ length: 5_000 }, (_, i) => ({ ...large, id: `p${i}`, name: "x".repeat(200) }));
    const others: PolicyEngine[] = [];
    const decision = engine.decide(request(whileRead(() => others.push(load(open, ...many)))));
    expect(ids(decision)).toEqual(["large", "tagged", "open"]);
    expect(others.map((other) => other.decide(request({ amount: 1 })).effect)).toEqual(["allow", "allow"]);
    for (const other of others) other.close();
  });

  it("is called once, grants or no grants", () => {
    const ask: Policy = {
      ...large,
      id: "ask",
      effect: "require_approval",
      rule_expr: {
        target: ["pay"],
        when: { field: "input.amount", gt: 100 },
        approval: { approvers: { roles: ["lead"] }, exclude_requester: false },
      },
    };
    const engine = load(open, ask);
    let reads = 0;
    const counted = () =>
      request({
        get amount() {
          reads++;
          return reads === 1 ? 500 : 1;
        },
      });
    const asked = engine.decide(counted());
    expect([asked.effect, reads]).toEqual(["require_approval", 1]);
    const grants = asked.approvals.map(({ policy_id, policy_digest }) => ({
      policy_id,
      policy_digest,
      request_digest: engine.requestDigest(request({ amount: 500 })),
      mode: asked.mode,
    }));
    reads = 0;
    expect([engine.decide(counted(), { grants }).effect, reads]).toEqual(["allow", 1]);
  });
});

describe("loading", () => {
  const sources: [string, string | (string | Policy)[]][] = [
    ["objects", [open, large]],
    ["a text", JSON.stringify([open, large])],
    ["a text for each", [JSON.stringify(open), ` ${JSON.stringify(large)} `]],
    ["both", [open, JSON.stringify([large])]],
  ];
  it.each(sources)("takes %s, now or in slices", async (_, policies) => {
    const now = PolicyEngine.loadSync({ policies });
    const later = await PolicyEngine.load({ policies });
    expect(later.digest).toBe(now.digest);
    expect(ids(later.decide(request({ amount: 500 })))).toEqual(["large", "open"]);
  });

  it("counts policies through all sources, so that findings point at the right one", () => {
    const bad = { ...large, effect: "perhaps" } as unknown as Policy;
    const load = () => PolicyEngine.loadSync({ policies: [JSON.stringify(open), open, JSON.stringify([large, bad])] });
    expect(load).toThrowError(PolicySetError);
    expect(load).toThrowError(/\/3\/effect/);
  });

  it("keeps its own copy of what it was given", () => {
    const mine = structuredClone(large) as { -readonly [K in keyof Policy]: Policy[K] };
    const engine = load(open, mine);
    mine.enabled = false;
    engine.replace({ ...open, name: "still open" });
    expect(engine.decide(request({ amount: 500 })).effect).toBe("deny");
  });

  it("lets others have their turn", async () => {
    const policies = JSON.stringify(Array.from({ length: 20_000 }, (_, i) => ({ ...large, id: `p${i}` })));
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const engine = await PolicyEngine.load({ policies });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(3);
    engine.close();
  });
});

describe("what it throws", () => {
  const engine = load(open, large, {
    ...large,
    id: "ask",
    effect: "require_approval",
    rule_expr: { target: ["refund"], message: "A lead must look.", approval: { approvers: { roles: ["lead"] } } },
  });
  const thrown = (call: () => unknown): unknown => {
    try {
      return call();
    } catch (error) {
      return error;
    }
  };

  it("is fit for an agent", () => {
    const denied = thrown(() => engine.enforce(request({ amount: 500 })));
    if (!PolicyDeniedError.is(denied)) throw denied;
    expect(denied.toJSON()).toEqual({
      name: "PolicyDeniedError",
      code: "denied_by_policy",
      message: "Too much.",
      remedy: "Pay less.",
      retryable: false,
    });
    expect(JSON.stringify(denied)).not.toMatch(/stack|100|500/);
    const paused = thrown(() => engine.enforce(request({}, { tool: { id: "refund" } })));
    if (!ApprovalRequiredError.is(paused)) throw paused;
    expect(paused.approvals).toBe(paused.decision.approvals);
    expect(paused.message).toBe("A lead must look.");
    expect([PolicyDeniedError.is(paused), PortcullisError.is(paused)]).toEqual([false, true]);
  });

  it("names the field that has no digest", () => {
    const error = thrown(() => engine.requestDigest(request({ at: new Date() })));
    if (!DigestError.is(error)) throw error;
    expect(error.field).toMatch(/^input/);
  });
});

it("is disposed of like other resources", () => {
  const engine = load(open);
  engine[Symbol.dispose]();
  expect(engine.decide(request({})).code).toBe("engine_failure");
});
