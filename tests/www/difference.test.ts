// In what two decisions differ, and which policies are named for it.
import { type Policy, PolicyEngine, type Request } from "portcullis";
import { expect, it } from "vitest";
import { causesOf, differencesOf } from "../../www/src/engine/difference.js";

const request: Request = {
  action: "tool_call",
  now: 0,
  tenant: { id: "acme" },
  app: null,
  user: { id: "u1" },
  workflow: null,
  agent: null,
  tool: { id: "t" },
};
const open: Policy = { id: "open", name: "open", scope: "global", effect: "allow", rule_expr: {} };
const limit = { meter: "tool_calls", per: ["user" as const], max: 5 };

function policy(id: string, effect: Policy["effect"], rule_expr: object): Policy {
  return { id, name: id, scope: "global", effect, rule_expr } as Policy;
}

function compared(before: readonly Policy[], after: readonly Policy[]) {
  const [a, b] = [before, after].map((policies) => {
    const engine = PolicyEngine.loadSync({ policies: [open, ...policies] });
    const decision = engine.decide(request);
    engine.close();
    return decision;
  });
  if (a === undefined || b === undefined) throw new Error("there are two decisions");
  return { differences: differencesOf(a, b), causes: causesOf(a, b) };
}

it("an edit of words makes no difference, though it makes another digest", () => {
  const approval = { approvers: { roles: ["lead"] } };
  const [before, after] = ["a", "b"].map((message) => policy("ask", "require_approval", { approval, message }));
  expect(compared([before as Policy], [after as Policy]).differences).toEqual([]);
});

it("a mode that a policy no longer asks for is that policy's", () => {
  const before = policy("narrow", "modify", { then: { mode: "draft", limits: [limit] } });
  const after = policy("narrow", "modify", { then: { limits: [limit] } });
  expect(compared([before], [after])).toEqual({
    differences: [{ what: "mode", from: "draft", to: "auto" }],
    causes: [{ side: "both", policy: "narrow", effect: "modify" }],
  });
});

it("a limit that comes, goes or is another", () => {
  const limits = (max: number) => policy("cap", "modify", { then: { limits: [{ ...limit, max }] } });
  const five = "5 tool_calls in all for user u1";
  expect(compared([], [limits(5)])).toEqual({
    differences: [{ what: "limits", from: "", to: five }],
    causes: [{ side: "after", policy: "cap", effect: "modify" }],
  });
  expect(compared([limits(5)], [])).toEqual({
    differences: [{ what: "limits", from: five, to: "" }],
    causes: [{ side: "before", policy: "cap", effect: "modify" }],
  });
  expect(compared([limits(5)], [limits(7)])).toEqual({
    differences: [{ what: "limits", from: five, to: "7 tool_calls in all for user u1" }],
    causes: [{ side: "both", policy: "cap", effect: "modify" }],
  });
});

it("what is denied has no limits to lose", () => {
  const cap = policy("cap", "modify", { then: { limits: [limit] } });
  expect(compared([cap], [cap, policy("no", "deny", {})])).toEqual({
    differences: [{ what: "effect", from: "allow", to: "deny" }],
    causes: [{ side: "after", policy: "no", effect: "deny" }],
  });
});
