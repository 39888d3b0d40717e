// Whose policies and requests a call is about: the caller's own, or for the platform any tenant's.
import type { Actor } from "../store/draft.js";
import type { Principal } from "./principal.js";
import { noSuch } from "./problem.js";
import type { Context, Parameter } from "./route.js";

export const tenant: Parameter = {
  schema: { type: "string", minLength: 1 },
  about: "For callers of the platform: the tenant for whom they act. Without it, they act for the platform.",
};

/** @throws Problem 404 for a tenant that is not the caller's. */
export function actorOf({ principal, query }: Context): Actor {
  const asked = query["tenant"];
  if (asked === undefined) return { tenant: principal.tenant, by: principal.subject };
  const known = owned(principal, asked as string);
  return { tenant: known, by: principal.subject };
}

/**
 * A request as the engine takes it: with the time, and with the caller's tenant where it names none. It is completed in
 * place, having come out of the body for this call alone: a copy would cost as much as deciding it.
 * @throws Problem 404 for a tenant that is not the caller's.
 */
export function requestOf(principal: Principal, given: object): Record<string, unknown> {
  const request = given as Record<string, unknown>;
  if (!Object.hasOwn(request, "now")) request["now"] = Date.now();
  if (principal.tenant === null) return request;
  if (!Object.hasOwn(request, "tenant")) request["tenant"] = { id: principal.tenant };
  const { id } = (request["tenant"] ?? {}) as { id?: unknown };
  owned(principal, id);
  return request;
}

/** The tenant, if it is one that the caller may speak of. Whether another exists is not looked up. */
export function owned(principal: Principal, id: unknown): string {
  if (principal.tenant !== null && id !== principal.tenant) throw noSuch("tenant");
  return id as string;
}
