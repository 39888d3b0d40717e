// Revisions: what a policy was, how two of them differ, and back to one.
import type { PolicyStore } from "../../store/store.js";
import { json } from "../call.js";
import { noSuch } from "../problem.js";
import type { Route } from "../route.js";
import { integer, ref } from "../schemas/build.js";
import { actorOf, tenant } from "../tenancy.js";
import { idOf, limit, savedAnswer } from "./policies.js";

const LAST = 2 ** 31 - 1;
const number = { ...integer, minimum: 1, maximum: LAST };

export function revisionRoutes(store: PolicyStore): Route[] {
  const read = { tag: "revisions", access: "read" as const, method: "GET" as const };
  const all = "/v1/policies/{id}/revisions";
  return [
    {
      ...read,
      path: all,
      id: "listRevisions",
      summary: "Lists the revisions of a policy that the caller owns, or owned until it was deleted",
      query: { tenant, limit, before: { schema: number, about: "Only those before this one." } },
      success: { 200: { about: "A page, the latest first.", schema: ref("RevisionPage") } },
      problems: [422],
      run: async (context) => {
        const { tenant: _, ...options } = context.query as { limit?: number; before?: number; tenant?: string };
        const revisions = await store.revisions(actorOf(context), idOf(context), options);
        const last = revisions.at(-1)?.revision ?? 1;
        return json({ revisions, next: last > 1 ? last : null });
      },
    },
    {
      ...read,
      path: `${all}/{revision}`,
      id: "readRevision",
      summary: "Reads one revision",
      query: { tenant },
      success: { 200: { about: "The revision.", schema: ref("Revision") } },
      run: async (context) =>
        json(await store.revision(actorOf(context), idOf(context), numbered(context.params["revision"]))),
    },
    {
      ...read,
      path: "/v1/policies/{id}/comparison",
      id: "compareRevisions",
      summary: "Says how a policy differs between two of its revisions",
      query: {
        tenant,
        from: { schema: number, about: "The one.", required: true },
        to: { schema: number, about: "The other.", required: true },
      },
      success: { 200: { about: "The differences.", schema: ref("Comparison") } },
      run: async (context) => {
        const { from, to } = context.query as { from: number; to: number };
        return json(await store.compare(actorOf(context), idOf(context), from, to));
      },
    },
    {
      ...read,
      method: "POST",
      access: "write",
      path: `${all}/{revision}/restore`,
      id: "restoreRevision",
      summary: "Makes a policy again what it was, also after it was deleted",
      query: { tenant },
      ifMatch: true,
      success: { 200: { about: "As it is now.", schema: ref("Saved"), headers: ["ETag"] } },
      problems: [403, 409, 422],
      run: async (context) => {
        const target = numbered(context.params["revision"]);
        return savedAnswer(await store.restore(actorOf(context), idOf(context), target, context));
      },
    },
  ];
}

/** A revision in a path: what can't be one is not there. */
function numbered(text = ""): number {
  const value = /^[1-9]\d{0,9}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > LAST) throw noSuch("revision");
  return value;
}
