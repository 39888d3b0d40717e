// The tools: what each takes, and what it does.
import type { Mode } from "portcullis";
import type { DataSource } from "typeorm";
import { z } from "zod";
import { Memories } from "./entities.js";
import type { Session } from "./session.js";

export interface Tool {
  readonly description: string;
  readonly risk_level: "low" | "high";
  readonly side_effects: readonly string[];
  readonly supports_draft: boolean;
  readonly schema: z.ZodType<Readonly<Record<string, unknown>>>;
  run(input: never, host: ToolHost): Promise<unknown>;
}

export interface ToolHost {
  readonly db: DataSource;
  readonly session: Session;
  readonly mode: Mode;
}

function tool<Schema extends z.ZodType<Record<string, unknown>>>(
  facts: Omit<Tool, "schema" | "run">,
  schema: Schema,
  run: (input: Readonly<z.output<Schema>>, host: ToolHost) => Promise<unknown>,
): Tool {
  return { ...facts, schema, run: run as Tool["run"] };
}

const harmless = { risk_level: "low", side_effects: [], supports_draft: true } as const;

/** What a model would make of a question; here the language is a small one. */
function statement(question: string): { sql: string; values: string[] } {
  const [, customer] = /^orders of (\w+)$/.exec(question) ?? [];
  if (customer !== undefined)
    return {
      sql: "SELECT id, status FROM orders WHERE tenant_id = $1 AND customer = $2 ORDER BY id",
      values: [customer],
    };
  const [, status, order] = /^mark as (\w+) the order (\d+)$/.exec(question) ?? [];
  if (status !== undefined && order !== undefined)
    return { sql: "UPDATE orders SET status = $2 WHERE tenant_id = $1 AND id = $3::int", values: [status, order] };
  if (question === "delete all orders") return { sql: "DELETE FROM orders WHERE tenant_id = $1", values: [] };
  throw new Error(`nobody understands \`${question}\``);
}

export const TOOLS: Readonly<Record<string, Tool>> = {
  natural_language_db_read: tool(
    { ...harmless, description: "Answers a question from the database" },
    z.strictObject({ question: z.string() }),
    async ({ question }, { db, session }) => {
      const { sql, values } = statement(question);
      if (!sql.startsWith("SELECT")) throw new Error("this tool only reads");
      return db.query(sql, [session.tenantId, ...values]);
    },
  ),
  natural_language_db_write: tool(
    {
      description: "Changes the database",
      risk_level: "high",
      side_effects: ["database_write"],
      supports_draft: true,
    },
    z.strictObject({ question: z.string(), confirm: z.boolean().default(false) }),
    async ({ question }, { db, session, mode }) => {
      const { sql, values } = statement(question);
      const runner = db.createQueryRunner();
      try {
        await runner.startTransaction();
        const { affected } = await runner.query(sql, [session.tenantId, ...values], true);
        if (mode === "draft") await runner.rollbackTransaction();
        else await runner.commitTransaction();
        return { mode, affected };
      } finally {
        await runner.release();
      }
    },
  ),
  http_request: tool(
    { description: "Fetches a page", risk_level: "high", side_effects: ["network"], supports_draft: false },
    z.strictObject({ url: z.url(), method: z.enum(["GET", "POST"]).default("GET") }),
    async ({ url, method }) => {
      const response = await fetch(url, { method });
      return { status: response.status, text: await response.text() };
    },
  ),
  "memory.read": tool(
    { ...harmless, description: "Remembers" },
    z.strictObject({ key: z.string() }),
    async ({ key }, { db, session }) =>
      (await db.getRepository(Memories).findOneBy({ tenant_id: session.tenantId, key }))?.value ?? null,
  ),
  "memory.write": tool(
    { ...harmless, description: "Keeps something in mind", side_effects: ["memory_write"], supports_draft: false },
    z.strictObject({ key: z.string(), value: z.string() }),
    async ({ key, value }, { db, session }) => {
      await db.getRepository(Memories).save({ tenant_id: session.tenantId, key, value });
      return { kept: key };
    },
  ),
};

/** The apps through which people work, and the scopes that each was given. */
export const APPS: Readonly<Record<string, readonly string[]>> = {
  "support-console": ["orders", "network"],
  kiosk: ["orders"],
};

/** The agents, and what each may use. */
export const AGENTS: Readonly<Record<string, { model: string; allowed_tools: readonly string[] }>> = {
  clerk: { model: "small", allowed_tools: ["natural_language_db_read", "natural_language_db_write", "memory.read"] },
  researcher: { model: "large", allowed_tools: ["http_request", "memory.read", "memory.write"] },
};
