// A program that decides, compiled by each kind of TypeScript project.
import { type Policy, PolicyEngine, type Request } from "portcullis";
import { allowAll } from "portcullis/testing";

declare const console: { log(text: string): void };

const policies: Policy[] = [
  { id: "open", name: "open", scope: "global", effect: "allow", rule_expr: {} },
  { id: "mail", name: "no mail", scope: "tool", effect: "deny", rule_expr: { target: ["mail"], remedy: "Ask." } },
];
const [search, mail] = ["search", "mail"].map(
  (id): Request => ({
    action: "tool_call",
    now: 0,
    tenant: { id: "acme" },
    app: null,
    user: null,
    workflow: null,
    agent: null,
    tool: { id },
    run: { id: "r1", root_id: "r1", mode: "auto" },
    input: {},
  }),
) as [Request, Request];

const engine = PolicyEngine.loadSync({ policies });
console.log(
  JSON.stringify({
    decisions: [search, mail].map((request) => engine.decide(request)),
    testing: allowAll().decide(mail).effect,
    explained: engine.explain(mail, { reader: "agent" }),
  }),
);
engine.close();
