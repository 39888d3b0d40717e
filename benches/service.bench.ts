// The service on PostgreSQL: how soon another instance sees a change, and what a reload costs those who decide meanwhile.
import { execFileSync } from "node:child_process";
import { setImmediate as turn } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import type { Policy, Request } from "portcullis";
import { postgres } from "portcullis/postgres";
import { databaseSource, migrate, PolicyEngineService, PolicyStore } from "portcullis/service";
import { digits, print, type Row } from "./table.js";

const POLICIES = 10_000;
const CHANGES = 60;
const POLLED = 12;
const CUT = 12;
/** How the server knows the connections of the instance whose listening one is cut. */
const CUT_NAME = "portcullis_bench_cut";
const POLL_MS = 1_000;
const ROUNDS = 5;
/** Milliseconds of a round without a reload. */
const QUIET = 1_000;
/** So that nothing but what is measured makes a service look. */
const NEVER = { pollMs: 3_600_000, maxStalenessMs: 7_200_000 };
const DATABASE = "portcullis_bench";
const platform = { tenant: null, by: "bench" };

const setup = fileURLToPath(new URL("../scripts/setup/postgres", import.meta.url));
const server = execFileSync(setup, { encoding: "utf8" }).trim().split("\n").at(-1) ?? "";
const address = new URL(server);
address.pathname = `/${DATABASE}`;

async function onServer(statement: string): Promise<void> {
  const client = new pg.Client(server);
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

function deny(tool: string): Policy {
  return { id: tool, name: tool, scope: "tool", effect: "deny", rule_expr: { target: [tool] } };
}

function request(tool: string): Request {
  const none = { app: null, user: null, workflow: null, agent: null };
  return { action: "tool_call", now: 0, tenant: { id: "acme" }, ...none, tool: { id: tool }, run: null };
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] as number;
const ms = (value: number) => `${digits(value)} ms`;

/** Milliseconds from the answer to a write until an instance decides by it, once for each change. */
async function seen(
  service: PolicyEngineService,
  store: PolicyStore,
  name: string,
  changes: number,
  before: () => Promise<void> = async () => undefined,
): Promise<number[]> {
  const took: number[] = [];
  for (let i = 0; i < changes; i++) {
    const tool = `${name}-${i}`;
    await before();
    await store.create(platform, deny(tool));
    const start = performance.now();
    while (service.decide(request(tool)).effect !== "deny") await turn();
    took.push(performance.now() - start);
  }
  return took;
}

/** The longest that a decision waited for its turn until something holds. */
async function longestWait(service: PolicyEngineService, over: () => boolean): Promise<number> {
  let longest = 0;
  for (let last = performance.now(), i = 0; !over(); i += 97) {
    service.decide(request(`tool${i % POLICIES}`));
    await turn();
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }
  return longest;
}

async function measure(): Promise<Row[]> {
  const database = await postgres(address.href);
  const silent = await postgres(address.href, { listenAt: false });
  const client = new pg.Client(address.href);
  await client.connect();
  await migrate(database);
  const store = new PolicyStore({ database });
  const allow = { id: "open", name: "open", scope: "global", effect: "allow", rule_expr: {} } as const;
  await store.create(platform, allow);

  const told = await PolicyEngineService.start({ source: databaseSource({ database }), ...NEVER });
  while (!told.health().watching) await turn();
  const notified = await seen(told, store, "notified", CHANGES);
  const asks = await PolicyEngineService.start({ source: databaseSource({ database: silent }), pollMs: POLL_MS });
  const polled = await seen(asks, store, "polled", POLLED);
  await asks.close();

  const frail = await postgres(address.href, { applicationName: CUT_NAME });
  const torn = await PolicyEngineService.start({
    source: databaseSource({ database: frail }),
    pollMs: POLL_MS,
    maxStalenessMs: 60_000,
  });
  /** Ends the connection that listens, as the server does; the change comes while nobody hears of it. */
  const cut = async () => {
    while (!torn.health().watching) await turn();
    const { rowCount } = await client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND query LIKE 'LISTEN%'`,
      [CUT_NAME],
    );
    if (rowCount !== 1) throw new Error(`${rowCount} connections listen`);
    while (torn.health().watching) await turn();
  };
  const afterCut = await seen(torn, store, "cut", CUT, cut);
  await torn.close();

  await client.query(`INSERT INTO portcullis.policies (id, name, scope, effect, rule_expr)
    SELECT 'tool' || i, 'set', 'tool', 'deny', json_build_object('target', ARRAY['tool' || i])
    FROM generate_series(0, ${POLICIES - 1}) i`);
  while (told.decide(request("tool0")).effect !== "deny") await turn();
  const waits: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const end = performance.now() + QUIET;
    const quiet = await longestWait(told, () => performance.now() > end);
    await client.query(`UPDATE portcullis.policies SET name = 'set ${round}' WHERE id LIKE 'tool%'`);
    const renamed = () => told.decide(request("tool0")).reasons[0]?.policy_name === `set ${round}`;
    waits.push(Math.max(0, (await longestWait(told, renamed)) - quiet));
  }
  await told.close();
  await client.end();
  await Promise.all([database.close?.(), silent.close?.(), frail.close?.()]);

  const row = (what: string, limit: number, must: string, values: readonly number[], measured: number): Row => ({
    what,
    must,
    measured: ms(measured),
    spread: `${digits(Math.min(...values))}–${digits(Math.max(...values))} ms`,
    reached: measured <= limit,
  });
  return [
    row("a change seen by another instance, by notification", 1_000, "≤ 1 s", notified, median(notified)),
    row("a change seen where nothing is announced", POLL_MS, "≤ the interval of polls", polled, Math.max(...polled)),
    row(
      "a change seen when the listening connection was cut",
      POLL_MS,
      "≤ the interval of polls",
      afterCut,
      Math.max(...afterCut),
    ),
    row("decisions wait longer while a set is reloaded, at most", 50, "≤ 50 ms", waits, Math.max(...waits)),
  ];
}

await onServer(`DROP DATABASE IF EXISTS ${DATABASE} WITH (FORCE)`);
await onServer(`CREATE DATABASE ${DATABASE}`);
try {
  print({
    title: `The service on PostgreSQL, ${POLICIES.toLocaleString("en")} policies`,
    rows: await measure(),
    notes: [
      `${CHANGES} changes, each from when its writer was answered until another instance decides by it; ${POLLED} where polls, every ${POLL_MS} ms, are all there is, and ${CUT} right after the server ended the connection that listens; of these the longest counts. The reload follows one transaction that changes every policy; the longest wait for a turn of the event loop is compared with that of a second without a reload, in each of ${ROUNDS} rounds, of which the worst counts. PostgreSQL shares the machine.`,
    ],
  });
} finally {
  await onServer(`DROP DATABASE ${DATABASE} WITH (FORCE)`);
  // The server, if it was started for this.
  execFileSync(setup, ["--stop"]);
}
