// The platform, deployed and started for a test, and how tests talk to it.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CallReport, DecisionLog, PolicyEngineService, PolicyStore, printMigrations } from "portcullis/service";
import { DataSource, type MigrationInterface } from "typeorm";
import { afterwards } from "../postgres/cleanup.js";
import { newDatabase, sql, type TestDatabase } from "../postgres/server.js";
import type { PlatformOptions } from "./app/app.module.js";
import { deploy } from "./app/deploy.js";
import { Orders } from "./app/entities.js";
import { LlmRouter } from "./app/llm-router.service.js";
import { createPlatform } from "./app/main.js";
import { Models, type Turn } from "./app/models.js";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the endpoint answers
  readonly body: any;
}

export interface Platform {
  readonly reports: CallReport[];
  readonly models: Models;
  readonly router: LlmRouter;
  readonly db: DataSource;
  readonly database: TestDatabase;
  readonly service: PolicyEngineService;
  readonly store: PolicyStore;
  readonly log: DecisionLog;
  send(who: string, method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** A run that somebody has opened; answers its path. */
  run(who: string, mode?: "draft" | "auto"): Promise<string>;
  /** Writes what a model does with a task. */
  script(task: string, ...turns: Turn[]): void;
  orders(): Promise<{ id: number; status: string }[]>;
  /** As a superuser, by hand. */
  hand(...statements: string[]): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** Making a database, and migrating it, waits for the disk, which others write to as well. */
export const PATIENCE = 120_000;

type Migrations = readonly (new () => MigrationInterface)[];

/** What a platform has in a file of its own. */
async function printed(roles: TestDatabase["roles"]): Promise<Migrations> {
  const folder = mkdtempSync(join(tmpdir(), "portcullis-platform-"));
  try {
    const file = join(folder, "portcullis.migrations.ts");
    writeFileSync(file, printMigrations("typeorm", { roles }, true));
    return Object.values(await import(file)) as unknown as Migrations;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A database that the platform is deployed to. */
export async function deployed(): Promise<TestDatabase> {
  const database = await newDatabase();
  const { owner, roles } = database;
  await deploy({ owner, roles, migrations: await printed(roles) });
  await database.join();
  return database;
}

export async function startPlatform(options: Partial<PlatformOptions> = {}): Promise<Platform> {
  const database = await deployed();
  const reports: CallReport[] = [];
  const { app: data, loader, log } = database;
  const observer = { onCall: (report: CallReport) => void reports.push(report) };
  const app = await createPlatform({ app: data, loader, log, observer, ...options });
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= app.close();
    return closing;
  };
  afterwards(close);
  await app.listen(0, "127.0.0.1");
  const origin = await app.getUrl();
  const db = app.get(DataSource);
  const models = app.get(Models);
  await db.getRepository(Orders).insert([
    { id: 1, tenant_id: "acme", customer: "carol", status: "open" },
    { id: 2, tenant_id: "acme", customer: "carol", status: "open" },
    { id: 3, tenant_id: "globex", customer: "carol", status: "open" },
  ]);
  const send: Platform["send"] = async (who, method, path, body, headers) => {
    const response = await fetch(origin + path, {
      method,
      headers: { authorization: `Bearer token-${who}`, "content-type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === "" ? null : JSON.parse(text) };
  };
  return {
    reports,
    models,
    router: app.get(LlmRouter),
    db,
    database,
    service: app.get(PolicyEngineService),
    store: app.get(PolicyStore),
    log: app.get(DecisionLog),
    send,
    async run(who, mode = "auto") {
      const { body } = await send(who, "POST", "/runs", { mode });
      return `/runs/${body.id}`;
    },
    script: (task, ...turns) => void models.scripts.set(task, turns),
    orders: () => db.getRepository(Orders).find({ select: { id: true, status: true }, order: { id: "ASC" } }),
    hand: (...statements) => sql(database.superuser, ...statements),
    close,
  };
}
