// The facts provider: everything that policies read beside the input is looked up here.
import { Injectable } from "@nestjs/common";
import type { Facts, FactsProvider, FactsQuery } from "portcullis/service";
import type { DataSource } from "typeorm";
import { InjectDataSource } from "./data.js";
import { Runs } from "./entities.js";
import { type Session, USERS } from "./session.js";
import { AGENTS, APPS, TOOLS } from "./tools.js";

@Injectable()
export class PlatformFacts implements FactsProvider<Session> {
  @InjectDataSource() readonly db!: DataSource;

  async facts({ action, id, context }: FactsQuery<Session>): Promise<Facts> {
    const run = context.planned ?? (await this.db.getRepository(Runs).findOneByOrFail({ id: context.runId }));
    const user = [...USERS.values()].find(({ id }) => id === context.userId);
    const agentId = action === "agent_step" ? id : context.agentId;
    const workflowId = action === "run_start" ? id : run.workflow_id;
    return {
      tenant: { id: context.tenantId },
      app: { id: run.app_id, scopes: APPS[run.app_id] ?? [] },
      user: user === undefined ? null : { id: user.id, roles: user.roles },
      workflow: workflowId === null ? null : { id: workflowId },
      agent: agentId === null ? null : { id: agentId, allowed_tools: AGENTS[agentId]?.allowed_tools ?? [] },
      tool: action === "tool_call" ? this.#tool(id) : null,
      run: { id: run.id, root_id: run.id, mode: run.mode, tenant_id: run.tenant_id },
      usage: { tool_calls: run.tool_calls },
    };
  }

  #tool(id: string): Facts["tool"] {
    const known = Object.hasOwn(TOOLS, id) ? TOOLS[id] : undefined;
    if (known === undefined) return { id, risk_level: "unknown", side_effects: [] };
    const { risk_level, side_effects, supports_draft } = known;
    return { id, risk_level, side_effects, supports_draft };
  }
}
