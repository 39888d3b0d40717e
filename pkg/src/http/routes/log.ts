// Decisions that were logged, as the caller may see them.
import { DECISION_EFFECTS } from "../../engine/decision.js";
import type { DecisionReader, LogListOptions } from "../../log/reader.js";
import { json } from "../call.js";
import type { Parameter, Route } from "../route.js";
import { integer, oneOf, ref, text } from "../schemas/build.js";
import { owned } from "../tenancy.js";
import { cursor, limit } from "./policies.js";

export function logRoutes(decisions: DecisionReader): Route[] {
  return [
    {
      method: "GET",
      path: "/v1/decisions",
      id: "listDecisions",
      summary: "Lists decisions that were logged, the latest first",
      tag: "decisions",
      access: "read",
      query: {
        tenant: {
          schema: { ...text, minLength: 1 },
          about: "Of this tenant. Without it, callers of the platform see those of all.",
        },
        effect: { schema: oneOf(...DECISION_EFFECTS), about: "Of this effect." },
        code: equal("Of this code."),
        action: equal("On this action."),
        tool: equal("On this tool."),
        agent: equal("On this agent."),
        run: equal("In this run."),
        policy: equal("To which this policy applied; the caller may read it."),
        since: moment("At this time or later, in milliseconds since 1970."),
        until: moment("Before this time."),
        limit,
        cursor,
      },
      success: { 200: { about: "A page.", schema: ref("LoggedDecisionPage") } },
      problems: [422],
      async run({ principal, query }) {
        const options: LogListOptions = query;
        if (options.tenant !== undefined) owned(principal, options.tenant);
        return json(await decisions.list({ tenant: principal.tenant, by: principal.subject }, options));
      },
    },
  ];
}

function equal(about: string): Parameter {
  return { schema: text, about };
}

function moment(about: string): Parameter {
  return { schema: { ...integer, minimum: 0 }, about };
}
