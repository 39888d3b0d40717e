// CEL: an expression for each policy, parsed and type-checked once.
import { Environment } from "@marcbachmann/cel-js";
import type { Request } from "portcullis";
import { plainly } from "../closure.js";
import { concluded, type Kind, listed, type Peer, toolOf } from "../peer.js";
import type { Bounds } from "../workload.js";

// Variables of declared types, and no maps within: by far the fastest for it.
const environment = new Environment()
  .registerVariable("tool", "string")
  .registerVariable("roles", "list<string>")
  .registerVariable("amount", "double")
  .registerVariable("region", "string")
  .registerVariable("confirm", "bool")
  .registerVariable("mode", "string")
  .registerVariable("risk", "string")
  .registerVariable("cost", "double");

type Program = ReturnType<Environment["parse"]>;

function expressions({ most, review, region, cost }: Bounds): Record<Kind, string> {
  return {
    allow: `"operator" in roles`,
    most: `amount > ${most}.0`,
    region: `region != "${region}" && confirm == false`,
    review: `mode == "auto" && risk == "high" && amount >= ${review}.0`,
    cost: `cost > ${cost}.0`,
  };
}

function programs(bounds: Bounds, guard = ""): Record<Kind, Program> {
  const parsed = Object.entries(expressions(bounds)).map(([kind, text]) => [kind, environment.parse(guard + text)]);
  return Object.fromEntries(parsed) as Record<Kind, Program>;
}

function variables(request: Request): Record<string, unknown> {
  return { tool: toolOf(request), ...plainly(request as Parameters<typeof plainly>[0]) };
}

export const peer: Peer = {
  package: "@marcbachmann/cel-js",
  ways: [
    {
      how: "all expressions, each naming its tool",
      indexed: false,
      load(tools) {
        const { all } = listed(tools, (bounds) => programs(bounds, `tool == "${bounds.tool}" && `));
        return (request) => {
          const facts = variables(request);
          return concluded(all, (program) => program(facts) === true);
        };
      },
    },
    {
      how: "parsed expressions in a Map by tool",
      indexed: true,
      load(tools) {
        const { byTool } = listed(tools, (bounds) => programs(bounds));
        return (request) => {
          const facts = variables(request);
          return concluded(byTool.get(toolOf(request)) ?? [], (program) => program(facts) === true);
        };
      },
    },
  ],
};
