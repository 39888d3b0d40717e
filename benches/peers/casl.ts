// CASL: abilities with conditions. It keeps rules by action and subject type, and the last rule that matches decides.
import { AbilityBuilder, createMongoAbility, type MongoAbility } from "@casl/ability";
import type { Request } from "portcullis";
import { type Answer, type Peer, toolOf } from "../peer.js";
import type { Bounds } from "../workload.js";

type Rules = Pick<AbilityBuilder<MongoAbility>, "can" | "cannot">;

// To proceed unattended is an action of its own. It is what `modify` and its mode would need as well; that is left out.
function write({ can, cannot }: Rules, subject: string, { most, review, region }: Bounds, guard: object): void {
  can("call", subject, { ...guard, "user.roles": "operator" });
  cannot("call", subject, { ...guard, "input.amount": { $gt: most } });
  cannot("call", subject, { ...guard, "input.region": { $ne: region }, "input.confirm": false });
  const reviewed = { "run.mode": "auto", "tool.risk_level": "high", "input.amount": { $gte: review } };
  can("ask", subject, { ...guard, ...reviewed });
}

function ask(ability: MongoAbility, request: Request): Answer {
  if (!ability.can("call", request)) return { effect: "deny" };
  return { effect: ability.can("ask", request) ? "require_approval" : "allow" };
}

export const peer: Peer = {
  package: "@casl/ability",
  ways: [
    {
      how: "one subject type, rules naming their tool in a condition",
      indexed: false,
      load(tools) {
        const builder = new AbilityBuilder<MongoAbility>(createMongoAbility);
        for (const bounds of tools) write(builder, "Tool", bounds, { "tool.id": bounds.tool });
        const ability = builder.build({ detectSubjectType: () => "Tool" });
        return (request) => ask(ability, request);
      },
    },
    {
      how: "a subject type for each tool, which it indexes",
      indexed: true,
      load(tools) {
        const builder = new AbilityBuilder<MongoAbility>(createMongoAbility);
        for (const bounds of tools) write(builder, bounds.tool, bounds, {});
        const ability = builder.build({ detectSubjectType: (request) => toolOf(request as unknown as Request) });
        return (request) => ask(ability, request);
      },
    },
  ],
};
