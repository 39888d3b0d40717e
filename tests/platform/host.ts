// The platform, started for a test, and how tests talk to it.
import { NestFactory } from "@nestjs/core";
import type { NestExpressApplication } from "@nestjs/platform-express";
import type { CallReport } from "portcullis/service";
import { DataSource } from "typeorm";
import { afterAll } from "vitest";
import { type PlatformOptions, platformModule } from "./app/app.module.js";
import { Orders } from "./app/entities.js";
import { Models, type Turn } from "./app/models.js";
import { newDatabase, PATIENCE } from "./database.js";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the endpoint answers
  readonly body: any;
}

export interface Platform {
  readonly reports: CallReport[];
  readonly models: Models;
  readonly db: DataSource;
  send(who: string, method: string, path: string, body?: unknown): Promise<Answer>;
  /** A run that somebody has opened; answers its path. */
  run(who: string, mode?: "draft" | "auto"): Promise<string>;
  /** Writes what a model does with a task. */
  script(task: string, ...turns: Turn[]): void;
  orders(): Promise<{ id: number; status: string }[]>;
}

export async function startPlatform(options: Partial<PlatformOptions> = {}): Promise<Platform> {
  const reports: CallReport[] = [];
  const module = platformModule({
    database: await newDatabase(),
    observer: { onCall: (report) => reports.push(report) },
    ...options,
  });
  const app = await NestFactory.create<NestExpressApplication>(module, { logger: ["error", "fatal"] });
  await app.listen(0, "127.0.0.1");
  afterAll(() => app.close(), PATIENCE);
  const origin = await app.getUrl();
  const db = app.get(DataSource);
  const models = app.get(Models);
  await db.getRepository(Orders).insert([
    { id: 1, tenant_id: "acme", customer: "carol", status: "open" },
    { id: 2, tenant_id: "acme", customer: "carol", status: "open" },
    { id: 3, tenant_id: "globex", customer: "carol", status: "open" },
  ]);
  const send: Platform["send"] = async (who, method, path, body) => {
    const response = await fetch(origin + path, {
      method,
      headers: { authorization: `Bearer token-${who}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === "" ? null : JSON.parse(text) };
  };
  return {
    reports,
    models,
    db,
    send,
    async run(who, mode = "auto") {
      const { body } = await send(who, "POST", "/runs", { mode });
      return `/runs/${body.id}`;
    },
    script: (task, ...turns) => void models.scripts.set(task, turns),
    orders: () => db.getRepository(Orders).find({ select: { id: true, status: true }, order: { id: "ASC" } }),
  };
}
