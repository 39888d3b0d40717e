import { describe, expect, test } from "vitest";
import { referenceDecide } from "./decide.js";
import { policyDigest, requestDigest } from "./digest.js";
import { nested } from "./generate/request.js";
import { open, outcome, policy, request } from "./testing.js";
import type { Approval } from "./types.js";

const unknown = { field: "input.nothing", eq: 1 };
const approval: Approval = { approvers: { roles: ["dba"] } };

describe("the verdict", () => {
  test("is closed by default", () => {
    expect(outcome(referenceDecide([], request()))).toBe("deny no_matching_allow");
  });

  test("an error restricts and never opens", () => {
    expect(outcome(referenceDecide([open, policy("deny", { when: unknown })], request()))).toBe(
      "deny denied_by_policy",
    );
    expect(outcome(referenceDecide([policy("allow", { when: unknown })], request()))).toBe("deny no_matching_allow");
    expect(referenceDecide([open, policy("modify", { when: unknown, then: { mode: "draft" } })], request()).mode).toBe(
      "draft",
    );
  });

  test("an error in `unless` restricts too", () => {
    expect(outcome(referenceDecide([open, policy("deny", { unless: unknown })], request()))).toBe(
      "deny denied_by_policy",
    );
  });

  test("a tenant opens nothing by itself", () => {
    const byTenant = policy("allow", {}, { id: "t", tenant_id: "acme" });
    const delegating = policy("allow", { delegate: true }, { id: "d" });
    expect(outcome(referenceDecide([byTenant], request()))).toBe("deny no_matching_allow");
    expect(outcome(referenceDecide([delegating], request()))).toBe("deny no_matching_allow");
    expect(outcome(referenceDecide([byTenant, delegating], request()))).toBe("allow allowed");
    expect(outcome(referenceDecide([byTenant, delegating], request({ tenant: { id: "globex" } })))).toBe(
      "deny no_matching_allow",
    );
  });

  test("has its keys in order", () => {
    const keys = ["effect", "code", "mode", "reasons", "limits", "approvals", "shadow", "policy_set"];
    expect(Object.keys(referenceDecide([open], request()))).toEqual(keys);
    expect(Object.keys(referenceDecide([open], null))).toEqual(keys);
  });

  test("reasons are ordered by effect, then by UTF-8 bytes", () => {
    const policies = ["😀", "～", "b", "a"].map((id) => policy("allow", {}, { id }));
    const ids = referenceDecide([...policies, policy("deny", {}, { id: "z" })], request()).reasons.map(
      (reason) => reason.policy_id,
    );
    expect(ids).toEqual(["z", "a", "b", "～", "😀"]);
  });
});

describe("coverage", () => {
  const agents = policy("deny", { target: ["planner"] }, { scope: "agent" });
  const decided = (agent: object) => {
    const { agent: _, ...rest } = request();
    return referenceDecide([open, agents], { ...rest, ...agent });
  };

  test("null is not covered, missing is an error", () => {
    expect(decided({ agent: null }).code).toBe("allowed");
    expect(decided({}).reasons[0]?.error).toEqual({ code: "missing", field: "agent", pointer: "/scope" });
    expect(decided({ agent: {} }).reasons[0]?.error).toEqual({ code: "missing", field: "agent.id", pointer: "/scope" });
    expect(decided({ agent: "planner" }).reasons[0]?.error).toEqual({
      code: "wrong_type",
      field: "agent",
      pointer: "/scope",
    });
  });

  test("false beats an error", () => {
    const narrowed = { ...agents, rule_expr: { ...agents.rule_expr, actions: ["run_start"] } };
    expect(referenceDecide([open, narrowed], { ...request(), agent: undefined }).code).toBe("allowed");
  });

  test("is asked before the conditions", () => {
    const both = { ...agents, rule_expr: { ...agents.rule_expr, when: unknown } };
    expect(referenceDecide([open, both], { ...request(), agent: undefined }).reasons[0]?.error?.field).toBe("agent");
  });
});

describe("an invalid request", () => {
  const rows: [string, unknown][] = [
    ["", []],
    ["", new Date(0)],
    ["action", request({ action: "delete" })],
    ["now", request({ now: 0.5 })],
    ["now", request({ now: 8.64e15 + 2 })],
    ["tenant.id", request({ tenant: { id: "" } })],
    ["tool.id", request({ action: "tool_call" })],
    ["agent.id", request({ action: "agent_step", agent: {} })],
    ["user.id", request({ user: { id: 1 } })],
    ["app.id", request({ app: { id: 1 }, user: { id: 1 } })],
    ["run.mode", request({ run: { mode: "Draft" } })],
    ["workflow.id", request({ action: "run_start", workflow: "x" })],
  ];
  test.each(rows)("names %s", (field, invalid) => {
    const decision = referenceDecide([open], invalid);
    expect(outcome(decision)).toBe("deny invalid_request");
    expect(decision.reasons).toEqual([
      { policy_id: null, policy_name: null, effect: "deny", error: { code: "invalid_request", field, pointer: null } },
    ]);
  });

  test("is not one with an entity of another type that is not its own", () => {
    expect(referenceDecide([open], request({ app: "x", run: 1, user: { id: "" } })).code).toBe("allowed");
    expect(referenceDecide([open], request({ action: "tool_call", tool: { id: "" } })).code).toBe("allowed");
  });
});

