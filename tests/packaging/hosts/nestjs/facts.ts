import type { Facts, FactsQuery } from "portcullis/service";

export interface Session {
  userId: string;
}

export const facts = {
  facts: ({ action, id, context }: FactsQuery<Session>): Facts => ({
    tenant: { id: "acme" },
    app: null,
    user: { id: context.userId },
    workflow: null,
    agent: null,
    tool: action === "tool_call" ? { id, supports_draft: true } : null,
    run: null,
  }),
};
