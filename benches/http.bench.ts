// `POST /v1/decisions` over loopback, without a log and with one on PostgreSQL, against a handler that returns a constant
// behind the same authentication. All are in one process apart from this one, by turns, and what counts is the processor
// time that it takes for each call, with what it does behind it.
import { type ChildProcess, execFileSync, fork } from "node:child_process";
import { generateKeyPairSync, sign } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { createNodeHandler, jwtAuthenticator } from "portcullis/http";
import { postgres } from "portcullis/postgres";
import { DecisionLog, databaseLog, decisionSink, fileSource, migrate, PolicyEngineService } from "portcullis/service";
import { ratio } from "./measure.js";
import { digits, duration, print, type Row, spread } from "./table.js";
import { policies, requestTexts } from "./workload.js";

const POLICIES = 1_000;
const CALLS = 2_000;
const CONNECTIONS = 8;
const ROUNDS = 11;
const WARM_UP = 6;
const DATABASE = "portcullis_bench_http";
const CLAIMS = { iss: "bench", aud: "bench" };

const setup = fileURLToPath(new URL("../scripts/setup/postgres", import.meta.url));

/** Runs a statement on the server itself; answers where the database is, or will be. */
async function onServer(statement: string): Promise<string> {
  const server = execFileSync(setup, { encoding: "utf8" }).trim().split("\n").at(-1) ?? "";
  const client = new pg.Client(server);
  await client.connect();
  await client.query(statement).finally(() => client.end());
  const address = new URL(server);
  address.pathname = `/${DATABASE}`;
  return address.href;
}

/** What is said about where the server is. */
interface Ports {
  readonly deciding: number;
  readonly logging: number;
  readonly constant: number;
}

/** In the process of the server. */
async function serve(key: string, database: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "portcullis-bench-"));
  const file = join(folder, "policies.json");
  writeFileSync(file, JSON.stringify(policies(POLICIES)));
  const source = () => fileSource({ files: [file] });
  const service = await PolicyEngineService.start({ source: source() });
  const log = new DecisionLog({ sink: databaseLog({ database: await postgres(database) }) });
  const logged = await PolicyEngineService.start({ source: source(), onDecision: decisionSink(log) });
  rmSync(folder, { recursive: true });
  const way = await jwtAuthenticator({ issuer: CLAIMS.iss, audience: CLAIMS.aud, key });
  const body = JSON.stringify(service.decide(JSON.parse(requestTexts(POLICIES / 5, 1)[0] as string)));
  const headers = {
    "content-type": "application/json",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  };
  const constant: RequestListener = async (request, response) => {
    const known = await way((request.headers.authorization ?? "").slice("Bearer ".length));
    request.resume();
    if (known === undefined) response.writeHead(401).end();
    else response.writeHead(200, { ...headers, "content-length": Buffer.byteLength(body) }).end(body);
  };
  const listening = (handler: RequestListener) =>
    new Promise<number>((done) => {
      const server = createServer(handler).listen(0, "127.0.0.1", () => done((server.address() as AddressInfo).port));
    });
  const ports: Ports = {
    deciding: await listening(createNodeHandler({ service, authenticate: [way] })),
    logging: await listening(createNodeHandler({ service: logged, authenticate: [way] })),
    constant: await listening(constant),
  };
  process.on("message", async () => {
    await log.flush();
    const { user, system } = process.cpuUsage();
    process.send?.(user + system);
  });
  process.on("disconnect", () => process.exit());
  process.send?.(ports);
}

