// Policies: listed, read, written and switched, each by its owner.

import { MOST_LISTED } from "../../store/list.js";
import type { StoredPolicy } from "../../store/rows.js";
import type { PolicyStore, Saved } from "../../store/store.js";
import { type Answer, json } from "../call.js";
import { etag } from "../precondition.js";
import type { Context, Parameter, Route } from "../route.js";
import { integer, oneOf, ref, text } from "../schemas/build.js";
import { actorOf, tenant } from "../tenancy.js";

/** 1 to as many as a list may have. */
export const limit: Parameter = {
  schema: { ...integer, minimum: 1, maximum: MOST_LISTED },
  about: "At most so many; default 50.",
};
export const cursor: Parameter = { schema: text, about: "Where an earlier list ended." };
const tag = "policies";
const ETAG = ["ETag"] as const;
const saved = { about: "As it is now.", schema: ref("Saved"), headers: ETAG };

export function policyRoutes(store: PolicyStore): Route[] {
  const read = { tag, access: "read" as const };
  const change = {
    tag,
    access: "write" as const,
    query: { tenant },
    ifMatch: true,
    success: { 200: saved },
    problems: [403, 409, 422],
  };
  const one = "/v1/policies/{id}";
  return [
    {
      ...read,
      method: "GET",
      path: "/v1/policies",
      id: "listPolicies",
      summary: "Lists policies by id",
      query: {
        tenant,
        scope: { schema: oneOf("global", "tenant", "app", "tool", "workflow", "agent"), about: "Of this scope." },
        effect: { schema: oneOf("allow", "deny", "require_approval", "modify"), about: "Of this effect." },
        enabled: { schema: { type: "boolean" }, about: "Whether they are switched on." },
        enforcement: { schema: oneOf("enforce", "shadow"), about: "Whether they decide." },
        visibility: { schema: oneOf("public", "private"), about: "Who may see them." },
        owner: { schema: oneOf("own", "platform"), about: "The caller's own, or the platform's; else both." },
        search: { schema: { type: "string" }, about: "A part of the name or the description." },
        limit,
        cursor,
      },
      success: { 200: { about: "A page.", schema: ref("PolicyPage") } },
      problems: [422],
      run: async (context) => {
        const { tenant: _, ...options } = context.query;
        return json(await store.list(actorOf(context), options));
      },
    },
    {
      ...change,
      method: "POST",
      path: "/v1/policies",
      id: "createPolicy",
      summary: "Stores a new policy",
      ifMatch: false,
      body: { schema: ref("PolicyDraft"), unchecked: true, example: EXAMPLE },
      success: { 201: { ...saved, headers: ["ETag", "Location"] } },
      run: async (context) => {
        const result = await store.create(actorOf(context), context.text);
        // Relative to the call, so that it holds wherever the handler is mounted.
        return savedAnswer(result, 201, { location: `policies/${encodeURIComponent(result.policy.id)}` });
      },
    },
    {
      ...read,
      method: "GET",
      path: one,
      id: "readPolicy",
      summary: "Reads a policy",
      query: { tenant },
      success: { 200: { about: "The policy.", schema: ref("StoredPolicy"), headers: ETAG } },
      run: async (context) => policyAnswer(await store.read(actorOf(context), idOf(context))),
    },
    {
      ...change,
      method: "PUT",
      path: one,
      id: "replacePolicy",
      summary: "Puts another text in the place of a policy",
      body: { schema: ref("PolicyDraft"), unchecked: true, example: EXAMPLE },
      run: async (context) => savedAnswer(await store.replace(actorOf(context), idOf(context), context.text, context)),
    },
    {
      ...change,
      method: "DELETE",
      path: one,
      id: "deletePolicy",
      summary: "Deletes a policy; it can be restored",
      success: { 200: { about: "It is gone.", schema: ref("Deleted"), headers: ETAG } },
      run: async (context) => {
        const { revision } = await store.delete(actorOf(context), idOf(context), context);
        return json({ revision }, 200, etag(revision));
      },
    },
    ...(["enable", "disable"] as const).map((verb) => ({
      ...change,
      method: "POST" as const,
      path: `${one}/${verb}`,
      id: `${verb}Policy`,
      summary: verb === "enable" ? "Switches a policy on" : "Switches a policy off",
      run: async (context: Context) =>
        savedAnswer(await store.setEnabled(actorOf(context), idOf(context), verb === "enable", context)),
    })),
    ...(["enforce", "shadow"] as const).map((enforcement) => ({
      ...change,
      method: "POST" as const,
      path: `${one}/${enforcement}`,
      id: `${enforcement}Policy`,
      summary: enforcement === "enforce" ? "Lets a policy decide" : "Has a policy evaluated and reported only",
      run: async (context: Context) =>
        savedAnswer(await store.setEnforcement(actorOf(context), idOf(context), enforcement, context)),
    })),
  ];
}

export function idOf({ params }: Context): string {
  return params["id"] as string;
}

export function policyAnswer(policy: StoredPolicy): Answer {
  return json(policy, 200, etag(policy.revision));
}

export function savedAnswer(result: Saved, status = 200, headers = {}): Answer {
  return json(result, status, { ...headers, ...etag(result.policy.revision) });
}

const EXAMPLE = {
  name: "mail-needs-approval",
  scope: "tool",
  effect: "deny",
  rule_expr: { target: ["send_mail"], unless: { field: "user.roles", includes: "support" } },
};
