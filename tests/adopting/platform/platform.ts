// The platform as it is: whose a call is, tables, tools, models and agents.
import { createParamDecorator, type ExecutionContext, Global, Module } from "@nestjs/common";
import { DataSource, EntitySchema } from "typeorm";
import { z } from "zod";
import * as migrations from "./migrations";

/** Whose call it is: made on the server, from a token and a run. */
export interface Session {
  readonly tenantId: string;
  readonly userId: string;
  readonly runId: string;
  readonly agentId: string | null;
  readonly callId?: string;
}

export const CurrentSession = createParamDecorator(
  (_: unknown, context: ExecutionContext): Session => context.switchToHttp().getRequest().session,
);

export const Users = new EntitySchema<{ id: string; tenant_id: string; roles: string[] }>({
  name: "user",
  columns: { id: { type: "text", primary: true }, tenant_id: { type: "text" }, roles: { type: "jsonb" } },
});

export const Runs = new EntitySchema<{
  id: string;
  root_id: string;
  tenant_id: string;
  workflow_id: string | null;
  mode: "draft" | "auto";
}>({
  name: "run",
  columns: {
    id: { type: "text", primary: true },
    root_id: { type: "text" },
    tenant_id: { type: "text" },
    workflow_id: { type: "text", nullable: true },
    mode: { type: "text" },
  },
});

export interface Tool {
  readonly risk_level: "low" | "high";
  readonly side_effects: readonly string[];
  readonly supports_draft: boolean;
  readonly schema: z.ZodType<Record<string, unknown>>;
  run(input: unknown, call: { mode: "draft" | "auto"; session: Session }): Promise<unknown>;
}

/** What tools did, for the test to see. */
export const done: string[] = [];

function tool(facts: Omit<Tool, "schema" | "run">, id: string, schema: Tool["schema"]): [string, Tool] {
  const run: Tool["run"] = async (_, { mode }) => {
    done.push(`${id} in ${mode}`);
    return `${id} in ${mode}`;
  };
  return [id, { ...facts, schema, run }];
}

const risky = { risk_level: "high", supports_draft: false } as const;

export const TOOLS: ReadonlyMap<string, Tool> = new Map([
  tool({ risk_level: "low", side_effects: [], supports_draft: true }, "search", z.strictObject({ query: z.string() })),
  tool(
    { ...risky, side_effects: ["payment"] },
    "refund",
    z.strictObject({ order: z.number(), amount_cents: z.number() }),
  ),
  tool({ ...risky, side_effects: ["network"] }, "fetch_page", z.strictObject({ url: z.url() })),
  tool(
    { ...risky, side_effects: ["mail"], supports_draft: true },
    "send_mail",
    z.strictObject({ to: z.email(), text: z.string() }),
  ),
]);

export const AGENTS: ReadonlyMap<string, { allowed_tools: readonly string[] }> = new Map([
  ["clerk", { allowed_tools: ["search", "send_mail"] }],
]);

/** A model that answers with the call that its prompt asks for. */
export const MODELS: ReadonlyMap<string, (prompt: string) => Promise<{ text: string; tokens: number }>> = new Map([
  ["small", async (prompt: string) => ({ text: prompt, tokens: 12 })],
]);

/** An agent library: the model says which tool to call, and what tools throw is told to the model. */
export async function agentLoop(
  task: string,
  host: {
    signal: AbortSignal;
    ask(prompt: string): Promise<string>;
    call(tool: string, input: unknown): Promise<unknown>;
  },
): Promise<string> {
  const [tool = "", input = "{}"] = (await host.ask(task)).split(" ", 2);
  try {
    return String(await host.call(tool, JSON.parse(input)));
  } catch (error) {
    return `the tool failed: ${(error as Error).message}`;
  }
}

export const dataSource = () =>
  new DataSource({
    type: "postgres",
    url: process.env["DATABASE_URL"] ?? "",
    entities: [Users, Runs],
    migrations: Object.values(migrations),
  }).initialize();

@Global()
@Module({ providers: [{ provide: DataSource, useFactory: dataSource }], exports: [DataSource] })
export class DataModule {}
