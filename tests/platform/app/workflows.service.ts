// Workflow definitions, checked before they run: each node is previewed when one is saved.
import { Inject, Injectable, UnprocessableEntityException } from "@nestjs/common";
import type { Request } from "portcullis";
import { InjectDecisions } from "portcullis/nestjs";
import { Enforcer, type PolicyEngineService } from "portcullis/service";
import type { DataSource } from "typeorm";
import { InjectDataSource } from "./data.js";
import { type WorkflowNode, Workflows } from "./entities.js";
import { planned } from "./orchestrator.service.js";
import type { Session, User } from "./session.js";

export type Likelihood = "never" | "maybe" | "always";

/** What is known of a node before it runs. */
export interface CheckedNode {
  readonly id: string;
  readonly denied: Likelihood;
  readonly needs_approval: Likelihood;
  readonly drafted: Likelihood;
  /** What it depends on, in words. */
  readonly words: string[];
}

@Injectable()
export class WorkflowService {
  @InjectDecisions() readonly decisions!: PolicyEngineService;
  @Inject(Enforcer) readonly enforcer!: Enforcer<Session>;
  @InjectDataSource() readonly db!: DataSource;

  /** Saves a definition, unless a node of it could never be executed for the user who saves it. */
  async save(id: string, nodes: WorkflowNode[], user: User): Promise<CheckedNode[]> {
    const run = planned(user, "auto", id);
    const context: Session = {
      tenantId: user.tenantId,
      userId: user.id,
      runId: run.id,
      agentId: null,
      planned: run,
    };
    const checked: CheckedNode[] = [];
    for (const node of nodes) checked.push(await this.#check(node, context));
    if (checked.some(({ denied }) => denied === "always"))
      throw new UnprocessableEntityException({ message: "a node can never be executed", nodes: checked });
    await this.db.getRepository(Workflows).save({ id, tenant_id: user.tenantId, nodes });
    return checked;
  }

  async #check(node: WorkflowNode, context: Session): Promise<CheckedNode> {
    const request = await this.enforcer.requestFor(node, { input: node.input, context });
    // A tool's own arguments are in the definition; what an agent is told comes with the run.
    const unknown = node.action === "agent_step" ? ["input"] : [];
    const { effects, modes, policies } = this.decisions.preview(request, { unknown });
    const drafted = among(modes, "draft");
    return {
      id: node.id,
      denied: drafted === "always" && !canBeDrafted(request) ? "always" : among(effects, "deny"),
      needs_approval: among(effects, "require_approval"),
      drafted,
      words: policies.map(({ words }) => words),
    };
  }
}

function among<What extends string>(possible: readonly What[], what: What): Likelihood {
  if (!possible.includes(what)) return "never";
  return possible.length === 1 ? "always" : "maybe";
}

/** As the enforcer has it: a tool that can't be drafted is refused in draft mode. */
function canBeDrafted({ action, tool }: Request): boolean {
  return action !== "tool_call" || tool?.["supports_draft"] === true;
}
