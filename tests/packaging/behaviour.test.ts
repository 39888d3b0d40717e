// How the installed package behaves, whatever it is given.
import type { DecideOptions, Grant, Policy, PolicyEngine, Request } from "portcullis";
import { describe, expect, it } from "vitest";
import { hostile } from "./hostile.js";
import { Project } from "./project.js";
import { open, refunds, request, words } from "./requests.js";

const portcullis = new Project().load();

function load(...policies: Policy[]): PolicyEngine {
  return portcullis.PolicyEngine.loadSync({ policies });
}

function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

describe("decide never throws", () => {
  const engine = load(open, words);

  it.each(hostile)("for %s as the request", (_, make) => {
    const decision = engine.decide(make() as Request);
    expect(decision).toMatchObject({ effect: "deny", code: "invalid_request" });
    expect(JSON.parse(JSON.stringify(decision))).toEqual(decision);
  });

  it.each(hostile)("for %s in the request, and denies what it can't read", (_, make) => {
    expect(engine.decide({ ...request({ words: [] }), tool: make() as never }).effect).toBe("deny");
    expect(engine.decide(request({ words: make() })).effect).toBe("deny");
    expect(engine.decide(request({ words: [make()] })).effect).toBe("deny");
  });

  it.each(hostile)("for %s as options and grants", (_, make) => {
    const asked = request({ words: ["fine"] });
    expect(["allowed", "engine_failure"]).toContain(engine.decide(asked, make() as DecideOptions).code);
    expect(engine.decide(asked, { grants: make() as Grant[] }).code).toBe("allowed");
    expect(engine.decide(asked, { grants: [make() as Grant] }).code).toBe("allowed");
  });

  it("and decides rightly afterwards", () => {
    expect(engine.decide(request({ words: ["fine"] })).code).toBe("allowed");
    expect(engine.decide(request({ words: ["BAD"] })).code).toBe("denied_by_policy");
  });
});

it("denies once closed, and explains no more", () => {
  const engine = load(open);
  engine.close();
  engine.close();
  expect(engine.decide(request({}))).toMatchObject({ effect: "deny", code: "engine_failure" });
  for (const call of [
    () => engine.explain(request({})),
    () => engine.requestDigest(request({})),
    () => engine.replace(open),
    () => engine.remove("open"),
  ]) {
    expect(thrownBy(call)).toMatchObject({ name: "PortcullisError", code: "engine_closed", retryable: false });
  }
});

it("refuses a set with all that is wrong with it", async () => {
  const policies = [
    { ...open, effect: "perhaps" },
    { ...open, id: "b", rule_expr: { when: { field: "input.x", eq: 1, gt: "a" }, wehn: {} } },
  ] as unknown as Policy[];
  const { PolicyEngine, PolicySetError, PortcullisError, validate } = portcullis;
  const error = await PolicyEngine.load({ policies }).catch((thrown: unknown) => thrown);
  if (!PolicySetError.is(error)) throw error;
  expect(error).toBeInstanceOf(PolicySetError);
  expect(PortcullisError.is(error)).toBe(true);
  expect(PolicySetError.is(new Error("another"))).toBe(false);
  expect(error.code).toBe("policy_set_invalid");
  expect(error.diagnostics).toEqual(validate(policies).diagnostics);
  expect(new Set(error.diagnostics.map(({ pointer }) => pointer.split("/")[1]))).toEqual(new Set(["0", "1"]));
  for (const { code, pointer } of error.diagnostics) {
    expect(code).toMatch(/^[a-z_]+$/);
    expect(error.message).toContain(`${pointer}: `);
  }
  expect(thrownBy(() => PolicyEngine.loadSync({ policies }))).toEqual(error);
});

it("decides the others of several where one is amiss", () => {
  const engine = load(open, words);
  const requests = [request({ words: [] }), null, request({ words: ["bad"] }), request({ words: [] })];
  expect(engine.decideMany(requests as Request[]).map(({ code }) => code)).toEqual([
    "allowed",
    "invalid_request",
    "denied_by_policy",
    "allowed",
  ]);
});

it("replaces and removes policies", () => {
  const engine = load(open);
  const bad = request({ words: ["bad"] });
  const { digest } = engine;
  engine.replace(words);
  expect(engine.decide(bad).code).toBe("denied_by_policy");
  expect(engine.digest).not.toBe(digest);
  engine.replace(JSON.stringify({ ...words, enabled: false }));
  expect(engine.decide(bad).code).toBe("allowed");
  const refused = thrownBy(() => engine.replace({ ...words, effect: "perhaps" } as unknown as Policy));
  expect(portcullis.PolicySetError.is(refused)).toBe(true);
  expect(engine.decide(bad).code).toBe("allowed");
  expect([engine.remove("words"), engine.remove("words")]).toEqual([true, false]);
  expect(engine.digest).toBe(digest);
  expect(engine.remove("open")).toBe(true);
  expect(engine.decide(bad).code).toBe("no_matching_allow");
});

it("gives decisions that JSON keeps whole", () => {
  const limited: Policy = {
    ...open,
    id: "limits",
    effect: "modify",
    rule_expr: { then: { mode: "draft", limits: [{ meter: "tokens", per: ["tenant"], window: "1d", max: 5 }] } },
  };
  const engine = load(open, words, refunds, limited, { ...words, id: "later", enforcement: "shadow" });
  for (const asked of [request({}), request({ words: ["bad"] }), request({ words: [] }, "refund")]) {
    const decision = engine.decide(asked);
    expect(JSON.parse(JSON.stringify(decision))).toEqual(decision);
  }
});

describe("an approval", () => {
  const asked = request({ cents: 5 }, "refund");

  function granted(engine: PolicyEngine): Grant[] {
    const decision = engine.decide(asked);
    expect(decision).toMatchObject({ effect: "require_approval", code: "approval_required" });
    return decision.approvals.map(({ policy_id, policy_digest }) => ({
      policy_id,
      policy_digest,
      request_digest: engine.requestDigest(asked),
      mode: decision.mode,
    }));
  }

  it("lets the request go ahead that it binds, and no other", () => {
    const engine = load(open, refunds);
    const grants = granted(engine);
    expect(grants).toHaveLength(1);
    expect(engine.enforce(asked, { grants }).code).toBe("allowed");
    expect(engine.decide({ ...asked, input: { cents: 6 } }, { grants }).code).toBe("approval_required");
    expect(engine.decide(asked).code).toBe("approval_required");
  });

  it("is void once its policy was edited", () => {
    const engine = load(open, refunds);
    const grants = granted(engine);
    engine.replace({ ...refunds, rule_expr: { ...refunds.rule_expr, remedy: "Ask a lead." } });
    expect(engine.decide(asked, { grants }).code).toBe("approval_required");
    engine.replace(refunds);
    expect(engine.decide(asked, { grants }).code).toBe("allowed");
  });
});