/** Calls as bytes: what a client costs must not be in the way. */
function callsOf(token: string): Buffer[] {
  return requestTexts(POLICIES / 5, CALLS).map((request) => {
    const body = JSON.stringify({ request: JSON.parse(request) });
    const head = [
      "POST /v1/decisions HTTP/1.1",
      "host: 127.0.0.1",
      `authorization: Bearer ${token}`,
      "content-type: application/json",
      `content-length: ${Buffer.byteLength(body)}`,
    ];
    return Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}`);
  });
}

/** Sends calls over one connection, each once the one before is answered. */
function conversation(port: number, calls: readonly Buffer[]): Promise<void> {
  return new Promise((done, fail) => {
    const socket = connect(port, "127.0.0.1");
    let next = 0;
    let rest = "";
    const say = () => (next === calls.length ? socket.end() : socket.write(calls[next++] as Buffer));
    socket.setNoDelay(true);
    socket.on("connect", say);
    socket.on("data", (chunk) => {
      rest += chunk.toString("latin1");
      const end = rest.indexOf("\r\n\r\n");
      if (end < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(rest)?.[1]);
      if (rest.length < end + 4 + length) return;
      if (!rest.startsWith("HTTP/1.1 200")) return fail(new Error(rest));
      rest = "";
      say();
    });
    socket.on("error", fail);
    socket.on("close", () => (next === calls.length ? done() : fail(new Error("the server hung up"))));
  });
}

/** The next message of the server. */
function told<T>(server: ChildProcess): Promise<T> {
  return new Promise((done) => server.once("message", (message) => done(message as T)));
}

function used(server: ChildProcess): Promise<number> {
  const answer = told<number>(server);
  server.send("used");
  return answer;
}

async function measure(): Promise<void> {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const exp = Math.floor(Date.now() / 1_000) + 3_600;
  const text = `${part({ alg: "ES256" })}.${part({ ...CLAIMS, sub: "bench", exp, tenant: null, roles: ["reader"] })}`;
  const signature = sign("sha256", Buffer.from(text), { key: privateKey, dsaEncoding: "ieee-p1363" }).toString(
    "base64url",
  );
  const calls = callsOf(`${text}.${signature}`);
  await onServer(`DROP DATABASE IF EXISTS ${DATABASE} WITH (FORCE)`);
  const address = await onServer(`CREATE DATABASE ${DATABASE}`);
  const owner = await postgres(address);
  await migrate(owner);
  await owner.close?.();
  const key = publicKey.export({ type: "spki", format: "pem" }) as string;
  const server = fork(import.meta.filename, [key, address]);
  try {
    const ports = await told<Ports>(server);
    const times: Record<keyof Ports, number[]> = { deciding: [], logging: [], constant: [] };
    for (let i = 0; i < WARM_UP + ROUNDS; i++) {
      for (const which of ["deciding", "logging", "constant"] as const) {
        const before = await used(server);
        const shares = Array.from({ length: CONNECTIONS }, (_, n) => calls.filter((_, at) => at % CONNECTIONS === n));
        await Promise.all(shares.map((share) => conversation(ports[which], share)));
        if (i >= WARM_UP) times[which].push((((await used(server)) - before) * 1_000) / CALLS);
      }
    }
    const middle = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] as number;
    const row = (what: string, which: "deciding" | "logging", least: number | null): Row => {
      const share = ratio(times.constant, times[which]);
      return {
        what,
        must: least === null ? null : `≥ ${least * 100} %`,
        measured: `${digits(share.median * 100)} % (${duration(middle(times[which]))} a call)`,
        spread: spread({ median: share.median * 100, least: share.least * 100, most: share.most * 100 }),
        reached: least === null ? null : share.median >= least,
      };
    };
    print({
      title: "Decisions over HTTP, 1,000 policies",
      rows: [
        row("`POST /v1/decisions`, of the throughput of a constant answer", "deciding", 0.5),
        row("the same, each decision logged on PostgreSQL", "logging", null),
      ],
      notes: [
        "Processor time of the server alone, with what it writes behind the call; all listen on `node:http` and check the same JSON Web Token. The constant one reads no body.",
      ],
    });
  } finally {
    const ended = once(server, "exit");
    server.disconnect();
    await ended;
    await onServer(`DROP DATABASE ${DATABASE} WITH (FORCE)`);
  }
}

const [, , key = "", database = ""] = process.argv;
await (key.startsWith("-----BEGIN") ? serve(key, database) : measure());