describe("limits", () => {
  const limited = (limit: object) =>
    policy("modify", { then: { limits: [{ meter: "tokens", per: ["tenant"], max: 5, ...limit } as never] } });

  test("are resolved with their defaults", () => {
    expect(
      referenceDecide(
        [open, limited({ kind: "rate", window: "1m", meter: { field: "input.n" } })],
        request({ input: { n: -0 } }),
      ).limits,
    ).toEqual([
      {
        policy_id: "modify",
        index: 0,
        meter: { field: "input.n" },
        kind: "rate",
        per: ["tenant"],
        key: ["acme"],
        window: "1m",
        max: 5,
        burst: 5,
        amount: 0,
        on_exceed: "deny",
      },
    ]);
  });

  test("refuse without what they count by", () => {
    const decision = referenceDecide([open, limited({ per: ["tenant", "run"] })], request());
    expect(outcome(decision)).toBe("deny denied_by_policy");
    expect(decision.reasons[0]).toMatchObject({
      effect: "modify",
      error: { code: "missing", field: "run.root_id", pointer: "/rule_expr/then/limits/0" },
    });
    expect(decision.limits).toEqual([]);
  });

  test.each([[-1], [0.5], ["1"], [true]])("refuse the amount %j", (n) => {
    const decision = referenceDecide([open, limited({ meter: { field: "input.n" } })], request({ input: { n } }));
    expect(decision.reasons[0]?.error).toMatchObject({ code: "wrong_type", field: "input.n" });
  });
});

describe("approvals", () => {
  const gate = policy("require_approval", { approval });
  const grant = (more: object = {}, asked: unknown = request()) => ({
    policy_id: gate.id,
    policy_digest: policyDigest(gate),
    request_digest: requestDigest(asked),
    mode: "auto",
    ...more,
  });
  const granted = (grants: unknown, asked: unknown = request()) =>
    outcome(referenceDecide([open, gate], asked, { grants }));

  test("are required until granted", () => {
    expect(granted(undefined)).toBe("require_approval approval_required");
    expect(granted([grant()])).toBe("allow allowed");
  });

  test.each([{ policy_digest: "x" }, { request_digest: "x" }, { policy_id: "x" }, { mode: "draft" }, { mode: "any" }])(
    "are not granted by %j",
    (stale) => {
      expect(granted([null, 1, grant(stale)])).toBe("require_approval approval_required");
    },
  );

  test("granted in draft hold in draft", () => {
    const asked = request({ run: { mode: "draft" } });
    expect(granted([grant({ mode: "draft" }, asked)], asked)).toBe("allow allowed");
    expect(granted([grant({ mode: "auto" }, asked)], asked)).toBe("allow allowed");
  });

  test("deny without a requester to exclude", () => {
    const decision = referenceDecide([open, gate], request({ user: null }));
    expect(outcome(decision)).toBe("deny denied_by_policy");
    expect(decision.reasons[0]?.error).toEqual({
      code: "missing",
      field: "user.id",
      pointer: "/rule_expr/approval/exclude_requester",
    });
    expect(decision.approvals).toEqual([]);
  });

  test("grant nothing that is not permitted", () => {
    expect(outcome(referenceDecide([gate], request(), { grants: [grant()] }))).toBe("deny no_matching_allow");
  });
});

describe("what never decides", () => {
  test("a shadow policy is listed, a disabled one and another tenant's are not", () => {
    const decision = referenceDecide(
      [
        open,
        policy("deny", {}, { id: "s", enforcement: "shadow" }),
        policy("deny", {}, { id: "d", enabled: false }),
        policy("deny", {}, { id: "g", tenant_id: "globex" }),
      ],
      request(),
    );
    expect(outcome(decision)).toBe("allow allowed");
    expect(decision.shadow).toEqual([{ policy_id: "s", effect: "deny" }]);
    expect(decision.reasons.map((reason) => reason.policy_id)).toEqual(["open"]);
  });
});

describe("digests", () => {
  test("of a policy fill in the defaults", () => {
    const full = {
      ...open,
      description: null,
      tenant_id: null,
      enabled: true,
      enforcement: "enforce",
      visibility: "private",
    } as const;
    expect(policyDigest(full)).toBe(policyDigest(open));
    expect(policyDigest({ ...full, visibility: "public" })).not.toBe(policyDigest(open));
  });

  test("of a set leave out what is disabled or another tenant's", () => {
    const set = (...policies: Parameters<typeof referenceDecide>[0]) => referenceDecide(policies, request()).policy_set;
    const other = policy("deny", {}, { id: "g", tenant_id: "globex" });
    expect(set(open, other, { ...other, id: "h", tenant_id: null, enabled: false })).toBe(set(open));
    expect(set(open, { ...other, tenant_id: "acme" })).not.toBe(set(open));
  });

  test("of a request depend on the input, not on time or order", () => {
    const one = requestDigest(request({ input: { a: 1, b: -0 } }));
    expect(requestDigest({ input: { b: 0, a: 1 }, ...request({ now: 5, input: { b: 0, a: 1 } }) })).toBe(one);
    expect(requestDigest(request({ input: { a: 2, b: 0 } }))).not.toBe(one);
    expect(requestDigest(request({ input: JSON.parse('{"__proto__":1}') }))).not.toBe(requestDigest(request()));
  });

  test.each([[{ x: 1e300 }], [nested(65)], [{ x: () => 1 }], [{ x: "\ud800" }], [[NaN]], [new Date(0)]])(
    "refuse %o",
    (input) => expect(requestDigest(request({ input }))).toBeNull(),
  );

  test("are refused where an entity is missing or without an id", () => {
    expect(requestDigest({ ...request(), agent: undefined })).toBeNull();
    expect(requestDigest(request({ app: {} }))).toBeNull();
    expect(requestDigest(request({ input: nested(64) }))).not.toBeNull();
  });
});
