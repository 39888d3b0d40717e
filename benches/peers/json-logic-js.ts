// JsonLogic: a rule for each policy. It has no compiler; rules are walked at each evaluation.
import jsonLogic, { type RulesLogic } from "json-logic-js";
import { concluded, type Kind, listed, type Peer, toolOf } from "../peer.js";
import type { Bounds } from "../workload.js";

function rules({ most, review, region, cost }: Bounds): Record<Kind, RulesLogic> {
  return {
    allow: { in: ["operator", { var: "user.roles" }] },
    most: { ">": [{ var: "input.amount" }, most] },
    region: { and: [{ "!==": [{ var: "input.region" }, region] }, { "===": [{ var: "input.confirm" }, false] }] },
    review: {
      and: [
        { "===": [{ var: "run.mode" }, "auto"] },
        { "===": [{ var: "tool.risk_level" }, "high"] },
        { ">=": [{ var: "input.amount" }, review] },
      ],
    },
    cost: { ">": [{ var: "run.cost_cents" }, cost] },
  };
}

function guarded(bounds: Bounds): Record<Kind, RulesLogic> {
  const ofTool = Object.entries(rules(bounds)).map(([kind, rule]) => [
    kind,
    { and: [{ "===": [{ var: "tool.id" }, bounds.tool] }, rule] },
  ]);
  return Object.fromEntries(ofTool) as Record<Kind, RulesLogic>;
}

export const peer: Peer = {
  package: "json-logic-js",
  ways: [
    {
      how: "all rules, each naming its tool",
      indexed: false,
      load(tools) {
        const { all } = listed(tools, guarded);
        return (request) => concluded(all, (rule) => jsonLogic.apply(rule, request) === true);
      },
    },
    {
      how: "rules in a Map by tool",
      indexed: true,
      load(tools) {
        const { byTool } = listed(tools, rules);
        return (request) =>
          concluded(byTool.get(toolOf(request)) ?? [], (rule) => jsonLogic.apply(rule, request) === true);
      },
    },
  ],
};
