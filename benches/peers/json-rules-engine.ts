// json-rules-engine: rules with events; `run` is asynchronous.
import { Engine, type NestedCondition, type RuleProperties } from "json-rules-engine";
import type { Request } from "portcullis";
import { plainly } from "../closure.js";
import { type Answer, concluded, type Kind, type Peer, type Ruled, toolOf } from "../peer.js";
import type { Bounds } from "../workload.js";

const leaf = (fact: string, operator: string, value: unknown): NestedCondition => ({ fact, operator, value });

function rules({ tool, most, review, region, cost }: Bounds, guard: NestedCondition[] = []): RuleProperties[] {
  const conditions: Record<Kind, NestedCondition[]> = {
    allow: [leaf("roles", "contains", "operator")],
    most: [leaf("amount", "greaterThan", most)],
    region: [leaf("region", "notEqual", region), leaf("confirm", "equal", false)],
    review: [
      leaf("mode", "equal", "auto"),
      leaf("risk", "equal", "high"),
      leaf("amount", "greaterThanInclusive", review),
    ],
    cost: [leaf("cost", "greaterThan", cost)],
  };
  return Object.entries(conditions).map(([kind, all]) => ({
    conditions: { all: [...guard, ...all] },
    event: { type: `${tool}-${kind}`, params: { kind } },
  }));
}

/** Facts are given flat: paths into objects cost it far more. */
async function run(engine: Engine, request: Request): Promise<Answer> {
  const facts = { tool: toolOf(request), ...plainly(request as Parameters<typeof plainly>[0]) };
  const { events } = await engine.run(facts);
  const applied: Ruled<null>[] = events.map(({ type, params }) => ({ id: type, kind: params?.["kind"], rule: null }));
  return concluded(applied, () => true);
}

export const peer: Peer = {
  package: "json-rules-engine",
  ways: [
    {
      how: "one engine of all rules, each naming its tool",
      indexed: false,
      load(tools) {
        const engine = new Engine(tools.flatMap((bounds) => rules(bounds, [leaf("tool", "equal", bounds.tool)])));
        return (request) => run(engine, request);
      },
    },
    {
      how: "an engine for each tool, in a Map",
      indexed: true,
      load(tools) {
        const engines = new Map(tools.map((bounds) => [bounds.tool, new Engine(rules(bounds))]));
        return (request) => {
          const engine = engines.get(toolOf(request));
          return engine === undefined ? { effect: "deny", reasons: [] } : run(engine, request);
        };
      },
    },
  ],
};
