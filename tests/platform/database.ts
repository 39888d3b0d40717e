// A database of the test's own, on a server that is there.
import { randomBytes } from "node:crypto";
import { DataSource } from "typeorm";
import { afterAll } from "vitest";

/** As a superuser. */
const SERVER = process.env["PORTCULLIS_POSTGRES"] ?? "postgres://postgres@127.0.0.1:5432/postgres";

async function statement(sql: string): Promise<void> {
  const server = await new DataSource({ type: "postgres", url: SERVER }).initialize();
  try {
    await server.query(sql);
  } finally {
    await server.destroy();
  }
}

/** Making and dropping a database waits for the disk, which others write to as well. */
export const PATIENCE = 120_000;

/** Its address; it is gone after the tests of the file. */
export async function newDatabase(): Promise<string> {
  const name = `portcullis_platform_${randomBytes(6).toString("hex")}`;
  await statement(`CREATE DATABASE ${name}`);
  afterAll(() => statement(`DROP DATABASE ${name} WITH (FORCE)`), PATIENCE);
  const url = new URL(SERVER);
  url.pathname = `/${name}`;
  return url.href;
}
