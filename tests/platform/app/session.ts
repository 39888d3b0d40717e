// Whose call it is: made on the server from a token and a run, never from a body.
import { createParamDecorator, type ExecutionContext, UnauthorizedException } from "@nestjs/common";
import type { Principal } from "portcullis/http";
import type { RunRow } from "./entities.js";

export interface Session {
  readonly tenantId: string;
  readonly userId: string;
  readonly runId: string;
  readonly agentId: string | null;
  /** The call's own id, where an agent library gives it one. */
  readonly callId?: string;
  /** A run that is not there yet: of calls that are only previewed. */
  readonly planned?: RunRow;
}

export interface User {
  readonly id: string;
  readonly tenantId: string;
  readonly roles: readonly string[];
}

/** Who has which token. */
export const USERS: ReadonlyMap<string, User> = new Map(
  Object.entries({
    "token-ann": { id: "ann", tenantId: "acme", roles: ["support"] },
    "token-dba": { id: "dora", tenantId: "acme", roles: ["support", "dba"] },
    "token-dan": { id: "dan", tenantId: "acme", roles: ["support", "dba"] },
    "token-guest": { id: "gus", tenantId: "acme", roles: ["guest"] },
    "token-bob": { id: "bob", tenantId: "globex", roles: ["support"] },
    "token-pat": { id: "pat", tenantId: "acme", roles: ["support", "policy_author"] },
  }),
);

/** Those who run the platform itself. */
const OPERATORS: ReadonlyMap<string, string> = new Map([["token-ops", "olga"]]);

/** Who somebody is to the management API of policies. */
export function principalOf(token: string): Principal | undefined {
  const operator = OPERATORS.get(token);
  if (operator !== undefined) return { subject: operator, tenant: null, roles: new Set(["admin"]) };
  const user = USERS.get(token);
  if (user === undefined) return undefined;
  const { id, tenantId, roles } = user;
  const role = roles.includes("policy_author") ? "author" : "reader";
  return { subject: id, tenant: tenantId, roles: new Set(roles.includes("support") ? [role] : []) };
}

export const CurrentUser = createParamDecorator((_: unknown, context: ExecutionContext): User => {
  const { headers } = context.switchToHttp().getRequest<{ headers: { authorization?: string } }>();
  const user = USERS.get(headers.authorization?.replace(/^Bearer /, "") ?? "");
  if (user === undefined) throw new UnauthorizedException();
  return user;
});
