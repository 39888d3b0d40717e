// The platform as a Nest application.
import { type DynamicModule, Module, type Provider } from "@nestjs/common";
import { APP_FILTER } from "@nestjs/core";
import { PolicyEngineModule, PolicyErrorFilter } from "portcullis/nestjs";
import { callObserver, DecisionLog, MemoryLimiter, type Observer, PolicyEngineService } from "portcullis/service";
import { AgentRuntimeService } from "./agent-runtime.service.js";
import { PlatformApprovals } from "./approvals.service.js";
import { ConsoleController } from "./console.http.js";
import { Closing, database } from "./data.js";
import { EventLog } from "./events.js";
import { PlatformFacts } from "./facts.js";
import { PlatformController } from "./http.js";
import { LlmRouter } from "./llm-router.service.js";
import { Models } from "./models.js";
import { OrchestratorService } from "./orchestrator.service.js";
import { type PoliciesOptions, policiesModule } from "./policies.module.js";
import { RefundRules } from "./refund-rules.service.js";
import { Refunds } from "./refunds.js";
import type { Session } from "./session.js";
import { ToolRuntimeService } from "./tool-runtime.service.js";
import { WorkflowService } from "./workflows.service.js";

const services: Provider[] = [
  ...[EventLog, Models, LlmRouter, ToolRuntimeService, AgentRuntimeService, OrchestratorService],
  ...[WorkflowService, Refunds, RefundRules],
];

export interface PlatformOptions extends PoliciesOptions {
  /** The platform's own data: a user that is a member of `portcullis_app`. */
  readonly app: string;
  /** Hears of calls, as the decision log does. */
  readonly observer?: Observer;
}

@Module({})
class DataModule {}

@Module({})
class PlatformModule {}

function dataModule(url: string): DynamicModule {
  const data = database(url);
  return {
    module: DataModule,
    global: true,
    providers: [data, Closing, PlatformFacts, PlatformApprovals],
    exports: [data, PlatformFacts, PlatformApprovals],
  };
}

export function platformModule(options: PlatformOptions): DynamicModule {
  return {
    module: PlatformModule,
    imports: [
      dataModule(options.app),
      policiesModule(options),
      PolicyEngineModule.forRootAsync<Session>({
        inject: [PolicyEngineService, PlatformFacts, PlatformApprovals, DecisionLog],
        useFactory: (
          decisions: PolicyEngineService,
          facts: PlatformFacts,
          approvals: PlatformApprovals,
          log: DecisionLog,
        ) => ({
          decisions,
          limiter: new MemoryLimiter(),
          facts,
          approvals,
          observer: both(callObserver(log), options.observer),
        }),
      }),
    ],
    controllers: [PlatformController, ConsoleController],
    providers: [...services, { provide: APP_FILTER, useClass: PolicyErrorFilter }],
  };
}

function both(first: Observer, second: Observer = {}): Observer {
  return {
    ...second,
    onDecision(report) {
      first.onDecision?.(report);
      second.onDecision?.(report);
    },
    onCall(report) {
      first.onCall?.(report);
      second.onCall?.(report);
    },
  };
}
