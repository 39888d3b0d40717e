// The platform as a Nest application.
import { type DynamicModule, Module, type Provider } from "@nestjs/common";
import { APP_FILTER } from "@nestjs/core";
import { PolicyEngine } from "portcullis";
import { PolicyEngineModule, PolicyErrorFilter } from "portcullis/nestjs";
import { type EnforcerOptions, MemoryLimiter } from "portcullis/service";
import { AgentRuntimeService } from "./agent-runtime.service.js";
import { Closing, database } from "./data.js";
import { EventLog } from "./events.js";
import { PlatformFacts } from "./facts.js";
import { PlatformController } from "./http.js";
import { LlmRouter } from "./llm-router.service.js";
import { Models } from "./models.js";
import { OrchestratorService } from "./orchestrator.service.js";
import { policies } from "./policies.js";
import { Refunds } from "./refunds.js";
import type { Session } from "./session.js";
import { ToolRuntimeService } from "./tool-runtime.service.js";
import { WorkflowService } from "./workflows.service.js";

const services: Provider[] = [
  ...[EventLog, Models, LlmRouter, ToolRuntimeService, AgentRuntimeService, OrchestratorService],
  ...[WorkflowService, Refunds],
];

export interface PlatformOptions {
  readonly database: string;
  readonly enforcement?: EnforcerOptions["enforcement"];
  readonly observer?: EnforcerOptions["observer"];
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
    providers: [data, Closing, PlatformFacts],
    exports: [data, PlatformFacts],
  };
}

export function platformModule({ database, enforcement, observer }: PlatformOptions): DynamicModule {
  return {
    module: PlatformModule,
    imports: [
      dataModule(database),
      PolicyEngineModule.forRootAsync<Session>({
        inject: [PlatformFacts],
        useFactory: async (facts: PlatformFacts) => ({
          decisions: await PolicyEngine.load({ policies }),
          limiter: new MemoryLimiter(),
          facts,
          enforcement,
          observer,
        }),
      }),
    ],
    controllers: [PlatformController],
    providers: [...services, { provide: APP_FILTER, useClass: PolicyErrorFilter }],
  };
}
