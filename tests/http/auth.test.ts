// Who calls: by keys and tokens that are good, and by all that only look so.
import { createHmac, generateKeyPairSync, type KeyObject, sign as signWith } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Authenticate, createHandler, jwtAuthenticator, LOOPBACK, singleToken } from "portcullis/http";
import { fileSource, PolicyEngineService } from "portcullis/service";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KINDS } from "../postgres/kinds.js";
import { served, until, type World, world } from "./support.js";

const pair = () => generateKeyPairSync("ec", { namedCurve: "P-256" });
const ours = pair();
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = (key: KeyObject) => key.export({ type: "spki", format: "pem" }) as string;
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const now = () => Math.floor(Date.now() / 1_000);
const ISSUER = "https://issuer.example";

const claims = (more: object = {}) => ({
  iss: ISSUER,
  aud: "portcullis",
  sub: "ann",
  exp: now() + 60,
  tenant: "acme",
  roles: ["author"],
  ...more,
});

function token(payload: object, key: KeyObject = ours.privateKey, header: object = { alg: "ES256" }): string {
  const text = `${part(header)}.${part(payload)}`;
  const how = key.asymmetricKeyType === "ec" ? { key, dsaEncoding: "ieee-p1363" as const } : key;
  return `${text}.${signWith("sha256", Buffer.from(text), how).toString("base64url")}`;
}

function hmac(payload: object, secret: string): string {
  const text = `${part({ alg: "HS256" })}.${part(payload)}`;
  return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
}

/** What a way makes of a token. */
async function asked(way: Authenticate, given: string) {
  return await way(given);
}

