// Residuals over the real core: what they are made for, how they load, what engines of them do.
import { afterAll, describe, expect, it } from "vitest";
import { PolicyEngine } from "../entrypoints/node.js";
import type { Known, Policy, Request, Residual } from "../index.js";
import { PolicySetError, PortcullisError } from "./errors.js";

const policies: Policy[] = [
  { id: "open", name: "open", scope: "global", effect: "allow", rule_expr: {}, visibility: "public" },
  {
    id: "gate",
    name: "large payments",
    scope: "tool",
    effect: "require_approval",
    visibility: "public",
    rule_expr: {
      target: ["pay"],
      when: {
        all: [
          { field: "user.role", ne: "lead" },
          { field: "input.amount", gt: 500 },
        ],
      },
      approval: { approvers: { roles: ["lead"] } },
    },
  },
];
const hidden: Policy = {
  id: "hidden-id",
  name: "hidden-name",
  scope: "tool",
  effect: "deny",
  rule_expr: {
    target: ["hidden-tool"],
    when: { field: "input.hidden", eq: "hidden-literal" },
    message: "hidden-words",
  },
};
const known: Known = { tenant: { id: "acme" }, user: { id: "u1", role: "developer" } };
const request: Request = {
  action: "tool_call",
  now: 0,
  tenant: { id: "acme" },
  app: null,
  user: { id: "u1", role: "developer" },
  workflow: null,
  agent: null,
  tool: { id: "pay" },
  run: { id: "r1", root_id: "r1" },
  input: { amount: 900 },
};

const whole = PolicyEngine.loadSync({ policies });
const residual = whole.residual(known);
const there = PolicyEngine.loadSync({ residual });
afterAll(() => {
  whole.close();
  there.close();
});

