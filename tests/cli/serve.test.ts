// `portcullis serve` and `portcullis keys`, as processes.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { migrate } from "portcullis/service";
import { afterAll, afterEach, expect, it } from "vitest";
import { send } from "../http/client.js";
import { until } from "../http/support.js";
import { afterwards } from "../postgres/cleanup.js";
import { Line } from "../postgres/line.js";
import { newDatabase, SERVER, sql } from "../postgres/server.js";
import { COMMAND, folder, NO_DELETES, OPEN, portcullis, request } from "./run.js";

const put = folder();
const home = mkdtempSync(join(tmpdir(), "portcullis-serve-"));
const running = new Set<ChildProcess>();
afterEach(() => {
  for (const child of running) child.kill("SIGKILL");
  running.clear();
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

interface Served {
  readonly base: string;
  readonly token: string | undefined;
  readonly err: () => string;
  /** Asks it to end; answers its exit code. */
  end(): Promise<number | null>;
}

function serve(...args: string[]): Promise<Served> {
  const child = spawn(process.execPath, [COMMAND, "serve", "--port", "0", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  const ended = new Promise<number | null>((done) => child.on("exit", (code) => done(code)));
  let err = "";
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  return new Promise((done, fail) => {
    child.on("exit", () => fail(new Error(err)));
    child.stdout.once("data", (chunk) => {
      const token = /^token: (\S+)$/m.exec(err)?.[1];
      done({
        base: String(chunk).trim(),
        token,
        err: () => err,
        end() {
          child.kill("SIGTERM");
          return ended;
        },
      });
    });
  });
}

const decide = async ({ base, token }: Pick<Served, "base" | "token">, tool: string) =>
  (await send(base, "POST", "/v1/decisions", { token, body: { request: request({ tool: { id: tool } }) } })).body;

it("serves policies that it keeps in a folder, by a token that it prints once, and ends when asked", async () => {
  const data = join(home, "data");
  const seed = put("seed.json", JSON.stringify([OPEN, NO_DELETES, { ...NO_DELETES, id: "own", tenant_id: "acme" }]));
  const first = await serve("--data", data, "--seed", seed);
  expect(first.base).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(first.token).toMatch(/^[\w-]{43}$/);
  expect(first.err()).toContain("stored 3 policies");
  expect([(await decide(first, "search")).effect, (await decide(first, "delete")).effect]).toEqual(["allow", "deny"]);
  expect((await send(first.base, "GET", "/v1/policies")).status).toBe(401);
  expect((await send(first.base, "GET", "/v1/health", { headers: { host: "evil.example" } })).status).toBe(421);
  expect(await first.end()).toBe(0);
  // What was stored is there again; the token is another one, and nothing is stored twice.
  const second = await serve("--data", data, "--seed", seed);
  expect(second.token).not.toBe(first.token);
  expect((await send(second.base, "GET", "/v1/policies", { token: first.token })).status).toBe(401);
  const { body } = await send(second.base, "GET", "/v1/policies?owner=own", { token: second.token });
  expect(body.policies.map(({ id }: { id: string }) => id)).toEqual(["no-deletes", "open"]);
  expect(second.err()).not.toContain("stored");
  expect(await second.end()).toBe(0);
}, 120_000);

it("serves files as they are saved, without operations on a store", async () => {
  const file = put("files.json", JSON.stringify([OPEN]));
  const server = await serve("--files", file, "--allow-origin", "https://play.example");
  expect((await decide(server, "delete")).effect).toBe("allow");
  expect((await send(server.base, "GET", "/v1/policies", { token: server.token })).status).toBe(404);
  const { headers } = await send(server.base, "GET", "/v1/health", { headers: { origin: "https://play.example" } });
  expect(headers["access-control-allow-origin"]).toBe("https://play.example");
  put("files.json", JSON.stringify([OPEN, NO_DELETES]));
  while ((await decide(server, "delete")).effect === "allow") await new Promise((next) => setTimeout(next, 50));
  expect(await server.end()).toBe(0);
}, 60_000);

it("takes API keys that are made, listed and revoked by the command", async () => {
  const database = `pglite:${join(home, "keys")}`;
  const keys = (...args: string[]) => portcullis(["keys", ...args, "--database", database]);
  expect(portcullis(["migrate", "--database", database]).code).toBe(0);
  const made = keys("create", "--tenant", "acme", "--role", "reader", "--role", "author", "--name", "ci");
  const key = made.out.trim();
  expect(key).toMatch(/^pck_[0-9a-f]{16}_[0-9a-f]{64}$/);
  const gone = keys("create", "--role", "admin", "--name", "gone").out.trim();
  expect(JSON.parse(keys("revoke", gone.slice(4, 20)).out)).toMatchObject({
    name: "gone",
    revoked_at: expect.any(String),
  });
  const listed = keys("list", "--tenant", "acme").out;
  expect(JSON.parse(listed)).toMatchObject({ id: key.slice(4, 20), roles: ["reader", "author"], tenant_id: "acme" });
  expect(listed).not.toContain(key.slice(21));
  expect(keys("revoke", "0".repeat(16)).err).toContain("api_key_not_found");
  expect(keys("create", "--role", "admin", "--tenant", "acme", "--name", "x").err).toContain("invalid_argument");
  const server = await serve("--database", database, "--api-keys");
  expect(server.token).toBeUndefined();
  expect((await send(server.base, "GET", "/v1/policies", { token: key })).status).toBe(200);
  expect((await send(server.base, "GET", "/v1/policies", { token: gone })).status).toBe(401);
  expect(await server.end()).toBe(0);
}, 180_000);

it("logs what it decides, and writes what waits before it ends", async () => {
  const data = join(home, "logged");
  const seed = put("logged.json", JSON.stringify([OPEN, NO_DELETES]));
  const first = await serve("--data", data, "--seed", seed);
  const call = (path: string, body: object) => send(first.base, "POST", path, { token: first.token, body });
  await decide(first, "search");
  await call("/v1/decisions/batch", { requests: [request({ tool: { id: "delete" } }), request()] });
  await call("/access/v1/evaluation", {
    subject: { type: "user", id: "u1" },
    action: { name: "tool_call" },
    resource: { type: "tool", id: "delete" },
    context: { tenant: { id: "acme" }, app: null, workflow: null, agent: null },
  });
  // What only foretells is no decision.
  await call("/v1/previews", { request: request() });
  const { log } = (await send(first.base, "GET", "/v1/status", { token: first.token })).body;
  expect(log).toMatchObject({ dropped: { allow: 0, deny: 0, require_approval: 0 }, failure: null });
  expect(log.written + log.queued).toBe(4);
  expect(await first.end()).toBe(0);
  const second = await serve("--data", data, "--log", "requests");
  const list = async () => (await send(second.base, "GET", "/v1/decisions", { token: second.token })).body.decisions;
  expect((await list()).map(({ effect, tool, request }: never) => [effect, tool, request])).toEqual([
    ["deny", "delete", null],
    ["allow", "search", null],
    ["deny", "delete", null],
    ["allow", "search", null],
  ]);
  await decide(second, "delete");
  while ((await list()).length < 5) await new Promise((next) => setTimeout(next, 20));
  expect((await list())[0]).toMatchObject({ complete: true, request: request({ tool: { id: "delete" } }) });
  expect(await second.end()).toBe(0);
  // Whole requests can be decided again.
  const file = put("draft.json", JSON.stringify([OPEN]));
  const database = `pglite:${data}`;
  expect(portcullis(["log", "verify", "--database", database]).err).toContain("7 entries of 2 writers: 0 findings");
  const { out, err } = portcullis(["log", "replay", "--policies", file, "--database", database]);
  expect([out, err]).toEqual([
    expect.stringContaining("deny → allow"),
    "1 replayed: 1 would flip; 4 can't be replayed\n",
  ]);
  const third = await serve("--data", data, "--log", "off");
  await decide(third, "delete");
  const status = await send(third.base, "GET", "/v1/status", { token: third.token });
  expect(status.body.log).toBeNull();
  expect(await third.end()).toBe(0);
  expect(portcullis(["log", "verify", "--database", database]).err).toContain("7 entries");
}, 180_000);

it("does not start where its log could not be written", async () => {
  const database = await newDatabase();
  expect(portcullis(["migrate", "--database", database.owner]).code).toBe(0);
  const owner = new pg.Client({ connectionString: database.owner });
  await owner.connect();
  const { app, loader, log } = database.roles;
  await migrate(owner, { roles: database.roles });
  await owner.end();
  await sql(SERVER, `CREATE ROLE ${database.name}_app_user LOGIN IN ROLE ${app}, ${loader}`);
  const refused = portcullis(["serve", "--port", "0", "--database", database.app]);
  expect([refused.code, refused.out]).toEqual([1, ""]);
  expect(refused.err).toContain("error[database_refused]: the database's user may not write the decision log");
  expect(refused.err).toContain("say `--log off`");
  const off = await serve("--database", database.app, "--log", "off");
  expect(await off.end()).toBe(0);
  await sql(SERVER, `GRANT ${log} TO ${database.name}_app_user`);
  const on = await serve("--database", database.app);
  expect((await decide(on, "search")).code).toBe("no_matching_allow");
  expect(await on.end()).toBe(0);
  expect(portcullis(["log", "verify", "--database", database.owner]).err).toContain(
    "2 entries of 1 writers: 0 findings",
  );
}, 120_000);

it("starts without its database, denies, and decides once that is there", async () => {
  const database = await newDatabase();
  expect(portcullis(["migrate", "--database", database.owner]).code).toBe(0);
  const line = await Line.to(database.owner);
  afterwards(() => line.close());
  line.cut({ refuse: true });
  const server = await serve("--database", line.address);
  const ready = async () => (await send(server.base, "GET", "/v1/readiness")).body;
  expect(await ready()).toMatchObject({ status: 503, code: "policies_unavailable" });
  expect((await decide(server, "search")).code).toBe("policies_unavailable");
  line.mend();
  while ((await ready()).status !== "ok") await new Promise((next) => setTimeout(next, 50));
  expect((await decide(server, "search")).code).toBe("no_matching_allow");
  const list = async () => (await send(server.base, "GET", "/v1/decisions", { token: server.token })).body.decisions;
  while ((await list()).length < 2) await new Promise((next) => setTimeout(next, 50));
  expect((await list()).map(({ code }: { code: string }) => code)).toEqual([
    "no_matching_allow",
    "policies_unavailable",
  ]);
  // What can't be written when it ends is told.
  line.cut({ refuse: true });
  await decide(server, "search");
  expect(await server.end()).toBe(0);
  expect(server.err()).toContain("not written to the log: 1\n");
}, 120_000);

it("says all that is wrong with a seed, with both places of an id, and stores nothing", async () => {
  const folder = mkdtempSync(join(home, "seed-"));
  writeFileSync(join(folder, "a.json"), JSON.stringify([OPEN, NO_DELETES]));
  writeFileSync(
    join(folder, "b.yaml"),
    "- {id: own, name: x, scope: global, effect: deny, rule_expr: {}, colour: 1}\n- id: open\n  name: y\n  scope: global\n  effect: deny\n  rule_expr: {}\n",
  );
  const data = join(home, "unseeded");
  const { code, out, err } = portcullis(["serve", "--port", "0", "--data", data, "--seed", folder]);
  expect([code, out]).toEqual([1, ""]);
  expect(err).toContain(
    `b.yaml:2:7: error[duplicate_id]: the policy at \`${join(folder, "a.json")}:1:8\` has the id \`open\``,
  );
  expect(err).toContain("b.yaml:1:66: error[unknown_key]");
  expect(err).toContain("stores nothing: 2 errors");
  expect(existsSync(data)).toBe(false);
}, 60_000);

it("tells callers of the catalogue as its file is, like the service", async () => {
  const schema = { properties: { amount: { type: "number" } } };
  const tools = (...names: string[]) => JSON.stringify({ tools: names.map((name) => ({ name, inputSchema: schema })) });
  const catalogue = put("catalogue.json", tools("pay"));
  const server = await serve("--files", put("catalogued.json", JSON.stringify([OPEN])), "--catalogue", catalogue);
  const { base, token } = server;
  const told = async () => (await send(base, "GET", "/v1/catalogue", { token })).body.tools[0].name;
  const draft = { name: "d", scope: "tool", effect: "deny", rule_expr: { target: ["send"] } };
  const valid = async () => (await send(base, "POST", "/v1/validations", { token, body: draft })).body.valid;
  expect([await told(), await valid()]).toEqual(["pay", false]);
  writeFileSync(catalogue, tools("send"));
  await until(async () => (await told()) === "send");
  expect(await valid()).toBe(true);
  // One by which the policies would not load is not in force, and not told.
  writeFileSync(catalogue, JSON.stringify({ tools: 1 }));
  await until(async () => (await send(base, "GET", "/v1/status", { token })).body.failure !== null);
  expect([await told(), await valid()]).toEqual(["send", true]);
  expect(await server.end()).toBe(0);
}, 60_000);

it("serves a page of its own origin, and the link that connects it", async () => {
  const page = mkdtempSync(join(home, "page-"));
  writeFileSync(join(page, "index.html"), "<!doctype html>");
  const server = await serve("--files", put("paged.json", JSON.stringify([OPEN])), "--page", page);
  expect((await send(server.base, "GET", "/")).text).toBe("<!doctype html>");
  expect((await decide(server, "search")).effect).toBe("allow");
  const [, link] = /^page: (\S+)$/m.exec(server.err()) ?? [];
  expect(link).toBe(`${server.base}/#connect=${server.token}`);
  expect(await server.end()).toBe(0);
}, 60_000);

it("starts nothing that is not meant", () => {
  const ended = (...args: string[]) => {
    const { code, out, err } = portcullis(["serve", ...args]);
    expect(out).toBe("");
    return [code, err];
  };
  const refused = (...args: string[]) => ended("--port", "0", ...args);
  expect(refused("--host", "0.0.0.0")).toEqual([2, expect.stringContaining("nobody could say who calls")]);
  expect(refused("--host", "::")).toEqual([2, expect.stringContaining("nobody could say who calls")]);
  expect(refused("--data", "x", "--files", "y")).toEqual([2, expect.stringContaining("exclude one another")]);
  expect(refused("--files", "y", "--log", "requests")).toEqual([2, expect.stringContaining("needs a database")]);
  expect(refused("--log", "all")).toEqual([2, expect.stringContaining("off, decisions, requests")]);
  expect(refused("--files", "y", "--api-keys")).toEqual([2, expect.stringContaining("needs a database")]);
  expect(refused("--port", "1")).toEqual([2, expect.stringContaining("given twice")]);
  for (const port of ["70000", "65536", "1.5", "http"]) {
    expect(ended(`--port=${port}`), port).toEqual([2, expect.stringContaining("`--port` is no port")]);
  }
  expect(refused("--address", "policies.example")).toEqual([2, expect.stringContaining("is no address of a server")]);
  expect(refused("--allow-origin", "https://play.example/path")).toEqual([2, expect.stringContaining("is no origin")]);
  expect(refused("--allow-origin", "*")).toEqual([2, expect.stringContaining("is no origin")]);
  expect(
    refused("--jwt-issuer", "https://issuer.example", "--files", put("open.json", JSON.stringify([OPEN]))),
  ).toEqual([2, expect.stringContaining("JSON Web Tokens need")]);
  expect(refused("--page", home)).toEqual([1, expect.stringContaining("holds no built page")]);
  const broken = put("broken.json", JSON.stringify([{ ...OPEN, colour: 1 }]));
  expect(refused("--files", broken)).toEqual([1, expect.stringContaining("policy_set_invalid")]);
}, 120_000);
