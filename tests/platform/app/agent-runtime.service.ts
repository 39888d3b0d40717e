// The runtime of agents: one step is a task for a model with tools.
import { Inject, Injectable, NotFoundException } from "@nestjs/common";
import { generateText, stepCountIs, type ToolSet, tool } from "ai";
import { Enforcer, type StopError } from "portcullis/service";
import { EventLog } from "./events.js";
import { LlmRouter } from "./llm-router.service.js";
import type { Session } from "./session.js";
import { ToolRuntimeService } from "./tool-runtime.service.js";
import { AGENTS, TOOLS } from "./tools.js";

export interface StepInput {
  readonly task: string;
  /** Whether the step goes on after a call of it was stopped. */
  readonly goes_on?: boolean;
}

@Injectable()
export class AgentRuntimeService {
  @Inject(Enforcer) readonly enforcer!: Enforcer<Session>;
  @Inject(ToolRuntimeService) readonly tools!: ToolRuntimeService;
  @Inject(LlmRouter) readonly router!: LlmRouter;
  @Inject(EventLog) readonly events!: EventLog;

  async runAgentStep(
    agentId: string,
    context: Session,
    input: StepInput,
  ): Promise<{ text: string; denials: unknown[] }> {
    const agent = Object.hasOwn(AGENTS, agentId) ? AGENTS[agentId] : undefined;
    if (agent === undefined) throw new NotFoundException();
    const onDenial = input.goes_on === true ? "continue" : "end";
    let denials: readonly StopError[] = [];
    try {
      return await this.enforcer.agentStep(agentId, { input, context, onDenial }, async ({ input, step }) => {
        try {
          const { text } = await generateText({
            model: this.router.modelFor(agent.model, { ...context, agentId }),
            prompt: input.task,
            // The agent sees every tool: what it may use is for policies to say.
            tools: this.#toolsFor({ ...context, agentId }),
            stopWhen: stepCountIs(8),
            abortSignal: step.signal,
          });
          return { text, denials: step.denials.map((denial) => denial.toJSON()) };
        } finally {
          denials = step.denials;
        }
      });
    } finally {
      for (const denial of denials) await this.events.add(context.runId, "call_stopped", denial.toJSON());
    }
  }

  #toolsFor(context: Session): ToolSet {
    return Object.fromEntries(
      Object.entries(TOOLS).map(([id, { description, schema }]) => [
        id,
        tool({
          description,
          inputSchema: schema,
          execute: (input, { toolCallId }) => this.tools.execute(id, input, { ...context, callId: toolCallId }),
        }),
      ]),
    );
  }
}