/** What a call throws. */
function thrown(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("a residual", () => {
  it("is plain JSON", () => {
    expect(JSON.parse(JSON.stringify(residual))).toEqual(residual);
    expect(residual.known).toEqual(known);
    expect(residual.policies[0]).toMatchObject({ policy: { id: "gate" }, pointers: ["/rule_expr/when/all/1"] });
  });

  it("loads as an object and as text, at once and in slices", async () => {
    const engines = [
      await PolicyEngine.load({ residual }),
      await PolicyEngine.load({ residual: JSON.stringify(residual) }),
      PolicyEngine.loadSync({ residual: JSON.stringify(residual) }),
    ];
    for (const engine of engines) {
      expect(JSON.stringify(engine.decide(request))).toBe(JSON.stringify(whole.decide(request)));
      engine.close();
    }
  });

  it.each([
    ["no tenant", { user: { id: "u1" } }],
    ["an empty tenant", { tenant: { id: "" } }],
    ["what JSON can't say", { tenant: { id: "acme" }, user: { id: "u1", since: new Date(0) } }],
    ["a number that is none", { tenant: { id: "acme" }, now: Number.NaN }],
    ["no object", "acme"],
    ["nothing", undefined],
  ])("is refused for %s", (_, wrong) => {
    const error = thrown(() => whole.residual(wrong as unknown as Known));
    expect(PortcullisError.is(error)).toBe(true);
    expect(error).toMatchObject({ code: "invalid_argument", remedy: expect.stringContaining("tenant") });
  });

  it("is refused where the tenant is not to be known", () => {
    for (const unknown of [["tenant"], ["tenant.id"]]) {
      expect(thrown(() => whole.residual(known, { unknown }))).toMatchObject({ code: "invalid_argument" });
    }
    expect(whole.residual(known, { unknown: ["tenant.plan"] }).unknown).toEqual(["tenant.plan"]);
  });

  it("holds nothing of private policies", () => {
    const engine = PolicyEngine.loadSync({ policies: [...policies, hidden] });
    const made = engine.residual(known);
    expect(made.private).toEqual({ must: [], may: ["restrict"] });
    expect(JSON.stringify(made)).not.toContain("hidden");
    engine.close();
  });
});

describe("what is no residual", () => {
  const wrong = (change: object) => ({ ...residual, ...change }) as unknown as Residual;
  it.each<[string, unknown, string, string]>([
    ["text that is no JSON", "{", "invalid_json", "/residual"],
    ["text with a key twice", '{"residual": 1, "residual": 1}', "duplicate_key", "/residual/residual"],
    ["JSON too deep", `${"[".repeat(200)}${"]".repeat(200)}`, "nested_too_deep", "/residual"],
    ["an array", [], "wrong_json_type", "/residual"],
    ["null", null, "wrong_json_type", "/residual"],
    ["an empty object", {}, "missing_key", "/residual"],
    ["another form", wrong({ residual: 2 }), "invalid_number", "/residual/residual"],
    ["a key that is not known", wrong({ more: 1 }), "unknown_key", "/residual/more"],
    ["known of no tenant", wrong({ known: {} }), "missing_key", "/residual/known"],
    ["known of functions", wrong({ known: { ...known, app: () => 1 } }), "wrong_json_type", "/residual/known"],
    ["a part that is none", wrong({ private: { must: [], may: ["all"] } }), "unknown_value", "/residual/private/may/0"],
    ["policies that are no list", wrong({ policies: {} }), "wrong_json_type", "/residual/policies"],
    ["a policy without one", wrong({ policies: [{}] }), "missing_key", "/residual/policies/0"],
    [
      "a policy that is amiss",
      wrong({ policies: [{ policy: { ...policies[0], effect: "permit" } }] }),
      "unknown_value",
      "/0/effect",
    ],
    [
      "a policy twice",
      wrong({ policies: [{ policy: policies[0] }, { policy: policies[0] }] }),
      "duplicate_id",
      "/1/id",
    ],
    [
      "a policy of an action that is not declared",
      wrong({ policies: [{ policy: { ...policies[0], rule_expr: { actions: ["x"] } } }] }),
      "unknown_action",
      "/0/rule_expr/actions/0",
    ],
  ])("%s", async (_, given, code, pointer) => {
    const error = thrown(() => PolicyEngine.loadSync({ residual: given as Residual }));
    expect(PolicySetError.is(error)).toBe(true);
    const { diagnostics } = error as PolicySetError;
    expect(diagnostics).toContainEqual(expect.objectContaining({ code, pointer, severity: "error" }));
    await expect(PolicyEngine.load({ residual: given as Residual })).rejects.toMatchObject({ diagnostics });
  });

  it("is anything beside policies", () => {
    const both = { residual, policies } as unknown as { residual: Residual };
    expect(thrown(() => PolicyEngine.loadSync(both))).toMatchObject({ code: "invalid_argument" });
  });

  it("has getters that throw, and holds itself", () => {
    const throwing = Object.defineProperty({ ...residual }, "known", { enumerable: true, get: () => JSON.parse("{") });
    const round: Record<string, unknown> = { ...residual };
    round["known"] = round;
    for (const given of [throwing, round]) {
      expect(PolicySetError.is(thrown(() => PolicyEngine.loadSync({ residual: given as Residual })))).toBe(true);
    }
  });
});

describe("an engine of a residual", () => {
  it("has the digest of the whole set in its decisions and its failures", () => {
    expect(there.digest).toBe(residual.policy_set);
    const closed = PolicyEngine.loadSync({ residual });
    closed.close();
    expect(closed.decide(request)).toMatchObject({ code: "engine_failure", policy_set: residual.policy_set });
  });

  it("refuses a request that differs, also where it is enforced or one of many", () => {
    const other = { ...request, user: { id: "u2", role: "lead" } };
    expect(there.decide(other)).toMatchObject({ effect: "deny", code: "outside_residual" });
    expect(thrown(() => there.enforce(other))).toMatchObject({ name: "PolicyDeniedError", code: "outside_residual" });
    expect(there.decideMany([request, other]).map(({ code }) => code)).toEqual([
      "approval_required",
      "outside_residual",
    ]);
  });

  it("never throws, whatever it decides on", () => {
    const throwing = Object.defineProperty({ ...request }, "input", { enumerable: true, get: () => JSON.parse("{") });
    for (const odd of [undefined, null, 1, "x", [], () => 1, new Proxy({}, {})]) {
      expect(there.decide(odd as unknown as Request).code).toBe("outside_residual");
    }
    for (const odd of [throwing, { ...request, now: Number.NaN }]) expect(there.decide(odd)).toEqual(whole.decide(odd));
  });

  it("compares what has many members", () => {
    const labels = Object.fromEntries(Array.from({ length: 30_000 }, (_, i) => [`label-${i}`, i]));
    const made = whole.residual({ ...known, app: { id: "console", labels } });
    const engine = PolicyEngine.loadSync({ residual: made });
    const turned = Object.fromEntries(Object.entries(labels).reverse());
    expect(engine.decide({ ...request, app: { id: "console", labels: turned } }).code).toBe("approval_required");
    expect(engine.decide({ ...request, app: { id: "console", labels: { ...turned, "label-0": 1 } } })).toMatchObject({
      code: "outside_residual",
      reasons: [{ error: { field: "app.labels.label-0" } }],
    });
    engine.close();
  });

  it("reads a request once", () => {
    let read = 0;
    const input = Object.defineProperty({}, "amount", { enumerable: true, get: () => [900, 1][read++] });
    expect(there.decide({ ...request, input }).code).toBe("approval_required");
    expect(read).toBe(1);
  });

  it("takes the grants that the whole set takes", () => {
    const [approval] = whole.decide(request).approvals;
    const grant = {
      policy_id: "gate",
      policy_digest: approval?.policy_digest ?? "",
      request_digest: there.requestDigest(request),
      mode: "auto" as const,
    };
    expect(grant.request_digest).toBe(whole.requestDigest(request));
    expect(there.decide(request, { grants: [grant] }).code).toBe("allowed");
    expect(there.decide({ ...request, input: { amount: 901 } }, { grants: [grant] }).code).toBe("approval_required");
  });

  it("leaves grants to the server where it lacks the definition of the tool", () => {
    const engine = PolicyEngine.loadSync({ policies, catalogue: { tools: [{ name: "pay" }] } });
    const lacking = PolicyEngine.loadSync({ residual: engine.residual(known) });
    const knowing = PolicyEngine.loadSync({ residual: engine.residual({ ...known, tool: request.tool }) });
    const grants = [{ policy_id: "gate", policy_digest: "", request_digest: "", mode: "auto" as const }];
    expect(thrown(() => lacking.requestDigest(request))).toMatchObject({ code: "not_digestible", field: "tool" });
    expect(knowing.requestDigest(request)).toBe(engine.requestDigest(request));
    expect(lacking.decide(request).code).toBe("approval_required");
    expect(lacking.decide(request, { grants }).code).toBe("ask_server");
    expect(knowing.decide(request, { grants }).code).toBe("approval_required");
    for (const one of [engine, lacking, knowing]) one.close();
  });

  it("previews what the server may decide", () => {
    const preview = there.preview(request, { unknown: ["input"] });
    expect(preview).toMatchObject({
      effects: ["allow", "deny", "require_approval"].filter((e) => e !== "deny"),
      decision: null,
    });
    expect(preview.policies.map(({ words }) => words)).toEqual([
      "Needs approval when `input.amount` is more than 500.",
      "Allowed.",
    ]);
    const tools = [{ id: "pay" }, { id: "search" }];
    const cells = there.previewMany(request, { unknown: ["input"], vary: { tool: tools } });
    expect(cells.map(({ effects }) => effects)).toEqual([["allow", "require_approval"], ["allow"]]);
    expect(there.preview({ ...request, tenant: { id: "globex" } }).decision?.code).toBe("outside_residual");
  });

  it("says what it can't do", () => {
    const calls = [
      () => there.explain(request),
      () => there.replace(policies[0] as Policy),
      () => there.remove("open"),
      () => there.residual(known),
    ];
    for (const call of calls) expect(thrown(call)).toMatchObject({ code: "residual_engine", retryable: false });
  });
});