describe("a JSON Web Token", () => {
  let way: Authenticate;

  beforeAll(async () => {
    way = await jwtAuthenticator({ issuer: ISSUER, audience: "portcullis", key: pem(ours.publicKey) });
  });

  it("says who calls, for whom and as what", async () => {
    const ann = { subject: "ann", tenant: "acme", roles: new Set(["author"]) };
    const given = token(claims());
    expect(await asked(way, given)).toEqual(ann);
    // Known by now, and the same.
    expect(await asked(way, given)).toEqual(ann);
    expect(await asked(way, token(claims({ roles: "reader king author" })))).toMatchObject({
      roles: new Set(["reader", "author"]),
    });
    expect(await asked(way, token(claims({ tenant: null, roles: ["admin"] })))).toMatchObject({
      tenant: null,
      roles: new Set(["admin"]),
    });
    expect(await asked(way, token(claims({ roles: { admin: true } })))).toMatchObject({ roles: new Set() });
  });

  const publicPem = pem(ours.publicKey);
  const { exp: _, ...endless } = claims();
  const { tenant: __, ...nobodys } = claims();
  const { sub: ___, ...nameless } = claims();
  it.each<[string, () => string]>([
    ["is signed by another key", () => token(claims(), pair().privateKey)],
    ["is not signed", () => `${part({ alg: "none" })}.${part(claims())}.`],
    ["is not signed, and says so in other letters", () => `${part({ alg: "nOnE" })}.${part(claims())}.`],
    ["is signed with the public key as if it were a secret", () => hmac(claims(), publicPem)],
    ["is signed with the public key without its last line", () => hmac(claims(), publicPem.trim())],
    ["names another algorithm than its key's", () => token(claims(), ours.privateKey, { alg: "RS256" })],
    ["is signed by a key of another kind", () => token(claims(), rsa.privateKey, { alg: "RS256" })],
    [
      "brings its own key",
      () => token(claims(), rsa.privateKey, { alg: "RS256", jwk: rsa.publicKey.export({ format: "jwk" }) }),
    ],
    ["asks for what is not understood", () => token(claims(), ours.privateKey, { alg: "ES256", crit: ["x"], x: 1 })],
    ["has expired", () => token(claims({ exp: now() - 60 }))],
    ["never expires", () => token(endless)],
    ["is not valid yet", () => token(claims({ nbf: now() + 60 }))],
    ["is of another issuer", () => token(claims({ iss: "https://other.example" }))],
    ["is for another audience", () => token(claims({ aud: "mail" }))],
    ["does not say whose it is", () => token(nobodys)],
    ["is of a tenant without a name", () => token(claims({ tenant: "" }))],
    ["is of several tenants", () => token(claims({ tenant: ["acme", "bolt"] }))],
    ["does not say who holds it", () => token(nameless)],
    ["was changed", () => token(claims()).replace(/\.(.).*\./, (_, c) => `.${c}${part(claims({ tenant: null }))}.`)],
    ["is cut off", () => token(claims()).slice(0, -5)],
    ["is no token", () => "a.b.c"],
  ])("is refused where it %s", async (_, make) => {
    expect(await asked(way, make())).toBeUndefined();
  });

  it("is checked again once it has expired", async () => {
    const given = token(claims({ exp: now() - 3 }));
    // Clocks may differ by 5 seconds.
    expect(await asked(way, given)).toMatchObject({ subject: "ann" });
    await until(async () => (await asked(way, given)) === undefined);
  });

  it("is checked by the keys that its issuer publishes, and by none where these can't be read", async () => {
    let keys: object | undefined = { keys: [{ ...ours.publicKey.export({ format: "jwk" }), kid: "1", alg: "ES256" }] };
    const issuer = await served((_, response) => {
      response
        .writeHead(keys === undefined ? 500 : 200, { "content-type": "application/json" })
        .end(JSON.stringify(keys));
    });
    const jwks = { issuer: ISSUER, audience: "portcullis", jwks: `${issuer}/jwks` };
    const published = await jwtAuthenticator(jwks);
    const header = { alg: "ES256", kid: "1" };
    expect(await asked(published, token(claims(), ours.privateKey, header))).toMatchObject({ subject: "ann" });
    expect(await asked(published, token(claims(), pair().privateKey, header))).toBeUndefined();
    expect(await asked(published, token(claims(), ours.privateKey, { alg: "ES256", kid: "2" }))).toBeUndefined();
    expect(await asked(published, hmac(claims(), publicPem))).toBeUndefined();
    keys = undefined;
    const without = await jwtAuthenticator(jwks);
    await expect(asked(without, token(claims(), ours.privateKey, header))).rejects.toMatchObject({
      code: "keys_unavailable",
      retryable: true,
    });
    const gone = await jwtAuthenticator({ ...jwks, jwks: "http://127.0.0.1:9/jwks" });
    await expect(asked(gone, token(claims(), ours.privateKey, header))).rejects.toMatchObject({
      code: "keys_unavailable",
    });
  });

  it("needs a configuration that can be meant", async () => {
    const good = { issuer: ISSUER, audience: "portcullis" };
    const key = pem(ours.publicKey);
    for (const options of [
      good,
      { ...good, key, jwks: "https://issuer.example/jwks" },
      { ...good, key: "secret" },
      { ...good, key, algorithms: ["HS256"] },
      { ...good, key, algorithms: ["none"] },
      { ...good, key, algorithms: ["RS256"] },
      { ...good, key, issuer: "" },
      { ...good, key, audience: "" },
      { ...good, jwks: "http://issuer.example/jwks" },
      { ...good, jwks: "file:///etc/passwd" },
    ]) {
      await expect(jwtAuthenticator(options), JSON.stringify(options)).rejects.toMatchObject({
        code: "invalid_argument",
      });
    }
  });
});

