// The orchestrator: starts runs and executes the nodes of their workflows.
import { randomUUID } from "node:crypto";
import { Inject, Injectable, NotFoundException } from "@nestjs/common";
import { Enforcer } from "portcullis/service";
import type { DataSource } from "typeorm";
import { AgentRuntimeService } from "./agent-runtime.service.js";
import { InjectDataSource } from "./data.js";
import { type RunRow, RunSteps, Runs, type WorkflowNode, Workflows } from "./entities.js";
import { EventLog } from "./events.js";
import type { Session, User } from "./session.js";
import { ToolRuntimeService } from "./tool-runtime.service.js";

/** The app by which runs are opened unless another is named. */
const CONSOLE = "support-console";

@Injectable()
export class OrchestratorService {
  @Inject(Enforcer) readonly enforcer!: Enforcer<Session>;
  @Inject(ToolRuntimeService) readonly tools!: ToolRuntimeService;
  @Inject(AgentRuntimeService) readonly agents!: AgentRuntimeService;
  @Inject(EventLog) readonly events!: EventLog;
  @InjectDataSource() readonly db!: DataSource;

  /** A run that is not of a workflow: somebody at the console. */
  async open(user: User, mode: RunRow["mode"], workflow_id: string | null = null, app_id = CONSOLE): Promise<RunRow> {
    const run = { ...planned(user, mode, workflow_id), app_id };
    await this.db.getRepository(Runs).insert(run);
    return run;
  }

  /** Starts a run of a workflow and executes its nodes, one after the other. */
  async start(workflowId: string, user: User, mode: RunRow["mode"]): Promise<{ run: RunRow; results: unknown[] }> {
    const key = { id: workflowId, tenant_id: user.tenantId };
    const workflow = await this.db.getRepository(Workflows).findOneBy(key);
    if (workflow === null) throw new NotFoundException();
    const run = await this.open(user, mode, workflowId);
    const context: Session = { tenantId: user.tenantId, userId: user.id, runId: run.id, agentId: null };
    try {
      const results = await this.enforcer.runStart(workflowId, { input: { mode }, context }, async (permit) => {
        // From here on the run has the mode that was decided.
        await this.#update(run, { mode: permit.mode });
        const results: unknown[] = [];
        for (const [at, node] of workflow.nodes.entries()) results.push(await this.#step(at + 1, node, context));
        return results;
      });
      await this.#update(run, { status: "done" });
      return { run, results };
    } catch (error) {
      await this.#update(run, { status: "stopped" });
      await this.events.add(run.id, "run_stopped", { code: (error as { code?: unknown }).code ?? null });
      throw error;
    }
  }

  /** Executes a node, and writes down what came of it. */
  async #step(number: number, node: WorkflowNode, context: Session): Promise<unknown> {
    const steps = this.db.getRepository(RunSteps);
    const key = { run_id: context.runId, number };
    await steps.insert({ ...key, action: node.action, target: node.id, status: "running", code: null });
    try {
      const result = await this.#execute(node, context);
      await steps.update(key, { status: "done" });
      return result;
    } catch (error) {
      await steps.update(key, { status: "stopped", code: (error as { code?: string }).code ?? null });
      throw error;
    }
  }

  #execute(node: WorkflowNode, context: Session): Promise<unknown> {
    const { action, id, input } = node;
    return this.enforcer.node(node, { input, context, estimate: { cost_cents: 1 } }, ({ input }) =>
      action === "tool_call"
        ? this.tools.execute(id, input, context)
        : this.agents.runAgentStep(id, context, input as unknown as { task: string }),
    );
  }

  async #update(run: RunRow, changes: Partial<RunRow>): Promise<void> {
    Object.assign(run, changes);
    await this.db.getRepository(Runs).update({ id: run.id }, changes);
  }
}

/** A run as it begins. */
export function planned(user: User, mode: RunRow["mode"], workflow_id: string | null): RunRow {
  return {
    id: randomUUID(),
    tenant_id: user.tenantId,
    user_id: user.id,
    app_id: CONSOLE,
    workflow_id,
    mode,
    status: "running",
    tool_calls: 0,
  };
}
