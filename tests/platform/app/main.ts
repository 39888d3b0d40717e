// Starts the platform, with the management API of policies behind the platform's own sessions.
import { Logger, type LogLevel } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import type { NestExpressApplication } from "@nestjs/platform-express";
import { createNodeHandler } from "portcullis/http";
import { PolicyEngineService, PolicyStore } from "portcullis/service";
import { type PlatformOptions, platformModule } from "./app.module.js";
import { principalOf } from "./session.js";

export async function createPlatform(
  options: PlatformOptions,
  logger: LogLevel[] = ["error", "fatal"],
): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(platformModule(options), { logger });
  const api = createNodeHandler({
    service: app.get(PolicyEngineService),
    store: app.get(PolicyStore),
    authenticate: [principalOf],
    onError: (error) => new Logger("policy-api").error(error),
  });
  // Before the application listens, and so before Nest's parser of bodies: it reads its bodies itself.
  app.use("/policy-api", api);
  return app;
}