describe.each(KINDS)("an API key on %s", (_, prepare) => {
  let api: World;
  let hand: (statement: string) => Promise<Record<string, unknown>[]>;
  const ann = { tenant: "acme", by: "ann" };
  const status = async (key: string) => (await api.client.call("GET", "/v1/policies", { token: key })).status;

  beforeAll(async () => {
    const prepared = await prepare();
    hand = prepared.hand;
    api = await world(prepared, { rememberedMs: 1 });
  }, 120_000);

  it("is shown once, and stored as a digest", async () => {
    const { key, record } = await api.keys.create(ann, { name: "ci", roles: ["reader"] });
    expect(key).toMatch(/^pck_[0-9a-f]{16}_[0-9a-f]{64}$/);
    expect(record).toEqual({
      id: key.slice(4, 20),
      tenant_id: "acme",
      name: "ci",
      roles: ["reader"],
      created_at: expect.any(String),
      created_by: "ann",
      expires_at: null,
      revoked_at: null,
    });
    const [row] = await hand(`SELECT * FROM portcullis.api_keys WHERE id = '${record.id}'`);
    expect(JSON.stringify(row)).not.toContain(key.slice(21));
    expect(await status(key)).toBe(200);
  });

  it("is refused once it was revoked or has expired", async () => {
    const { key, record } = await api.keys.create(ann, { name: "gone", roles: ["reader"] });
    expect(await status(key)).toBe(200);
    expect((await api.keys.revoke(ann, record.id)).revoked_at).not.toBeNull();
    await until(async () => (await status(key)) === 401);
    const first = (await api.keys.list(ann)).find(({ id }) => id === record.id);
    expect(await api.keys.revoke({ ...ann, by: "other" }, record.id)).toEqual(first);
    const old = await api.keys.create(ann, { name: "old", roles: ["reader"], expires_at: "2020-01-01T00:00:00Z" });
    expect(await status(old.key)).toBe(401);
  });

  it("is refused where it differs in anything", async () => {
    const { key } = await api.keys.create(ann, { name: "near", roles: ["reader"] });
    const last = key.endsWith("0") ? "1" : "0";
    for (const near of [
      key.slice(0, -1),
      key.slice(0, -1) + last,
      `${key}0`,
      key.toUpperCase(),
      key.replace("pck", "pcx"),
      `pck_${"0".repeat(16)}_${key.slice(21)}`,
    ]) {
      expect(await status(near), near).toBe(401);
    }
    expect(await status(key)).toBe(200);
  });

  it("belongs to one owner, who alone lists and revokes it", async () => {
    const { record } = await api.keys.create(ann, { name: "own", roles: ["author"] });
    for (const other of [
      { tenant: "bolt", by: "bob" },
      { tenant: null, by: "root" },
    ]) {
      expect((await api.keys.list(other)).map(({ id }) => id)).not.toContain(record.id);
      await expect(api.keys.revoke(other, record.id)).rejects.toMatchObject({ code: "api_key_not_found" });
    }
    for (const roles of [[], ["admin"], ["king"]]) {
      await expect(api.keys.create(ann, { name: "x", roles })).rejects.toMatchObject({ code: "invalid_argument" });
    }
    await expect(api.keys.create({ tenant: null, by: "root" }, { name: "x", roles: ["author"] })).rejects.toMatchObject(
      { code: "invalid_argument" },
    );
    // The database refuses it too.
    const values = `('${"a".repeat(16)}', 'acme', 'x', ARRAY['admin'], '${"b".repeat(64)}', 'x')`;
    await expect(
      hand(`INSERT INTO portcullis.api_keys (id, tenant_id, name, roles, hash, created_by) VALUES ${values}`),
    ).rejects.toThrow();
  });
});

