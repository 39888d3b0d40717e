// Cedar in WebAssembly, by its stateful calls: schema and policy sets are parsed once and named in each call.
import { preparsePolicySet, preparseSchema, statefulIsAuthorized } from "@cedar-policy/cedar-wasm/nodejs";
import type { Request } from "portcullis";
import { plainly } from "../closure.js";
import { type Answer, type Kind, type Peer, toolOf } from "../peer.js";
import type { Bounds } from "../workload.js";

const SCHEMA = `
entity User;
entity Tool;
action call appliesTo {
  principal: User,
  resource: Tool,
  context: { roles: Set<String>, amount: Long, region: String, confirm: Bool, mode: String, risk: String, cost: Long }
};`;

// Approvals and drafts are permits that the caller tells apart by their ids, so one call says everything.
function policies({ tool, most, review, region, cost }: Bounds): Record<string, string> {
  const head = `(principal, action, resource == Tool::"${tool}")`;
  const conditions: Record<Kind, string> = {
    allow: `permit ${head} when { context.roles.contains("operator") };`,
    most: `forbid ${head} when { context.amount > ${most} };`,
    region: `forbid ${head} when { context.region != "${region}" && context.confirm == false };`,
    review: `permit ${head} when { context.mode == "auto" && context.risk == "high" && context.amount >= ${review} };`,
    cost: `permit ${head} when { context.cost > ${cost} };`,
  };
  return Object.fromEntries(Object.entries(conditions).map(([kind, text]) => [`${tool}-${kind}`, text]));
}

interface Parsed {
  readonly type: "success" | "failure";
}

function parse(answer: Parsed): void {
  if (answer.type === "failure") throw new Error(`not parsed: ${JSON.stringify(answer)}`);
}

function ask(request: Request, set: string): Answer {
  const tool = toolOf(request);
  const answer = statefulIsAuthorized({
    principal: { type: "User", id: (request.user as { id: string }).id },
    action: { type: "Action", id: "call" },
    resource: { type: "Tool", id: tool },
    context: plainly(request as Parameters<typeof plainly>[0]) as never,
    entities: [],
    preparsedPolicySetId: set,
    preparsedSchemaName: "tools",
    validateRequest: false,
  });
  if (answer.type === "failure") throw new Error(`not decided: ${JSON.stringify(answer)}`);
  const { decision, diagnostics } = answer.response;
  const { reason, errors } = diagnostics;
  if (errors.length > 0) throw new Error(`not evaluated: ${JSON.stringify(errors)}`);
  // A deny names what forbids, and not the permits.
  if (decision === "deny") return { effect: "deny" };
  if (!reason.includes(`${tool}-allow`)) return { effect: "deny", reasons: reason };
  return { effect: reason.includes(`${tool}-review`) ? "require_approval" : "allow", reasons: reason };
}

export const peer: Peer = {
  package: "@cedar-policy/cedar-wasm",
  ways: [
    {
      how: "one policy set",
      indexed: false,
      load(tools) {
        parse(preparseSchema("tools", SCHEMA));
        const staticPolicies = Object.assign({}, ...tools.map(policies));
        parse(preparsePolicySet("all", { staticPolicies }));
        return (request) => ask(request, "all");
      },
    },
    {
      how: "a policy set for each tool, named by it",
      indexed: true,
      load(tools) {
        parse(preparseSchema("tools", SCHEMA));
        for (const bounds of tools) parse(preparsePolicySet(bounds.tool, { staticPolicies: policies(bounds) }));
        return (request) => ask(request, toolOf(request));
      },
    },
  ],
};
