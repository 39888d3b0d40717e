// casbin: rows of a policy whose rule is an expression, with `eval` in the matcher; the synchronous call, which is faster.
import { type Enforcer, newEnforcer, newModelFromString } from "casbin";
import type { Request } from "portcullis";
import { plainly } from "../closure.js";
import { type Answer, type Peer, toolOf } from "../peer.js";
import type { Bounds } from "../workload.js";

function model(matcher: string): string {
  return `
[request_definition]
r = tool, act, facts

[policy_definition]
p = tool, act, rule, eft

[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))

[matchers]
m = ${matcher}
`;
}

// To proceed unattended is an action of its own: casbin knows two effects. Modes are left out.
function rows({ tool, most, review, region }: Bounds): string[][] {
  return [
    [tool, "call", `"operator" in r.facts.roles`, "allow"],
    [tool, "call", `r.facts.amount > ${most}`, "deny"],
    [tool, "call", `r.facts.region != "${region}" && r.facts.confirm == false`, "deny"],
    [tool, "ask", `r.facts.mode == "auto" && r.facts.risk == "high" && r.facts.amount >= ${review}`, "allow"],
  ];
}

async function enforcer(policies: string[][], matcher: string): Promise<Enforcer> {
  const made = await newEnforcer(newModelFromString(model(matcher)));
  await made.addPolicies(policies);
  return made;
}

function ask(enforcer: Enforcer, request: Request): Answer {
  const facts = plainly(request as Parameters<typeof plainly>[0]);
  const tool = toolOf(request);
  if (!enforcer.enforceSync(tool, "call", facts)) return { effect: "deny" };
  return { effect: enforcer.enforceSync(tool, "ask", facts) ? "require_approval" : "allow" };
}

export const peer: Peer = {
  package: "casbin",
  ways: [
    {
      how: "one enforcer of all rows",
      indexed: false,
      async load(tools) {
        const all = await enforcer(tools.flatMap(rows), "r.tool == p.tool && r.act == p.act && eval(p.rule)");
        return (request) => ask(all, request);
      },
    },
    {
      how: "an enforcer for each tool, in a Map",
      indexed: true,
      async load(tools) {
        const byTool = new Map<string, Enforcer>();
        for (const bounds of tools) {
          byTool.set(bounds.tool, await enforcer(rows(bounds), "r.act == p.act && eval(p.rule)"));
        }
        return (request) => {
          const found = byTool.get(toolOf(request));
          return found === undefined ? { effect: "deny" } : ask(found, request);
        };
      },
    },
  ],
};
