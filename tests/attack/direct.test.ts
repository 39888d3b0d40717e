// Requests that are read at once, in states in which what is written could be of another request, or nowhere.
import type { Policy, Request } from "portcullis";
import { afterEach, expect, it } from "vitest";
import { growth } from "../differential/support/growth.js";

const { PolicyEngine } = await import("portcullis");

type Rule = Policy["rule_expr"];

const policy = (id: string, rule_expr: Rule, more: Partial<Policy> = {}): Policy => ({
  id,
  name: id,
  scope: "global",
  effect: "deny",
  rule_expr,
  ...more,
});
const open = policy("open", {}, { effect: "allow" });
const load = (...policies: Policy[]) => PolicyEngine.loadSync({ policies: [open, ...policies] });

function request(more: { [key: string]: unknown } = {}): Request {
  const ids = { tenant: { id: "acme" }, user: { id: "alice" }, tool: { id: "search" } };
  const none = { app: null, workflow: null, agent: null };
  const run = { id: "r1", mode: "auto", root_id: "r1" };
  return { action: "tool_call", now: 0, ...ids, ...none, run, input: {}, ...more } as Request;
}

/** The same, with a getter. */
const getting = (on: object, key: string, get: () => unknown) =>
  Object.defineProperty(on, key, { get, enumerable: true, configurable: true });

afterEach(() => {
  growth.happens = false;
});

it.each([
  "now.user",
  "action.user",
  "user.id.action",
  "tenant.id.now",
  "run.mode.now",
  "run.root_id.user",
  "tool.id.tool.id",
])("reads no member of the request at %s", (field) => {
  const engine = load(policy("rule", { when: { field, exists: true } }));
  expect(engine.decide(request())).toMatchObject({
    code: "denied_by_policy",
    reasons: [{ policy_id: "rule", error: { code: "wrong_type", field } }, { policy_id: "open" }],
  });
});

it("writes ids where the memory is, though it has grown for the sake of another", () => {
  const nobody: Rule = { target: ["*"], when: { field: "user.id", exists: false } };
  const engine = load(policy("nobody", nobody, { scope: "tool" }));
  expect(engine.decide(request()).code).toBe("allowed");
  growth.happens = true;
  // The core is asked about each tool that was not seen yet.
  expect(engine.decide(request({ user: null, tool: { id: "write" } })).code).toBe("denied_by_policy");
  expect(engine.decide(request({ tool: { id: "mail" } })).code).toBe("allowed");
});

it("writes members where the memory is, though an element's getter has made it grow", () => {
  // The platform's policy needs the list alone; that of the tenant its elements, and what else there is.
  const engine = load(
    policy("list", {
      when: {
        all: [
          { field: "input.list", exists: false },
          { field: "input.a", exists: true },
        ],
      },
    }),
    policy(
      "elements",
      {
        when: {
          any: [
            { field: "input.list", includes: "bad" },
            { field: "input.z", exists: true },
          ],
        },
      },
      { tenant_id: "acme" },
    ),
  );
  const before = request({ input: { list: ["fine"], z: 1 } });
  expect(engine.decide(before).code).toBe("denied_by_policy");
  for (const grow of [
    () => void load().close(),
    () => void engine.decide(request({ tool: { id: "unknown" }, input: { list: ["x".repeat(1_000)] } })),
  ]) {
    growth.happens = true;
    const list = ["fine"];
    getting(list, "0", () => {
      grow();
      return "fine";
    });
    expect(engine.decide(request({ input: { list } })).code).toBe("allowed");
    growth.happens = false;
    expect(engine.decide(before).code).toBe("denied_by_policy");
  }
});

it("decides for a getter though the memory has grown since its request was begun", () => {
  const engine = load(policy("bad", { when: { field: "input.note", eq: "bad" } }));
  const codes: string[] = [];
  const input = getting({}, "note", () => {
    growth.happens = true;
    load().close();
    codes.push(engine.decide(request({ input: { note: "bad" } })).code);
    return "fine";
  });
  expect(engine.decide(request({ input })).code).toBe("allowed");
  // Once when it was read at once, and once when it was read anew.
  expect(codes).toEqual(["denied_by_policy", "denied_by_policy"]);
});

it("reads a request anew where a getter's call has overwritten what was read", () => {
  const engine = load(
    policy("bad", {
      when: {
        any: [
          { field: "input.first", eq: "bad" },
          { field: "input.next", eq: "bad" },
        ],
      },
    }),
  );
  const input = getting({ first: "bad" }, "next", () => {
    const inner = engine.decide(request({ input: { first: "fine", next: "fine" } }));
    expect(inner.effect).toBe("allow");
    return "fine";
  });
  expect(engine.decide(request({ input })).code).toBe("denied_by_policy");
});
