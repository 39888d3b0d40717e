// The runtime of tools: validates, asks, executes.
import { Inject, Injectable, NotFoundException } from "@nestjs/common";
import { Enforcer } from "portcullis/service";
import type { DataSource } from "typeorm";
import { InjectDataSource } from "./data.js";
import { Runs } from "./entities.js";
import { EventLog } from "./events.js";
import type { Session } from "./session.js";
import { TOOLS } from "./tools.js";

@Injectable()
export class ToolRuntimeService {
  @Inject(Enforcer) readonly enforcer!: Enforcer<Session>;
  @Inject(EventLog) readonly events!: EventLog;
  @InjectDataSource() readonly db!: DataSource;

  async execute(toolId: string, input: unknown, context: Session): Promise<unknown> {
    const tool = Object.hasOwn(TOOLS, toolId) ? TOOLS[toolId] : undefined;
    if (tool === undefined) throw new NotFoundException();
    // Decided after validation and coercion, on the very value that the tool is given.
    const valid = tool.schema.parse(input);
    const call = { input: valid, context, callId: context.callId, estimate: { cost_cents: 1 } };
    return this.enforcer.toolCall(toolId, call, async ({ input, mode }) => {
      const result = await tool.run(input as never, { db: this.db, session: context, mode });
      await this.db.getRepository(Runs).increment({ id: context.runId }, "tool_calls", 1);
      await this.events.add(context.runId, "tool_called", { tool: toolId, mode });
      return result;
    });
  }
}
