import { type Policy, PolicyEngine, type Request } from "portcullis";
import { expect, test } from "vitest";
import { decisionText } from "./texts.js";

const policies: Policy[] = [
  { id: "open", name: 'a "quoted" name', scope: "global", effect: "allow", rule_expr: {} },
  {
    id: "ask",
    name: "ask",
    scope: "tool",
    effect: "require_approval",
    rule_expr: { target: ["pay"], message: "Müller\n", approval: { approvers: { roles: ["lead"] } } },
  },
  {
    id: "limit",
    name: "limit",
    scope: "global",
    effect: "modify",
    rule_expr: {
      when: { field: "input.amount", gt: 5 },
      then: { mode: "draft", limits: [{ meter: { field: "input.amount" }, per: ["tenant"], window: "1d", max: 9 }] },
    },
  },
  {
    id: "trial",
    name: "trial",
    scope: "global",
    effect: "deny",
    enforcement: "shadow",
    rule_expr: { when: { field: "input.amount", gt: 6 } },
  },
];

const request = (tool: string, input: object) =>
  ({
    action: "tool_call",
    now: 0,
    tenant: { id: "acme" },
    app: null,
    user: { id: "u" },
    workflow: null,
    agent: null,
    tool: { id: tool },
    run: null,
    input,
  }) as unknown as Request;

test("the text of a decision is what JSON.stringify gives, each time", () => {
  const engine = PolicyEngine.loadSync({ policies });
  for (let round = 0; round < 2; round++) {
    for (const tool of ["pay", "read"]) {
      for (const input of [{}, { amount: 6 }, { amount: 7 }, { amount: "7" }]) {
        const decision = engine.decide(request(tool, input));
        expect(decisionText(decision)).toBe(JSON.stringify(decision));
      }
    }
    const refused = engine.decide({} as Request);
    expect(decisionText(refused)).toBe(JSON.stringify(refused));
  }
  engine.close();
});
