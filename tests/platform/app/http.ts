// The HTTP endpoints of the platform.
import { Body, Controller, Get, HttpCode, Inject, NotFoundException, Param, Post, Put } from "@nestjs/common";
import type { DataSource } from "typeorm";
import { AgentRuntimeService, type StepInput } from "./agent-runtime.service.js";
import { InjectDataSource } from "./data.js";
import { RunSteps, Runs, type WorkflowNode } from "./entities.js";
import { EventLog } from "./events.js";
import { OrchestratorService } from "./orchestrator.service.js";
import { type Refund, Refunds } from "./refunds.js";
import { CurrentUser, type Session, type User } from "./session.js";
import { ToolRuntimeService } from "./tool-runtime.service.js";
import { WorkflowService } from "./workflows.service.js";

type Mode = "draft" | "auto";

@Controller()
export class PlatformController {
  @Inject(OrchestratorService) readonly orchestrator!: OrchestratorService;
  @Inject(ToolRuntimeService) readonly tools!: ToolRuntimeService;
  @Inject(AgentRuntimeService) readonly agents!: AgentRuntimeService;
  @Inject(WorkflowService) readonly workflows!: WorkflowService;
  @Inject(Refunds) readonly refunds!: Refunds;
  @Inject(EventLog) readonly events!: EventLog;
  @InjectDataSource() readonly db!: DataSource;

  @Post("runs")
  async open(@CurrentUser() user: User, @Body() { mode = "auto", app }: { mode?: Mode; app?: string }) {
    return this.orchestrator.open(user, mode, null, app);
  }

  @Put("workflows/:id")
  async save(@CurrentUser() user: User, @Param("id") id: string, @Body() { nodes }: { nodes: WorkflowNode[] }) {
    return this.workflows.save(id, nodes, user);
  }

  @Post("workflows/:id/runs")
  async start(@CurrentUser() user: User, @Param("id") id: string, @Body() { mode = "auto" }: { mode?: Mode }) {
    return this.orchestrator.start(id, user, mode);
  }

  @Post("runs/:run/tools/:tool")
  @HttpCode(200)
  async call(
    @CurrentUser() user: User,
    @Param("run") run: string,
    @Param("tool") tool: string,
    @Body() input: unknown,
  ) {
    return { result: await this.tools.execute(tool, input, await this.#session(user, run)) };
  }

  @Post("runs/:run/refunds")
  @HttpCode(200)
  async refund(@CurrentUser() user: User, @Param("run") run: string, @Body() input: Refund) {
    return this.refunds.handle(input, await this.#session(user, run));
  }

  @Post("runs/:run/agents/:agent/steps")
  @HttpCode(200)
  async step(
    @CurrentUser() user: User,
    @Param("run") run: string,
    @Param("agent") agent: string,
    @Body() input: StepInput,
  ) {
    return this.agents.runAgentStep(agent, await this.#session(user, run), input);
  }

  @Get("runs/:run/steps")
  async steps(@CurrentUser() user: User, @Param("run") id: string) {
    const own = await this.db.getRepository(Runs).existsBy({ id, tenant_id: user.tenantId });
    if (!own) throw new NotFoundException();
    return this.db.getRepository(RunSteps).find({ where: { run_id: id }, order: { number: "ASC" } });
  }

  @Get("runs/:run/events")
  async told(@CurrentUser() user: User, @Param("run") run: string) {
    return this.events.of(run, user.tenantId);
  }

  /** As platforms had it before: the run is found by its id, and nothing asks whose it is. Policies do. */
  async #session(user: User, runId: string): Promise<Session> {
    if ((await this.db.getRepository(Runs).findOneBy({ id: runId })) === null) throw new NotFoundException();
    return { tenantId: user.tenantId, userId: user.id, runId, agentId: null };
  }
}
