// Workflow definitions, checked before they run: each node is previewed when one is saved.
import { Inject, Injectable, UnprocessableEntityException } from "@nestjs/common";
import type { PolicyEngine, Preview } from "portcullis";
import { InjectDecisions } from "portcullis/nestjs";
import { Enforcer } from "portcullis/service";
import type { DataSource } from "typeorm";
import { InjectDataSource } from "./data.js";
import { type WorkflowNode, Workflows } from "./entities.js";
import { OrchestratorService } from "./orchestrator.service.js";
import type { Session, User } from "./session.js";

export interface CheckedNode {
  readonly id: string;
  readonly effects: Preview["effects"];
  readonly modes: Preview["modes"];
  /** What it depends on, in words. */
  readonly words: string[];
}

@Injectable()
export class WorkflowService {
  @InjectDecisions() readonly engine!: PolicyEngine;
  @Inject(Enforcer) readonly enforcer!: Enforcer<Session>;
  @Inject(OrchestratorService) readonly orchestrator!: OrchestratorService;
  @InjectDataSource() readonly db!: DataSource;

  /** Saves a definition, unless a node of it could never be executed for the user who saves it. */
  async save(id: string, nodes: WorkflowNode[], user: User): Promise<CheckedNode[]> {
    const draft = await this.orchestrator.open(user, "auto", id);
    const context: Session = { tenantId: user.tenantId, userId: user.id, runId: draft.id, agentId: null };
    const checked: CheckedNode[] = [];
    for (const node of nodes) {
      const request = await this.enforcer.requestFor(node, { input: node.input, context });
      // A tool's own arguments are in the definition; what an agent is told comes with the run.
      const unknown = node.action === "agent_step" ? ["input"] : [];
      const { effects, modes, policies } = this.engine.preview(request, { unknown });
      checked.push({ id: node.id, effects, modes, words: policies.map(({ words }) => words) });
    }
    if (checked.some(({ effects }) => effects.every((effect) => effect === "deny")))
      throw new UnprocessableEntityException({ message: "a node can never be executed", nodes: checked });
    await this.db.getRepository(Workflows).save({ id, tenant_id: user.tenantId, nodes });
    return checked;
  }
}