describe("the handler", () => {
  const folder = mkdtempSync(join(tmpdir(), "portcullis-http-"));
  let service: PolicyEngineService;
  let ways: Authenticate[];
  const failures: unknown[] = [];

  beforeAll(async () => {
    const file = join(folder, "policies.json");
    writeFileSync(
      file,
      JSON.stringify([{ id: "open", name: "open", scope: "global", effect: "allow", rule_expr: {} }]),
    );
    service = await PolicyEngineService.start({ source: fileSource({ files: [file] }) });
    ways = [singleToken("token", { subject: "x", tenant: null, roles: new Set(["admin"] as const) })];
  });
  afterAll(async () => {
    await service.close();
    rmSync(folder, { recursive: true });
  });

  const bearer = { authorization: "Bearer token" };
  const get = (
    handler: (request: Request) => Promise<Response>,
    path: string,
    headers: Record<string, string> = bearer,
    method = "GET",
  ) => handler(new Request(`https://policies.example${path}`, { headers, method }));

  it("takes and gives what the web's platforms have", async () => {
    const handler = createHandler({ service, authenticate: ways });
    const body = JSON.stringify({
      request: {
        action: "run_start",
        tenant: { id: "t" },
        workflow: { id: "w" },
        app: null,
        user: null,
        agent: null,
        tool: null,
      },
    });
    const headers = { ...bearer, "content-type": "application/json" };
    const response = await handler(
      new Request("https://policies.example/v1/decisions", { method: "POST", headers, body }),
    );
    expect([response.status, (await response.json()).effect]).toEqual([200, "allow"]);
    // Without a store there are no operations on one, and the document says so.
    expect((await get(handler, "/v1/policies")).status).toBe(404);
    expect(Object.keys((await (await get(handler, "/openapi.json")).json()).paths)).not.toContain("/v1/policies");
  });

  it("knows nobody without good credentials", async () => {
    const handler = createHandler({ service, authenticate: ways });
    for (const authorization of [
      undefined,
      "",
      "token",
      "Basic dG9rZW4=",
      "Bearer",
      "Bearer  ",
      "Bearer tokem",
      "Bearer token token",
      `Bearer ${"x".repeat(9_000)}`,
    ]) {
      const response = await get(handler, "/v1/status", authorization === undefined ? {} : { authorization });
      expect([response.status, response.headers.get("www-authenticate")?.slice(0, 6)], authorization).toEqual([
        401,
        "Bearer",
      ]);
    }
    expect((await get(handler, "/v1/status")).status).toBe(200);
    expect(() => createHandler({ service, authenticate: [] })).toThrow(
      expect.objectContaining({ code: "invalid_argument" }),
    );
  });

  it("answers only to its own names, where it has some", async () => {
    const handler = createHandler({ service, authenticate: ways, hosts: LOOPBACK });
    const status = async (host: string) => (await get(handler, "/v1/health", { host })).status;
    for (const host of ["localhost:8787", "127.0.0.1", "[::1]:1", "LOCALHOST"])
      expect(await status(host), host).toBe(200);
    for (const host of ["evil.example", "localhost.evil.example", "127.0.0.1.nip.io:80"])
      expect(await status(host), host).toBe(421);
  });

  it("lets pages of named origins read answers, and no others", async () => {
    const handler = createHandler({ service, authenticate: ways, origins: ["https://play.example"] });
    const preflight = { origin: "https://play.example", "access-control-request-method": "PUT" };
    const allowed = await get(handler, "/v1/status", preflight, "OPTIONS");
    expect([allowed.status, allowed.headers.get("access-control-allow-origin")]).toEqual([204, "https://play.example"]);
    expect(allowed.headers.get("access-control-allow-headers")).toContain("if-match");
    const strange = await get(handler, "/v1/status", { ...preflight, origin: "https://evil.example" }, "OPTIONS");
    expect([...strange.headers.keys()].filter((name) => name.startsWith("access-control-"))).toEqual([]);
    const page = await get(handler, "/v1/nothing", { ...bearer, origin: "https://play.example" });
    expect([
      page.headers.get("access-control-allow-origin"),
      page.headers.get("access-control-expose-headers"),
    ]).toEqual(["https://play.example", expect.stringContaining("etag")]);
    for (const origin of ["https://evil.example", "null", "https://play.example.evil.example"]) {
      const response = await get(handler, "/v1/status", { ...bearer, origin });
      expect([response.headers.get("access-control-allow-origin"), response.headers.get("vary")]).toEqual([
        null,
        "origin",
      ]);
    }
    expect(page.headers.get("access-control-allow-credentials")).toBeNull();
  });

  it("tells callers nothing of failures, and its host all", async () => {
    const failing: Authenticate = () => {
      throw new Error("the secret is 42");
    };
    const handler = createHandler({ service, authenticate: [failing], onError: (error) => failures.push(error) });
    const response = await get(handler, "/v1/status");
    expect([response.status, (await response.json()).code]).toEqual([500, "internal_error"]);
    expect(failures).toMatchObject([{ message: "the secret is 42" }]);
  });

  it("is not ready, and says so, while nothing is known of policies", async () => {
    const other = await PolicyEngineService.start({ source: fileSource({ files: [join(folder, "policies.json")] }) });
    const handler = createHandler({ service: other, authenticate: ways });
    expect((await get(handler, "/v1/readiness")).status).toBe(200);
    await other.close();
    const response = await get(handler, "/v1/readiness");
    expect([response.status, response.headers.get("retry-after"), (await response.json()).code]).toEqual([
      503,
      "1",
      "policies_unavailable",
    ]);
    expect((await get(handler, "/v1/health")).status).toBe(200);
  });
});
