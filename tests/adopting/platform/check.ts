// Goes the way that the page describes, on a platform of its own, and prints what happens as lines of JSON.
import "reflect-metadata";
import { Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { type Database, DecisionLog, PolicyEngineService, type PolicyInput, PolicyStore } from "portcullis/service";
import { AgentRuntimeService } from "./agent-runtime.service";
import { openAsBefore } from "./baseline";
import { possible } from "./browser";
import { LlmRouter } from "./llm-router.service";
import { OrchestratorService } from "./orchestrator.service";
import { DataModule, dataSource, done, Runs, type Session, TOOLS, Users } from "./platform";
import { PoliciesController } from "./policies.controller";
import { DATABASE, PoliciesModule } from "./policies.module";
import proposed from "./proposed.json";
import { RefundsService } from "./refunds.service";
import { ToolRuntimeService } from "./tool-runtime.service";
import { enforce, findings, propose } from "./trial";

const services = [ToolRuntimeService, RefundsService, LlmRouter, AgentRuntimeService, OrchestratorService];

@Module({ imports: [DataModule, PoliciesModule], controllers: [PoliciesController], providers: services })
class AppModule {}

const say = (what: string, value: unknown) => console.log(JSON.stringify([what, value]));
const outcome = (pending: Promise<unknown>) =>
  pending.then(
    (result) => result,
    (error) => error.code ?? `${error}`,
  );

async function main(): Promise<void> {
  const db = await dataSource();
  await db.runMigrations();
  await db.query("GRANT portcullis_app, portcullis_loader, portcullis_log TO platform");
  await db.synchronize();
  await db.getRepository(Users).insert({ id: "ann", tenant_id: "acme", roles: ["support"] });
  await db.getRepository(Runs).insert({ id: "r1", root_id: "r1", tenant_id: "acme", workflow_id: null, mode: "auto" });
  await db.destroy();

  const app = await NestFactory.createApplicationContext(AppModule, { logger: ["error"] });
  const session: Session = { tenantId: "acme", userId: "ann", runId: "r1", agentId: null };
  const [store, log, database] = [app.get(PolicyStore), app.get(DecisionLog), app.get<Database>(DATABASE)];
  const service = app.get(PolicyEngineService);
  await openAsBefore(store);
  await openAsBefore(store);
  await service.ensureFresh(0);

  const [tools, refunds, agents] = [app.get(ToolRuntimeService), app.get(RefundsService), app.get(AgentRuntimeService)];
  const refund = { order: 1, amount_cents: 20_000 };
  const calls = {
    page: () => tools.execute("fetch_page", { url: "https://evil.example/x" }, session),
    mail: () => tools.execute("send_mail", { to: "bob@acme.example", text: "hi" }, session),
    refund: () => refunds.handle(refund, session),
    small: () => refunds.handle({ order: 2, amount_cents: 9_000 }, session),
    agent: () =>
      agents
        .runAgentStep("clerk", session, { task: 'fetch_page {"url":"https://docs.example/"}' })
        .then(() => "went on"),
    run: () =>
      app.get(OrchestratorService).start("w1", [{ action: "tool_call", id: "search", input: { query: "x" } }], session),
  };
  const all = async () => {
    done.length = 0;
    const outcomes: Record<string, unknown> = {};
    for (const [name, call] of Object.entries(calls)) outcomes[name] = await outcome(call());
    return { ...outcomes, done: [...done] };
  };
  const found = async () => {
    await log.flush();
    return findings(database, 0);
  };

  say("baseline, in shadow", await all());
  say("found", await found());
  await propose(store, proposed as PolicyInput[]);
  await service.ensureFresh(0);
  service.enforcement = "enforce";
  say("enforced, policies on trial", await all());
  say("found", await found());
  for (const { id } of proposed) await enforce(store, id);
  await service.ensureFresh(0);
  say("policies enforced", await all());
  service.enforcement = "shadow";
  say("rolled back", await all());
  say("found", await found());

  const controller = app.get(PoliciesController);
  const { policy } = await controller.create(session, {
    name: "no mail",
    scope: "tool",
    effect: "deny",
    rule_expr: { target: ["send_mail"] },
  } as never);
  say("a tenant's own", [policy.tenant_id, (await controller.list(session)).policies.map(({ name }) => name)]);
  await service.ensureFresh(0);
  const shown = [...TOOLS].map(([id, { risk_level, side_effects, supports_draft }]) => ({
    id,
    risk_level,
    side_effects,
    supports_draft,
  }));
  say("in the browser", await possible(await controller.mine(session), shown));
  say("health", [service.health().status, service.health().watching]);
  await app.close();
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
