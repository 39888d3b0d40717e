// Whose call it is: made on the server from a token and a run, never from a body.
import { createParamDecorator, type ExecutionContext, UnauthorizedException } from "@nestjs/common";

export interface Session {
  readonly tenantId: string;
  readonly userId: string;
  readonly runId: string;
  readonly agentId: string | null;
  /** The call's own id, where an agent library gives it one. */
  readonly callId?: string;
}

export interface User {
  readonly id: string;
  readonly tenantId: string;
  readonly roles: readonly string[];
}

/** Who has which token. */
export const USERS: Readonly<Record<string, User>> = {
  "token-ann": { id: "ann", tenantId: "acme", roles: ["support"] },
  "token-dba": { id: "dora", tenantId: "acme", roles: ["support", "dba"] },
  "token-guest": { id: "gus", tenantId: "acme", roles: ["guest"] },
  "token-bob": { id: "bob", tenantId: "globex", roles: ["support"] },
};

export const CurrentUser = createParamDecorator((_: unknown, context: ExecutionContext): User => {
  const { headers } = context.switchToHttp().getRequest<{ headers: { authorization?: string } }>();
  const user = USERS[headers.authorization?.replace(/^Bearer /, "") ?? ""];
  if (user === undefined) throw new UnauthorizedException();
  return user;
});
