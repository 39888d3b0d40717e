// The management API over real HTTP: what each operation does, and how it says no. Every answer is held against the document.
import { Validator } from "@seriousme/openapi-schema-validator";
import { createNodeHandler, singleToken } from "portcullis/http";
import { beforeAll, describe, expect, it } from "vitest";
import { KINDS } from "../postgres/kinds.js";
import { send } from "./client.js";
import { draft, request, served, type World, world } from "./support.js";

const told = ({ code, pointer }: { code: string; pointer: string }) => [code, pointer];

describe.each(KINDS)("the API on %s", (_, prepare) => {
  let api: World;
  let admin: string;
  let ann: string;
  /** The handler behind something that reads bodies itself. */
  let behind: string;
  const failures: unknown[] = [];
  const call: World["client"]["call"] = (...args) => api.client.call(...args);

  beforeAll(async () => {
    api = await world(await prepare(), { maxBodyBytes: 100_000 });
    [admin, ann] = [await api.key(null, "admin"), await api.key("acme", "author")];
    const { service, store } = api;
    const reader = singleToken("t", { subject: "t", tenant: "acme", roles: new Set(["author"]) });
    const onError = (error: unknown) => void failures.push(error);
    const handler = createNodeHandler({ service, store, authenticate: [reader], onError });
    behind = await served((call, response) => void call.resume().on("end", () => handler(call, response)));
  }, 120_000);

  const created = async (token: string, more: object = {}) =>
    (await call("POST", "/v1/policies", { token, body: { ...draft, ...more } })).body.policy;

  it("has a document that is valid OpenAPI 3.1", async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(api.client.document));
    expect(errors ?? []).toEqual([]);
    expect(valid).toBe(true);
    expect(api.client.operations.map(({ operation }) => operation.operationId)).toEqual([
      ...new Set(api.client.operations.map(({ operation }) => operation.operationId)),
    ]);
  });

  it("fails at once, and says why to its host, where somebody has read the body before it", async () => {
    const answer = await send(behind, "POST", "/v1/policies", { token: "t", body: draft });
    expect(answer).toMatchObject({ status: 500, body: { code: "internal_error" } });
    expect(failures).toMatchObject([
      { message: expect.stringContaining("Mount the handler before what parses bodies") },
    ]);
    expect((await send(behind, "GET", "/v1/policies", { token: "t" })).status).toBe(200);
  });

  it("creates, reads, replaces, switches and deletes a policy by its revisions", async () => {
    const posted = await call("POST", "/v1/policies", { token: ann, body: draft });
    const { policy } = posted.body;
    expect([posted.status, posted.headers["etag"]]).toEqual([201, '"1"']);
    expect(posted.headers["location"]).toBe(`policies/${policy.id}`);
    expect(policy).toMatchObject({ ...draft, tenant_id: "acme", revision: 1 });
    const at = `/v1/policies/${policy.id}`;
    const read = await call("GET", at, { token: ann });
    expect([read.status, read.headers["etag"], read.body]).toEqual([200, '"1"', policy]);
    // What was read can be sent back.
    const replaced = await call("PUT", at, { token: ann, revision: 1, body: { ...read.body, name: "other" } });
    expect([replaced.status, replaced.headers["etag"], replaced.body.policy.name]).toEqual([200, '"2"', "other"]);
    const states = [];
    for (const [verb, revision] of [
      ["disable", 2],
      ["enable", 3],
      ["shadow", 4],
      ["enforce", 5],
    ] as const) {
      const { status, headers, body } = await call("POST", `${at}/${verb}`, { token: ann, revision });
      states.push([status, headers["etag"], body.policy.enabled, body.policy.enforcement]);
    }
    expect(states).toEqual([
      [200, '"3"', false, "enforce"],
      [200, '"4"', true, "enforce"],
      [200, '"5"', true, "shadow"],
      [200, '"6"', true, "enforce"],
    ]);
    const deleted = await call("DELETE", at, { token: ann, revision: 6 });
    expect([deleted.status, deleted.body, deleted.headers["etag"]]).toEqual([200, { revision: 7 }, '"7"']);
    expect((await call("GET", at, { token: ann })).body).toMatchObject({ status: 404, code: "policy_not_found" });
  });

  it("lists revisions, compares and restores them", async () => {
    const { id } = await created(ann);
    const at = `/v1/policies/${id}`;
    await call("PUT", at, { token: ann, revision: 1, body: { ...draft, name: "second" } });
    await call("DELETE", at, { token: ann, revision: 2 });
    const all = await call("GET", `${at}/revisions`, { token: ann });
    expect(all.body.revisions.map(({ revision, operation }: never) => [revision, operation])).toEqual([
      [3, "delete"],
      [2, "update"],
      [1, "create"],
    ]);
    expect(all.body.next).toBeNull();
    const page = await call("GET", `${at}/revisions?limit=1&before=3`, { token: ann });
    expect([page.body.revisions.length, page.body.revisions[0].revision, page.body.next]).toEqual([1, 2, 2]);
    expect((await call("GET", `${at}/revisions/1`, { token: ann })).body.policy.name).toBe("no mail");
    const { differences } = (await call("GET", `${at}/comparison?from=1&to=2`, { token: ann })).body;
    expect(differences).toEqual([{ pointer: "/name", before: "no mail", after: "second" }]);
    const restored = await call("POST", `${at}/revisions/1/restore`, { token: ann, revision: 3 });
    expect([restored.status, restored.body.policy.name, restored.headers["etag"]]).toEqual([200, "no mail", '"4"']);
    expect((await call("POST", `${at}/revisions/3/restore`, { token: ann, revision: 4 })).status).toBe(422);
    expect((await call("GET", `${at}/revisions/9`, { token: ann })).body.code).toBe("revision_not_found");
    expect((await call("GET", `${at}/revisions/one`, { token: ann })).body.code).toBe("revision_not_found");
  });

  it("asks of each change which revision it is based on", async () => {
    const { id } = await created(ann);
    const at = `/v1/policies/${id}`;
    expect((await call("DELETE", at, { token: ann })).body).toMatchObject({ status: 428, code: "revision_required" });
    expect((await call("DELETE", at, { token: ann, revision: 2 })).body).toMatchObject({
      status: 412,
      code: "revision_conflict",
      current: 1,
    });
    for (const mark of ["*", "1", 'W/"1"', '"1", "2"', '"x"', '"99999999999"']) {
      const { status } = await call("DELETE", at, { token: ann, headers: { "if-match": mark } });
      expect(status, mark).toBe(412);
    }
    // Of two at once, one wins.
    const both = await Promise.all([1, 2].map(() => call("POST", `${at}/disable`, { token: ann, revision: 1 })));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
  });

  it("lists by filters and cursors", async () => {
    const token = await api.key("lists", "author");
    for (const i of [1, 2, 3, 4, 5]) await created(token, { name: `Nr. ${i}`, enabled: i % 2 === 0 });
    const names: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const { body } = await call("GET", `/v1/policies?owner=own&limit=2${cursor && `&cursor=${cursor}`}`, { token });
      names.push(...body.policies.map(({ name }: { name: string }) => name));
      cursor = body.next;
    }
    expect(names.sort()).toEqual(["Nr. 1", "Nr. 2", "Nr. 3", "Nr. 4", "Nr. 5"]);
    const count = async (query: string) => (await call("GET", `/v1/policies?${query}`, { token })).body.policies.length;
    expect([await count("enabled=true"), await count("search=NR.+3"), await count("effect=allow&owner=own")]).toEqual([
      2, 1, 0,
    ]);
    for (const query of [
      "limit=0",
      "limit=201",
      "limit=x",
      "enabled=1",
      "scope=all",
      "colour=red",
      "limit=1&limit=2",
      "__proto__=1",
    ]) {
      expect((await call("GET", `/v1/policies?${query}`, { token })).body, query).toMatchObject({
        status: 400,
        code: "invalid_query",
      });
    }
    expect((await call("GET", "/v1/policies?cursor=nonsense", { token })).status).toBe(422);
  });

  it("says all that is wrong with a policy, by pointers, and saves nothing", async () => {
    const body = { ...draft, colour: 1, rule_expr: { target: [], when: { all: [] } } };
    const refused = await call("POST", "/v1/policies", { token: ann, body });
    expect(refused.body).toMatchObject({ status: 422, code: "policy_set_invalid" });
    const pointers = refused.body.diagnostics.map(({ pointer }: { pointer: string }) => pointer);
    expect(pointers).toEqual(expect.arrayContaining(["/colour", "/rule_expr/when/all"]));
    const validated = await call("POST", "/v1/validations", { token: ann, body });
    expect(validated.body.valid).toBe(false);
    expect(validated.body.diagnostics.map(({ pointer }: { pointer: string }) => pointer)).toEqual(pointers);
    expect((await call("POST", "/v1/validations", { token: ann, body: draft })).body).toEqual({
      valid: true,
      diagnostics: [],
    });
    const twice = '{"name":"n","scope":"global","effect":"deny","effect":"allow","rule_expr":{}}';
    for (const path of ["/v1/policies", "/v1/validations"]) {
      const { body: said } = await call("POST", path, { token: ann, body: twice });
      expect(said.diagnostics, path).toMatchObject([{ code: "duplicate_key", pointer: "/effect" }]);
    }
    for (const path of ["/v1/policies", "/v1/validations"]) {
      expect((await call("POST", path, { token: ann, body: "[1]" })).status, path).toBe(422);
    }
  });

  it("validates a policy as it would be refused when it is written, whoever writes", async () => {
    // What is stored decides nothing.
    const off = { ...draft, enabled: false };
    const cleo = await api.key("checks", "author");
    const allow = { effect: "allow", rule_expr: { target: ["a"] } };
    const drafts: unknown[] = [
      off,
      { ...off, scope: "global", rule_expr: {} },
      { ...off, tenant_id: null },
      { ...off, tenant_id: "checks" },
      { ...off, tenant_id: "bolt" },
      { ...off, tenant_id: "bolt", colour: 1 },
      { ...off, tenant_id: 7 },
      { ...off, ...allow, rule_expr: { ...allow.rule_expr, delegate: true } },
      { ...off, ...allow },
      { ...off, visibility: "private" },
      { ...off, description: "x".repeat(65_537) },
      { ...off, name: "a\0b" },
      { ...off, rule_expr: { ...draft.rule_expr, when: { field: "input.a", eq: "ADMIN", as: "lower" } } },
      { ...off, enabled: "yes" },
      {},
      '{"name":"n","name":"m","scope":"global","effect":"deny","rule_expr":{}}',
      [off],
      7,
    ];
    const verdicts: string[] = [];
    for (const [token, query] of [
      [cleo, ""],
      [admin, ""],
      [admin, "?tenant=checks"],
    ]) {
      for (const body of drafts) {
        const written = await call("POST", `/v1/policies${query}`, { token: token as string, body });
        const { status, body: said } = await call("POST", `/v1/validations${query}`, { token: token as string, body });
        const at = `${query} ${JSON.stringify(body).slice(0, 100)}`;
        if (status === 200) {
          expect(said.valid, at).toBe(written.status === 201);
          const { code = "", diagnostics = written.body.warnings } = written.body;
          if (code === "not_owner") expect(said.diagnostics, at).toContainEqual(expect.objectContaining({ code }));
          else expect(said.diagnostics.map(told), at).toEqual(diagnostics.map(told));
          verdicts.push(said.valid ? "valid" : code);
        } else {
          // What is no policy at all.
          expect([status, said.code], at).toEqual([written.status, written.body.code]);
          verdicts.push(said.code);
        }
      }
    }
    expect(new Set(verdicts)).toEqual(new Set(["valid", "policy_set_invalid", "not_owner", "invalid_argument"]));
    const { body } = await call("POST", "/v1/validations", { token: cleo, body: drafts[5] });
    expect(body.diagnostics.map(told)).toEqual([
      ["unknown_key", "/colour"],
      ["not_owner", "/tenant_id"],
    ]);
    const nameless = { ...off, id: {}, tenant_id: "bolt" };
    const { diagnostics } = (await call("POST", "/v1/validations", { token: cleo, body: nameless })).body;
    expect(diagnostics).toMatchObject([{ pointer: "/id" }, { code: "not_owner", policy_id: null }]);
  });

  it("decides, one and many, and fills in what the server knows", async () => {
    await created(admin, { id: "baseline", scope: "global", effect: "allow", rule_expr: {}, visibility: "public" });
    await created(admin, {
      id: "no-wires",
      rule_expr: { target: ["wire"], message: "No wires." },
      visibility: "public",
    });
    await api.settled();
    const decide = (token: string, asked: object) => call("POST", "/v1/decisions", { token, body: { request: asked } });
    const { now: _, tenant: __, ...rest } = { now: 0, ...request, tool: { id: "search" } };
    expect((await decide(ann, rest)).body).toMatchObject({ effect: "allow", code: "allowed" });
    expect((await decide(ann, { ...rest, tool: { id: "wire" } })).body).toMatchObject({
      effect: "deny",
      reasons: [{ policy_id: "no-wires" }, { policy_id: "baseline" }],
    });
    expect((await decide(admin, { ...rest, tenant: { id: "any" } })).body.effect).toBe("allow");
    // What is amiss is a decision.
    expect((await decide(admin, rest)).body.code).toBe("invalid_request");
    expect((await decide(ann, { ...rest, action: 7 })).body.code).toBe("invalid_request");
    expect((await decide(ann, { ...rest, now: "noon" })).body.code).toBe("invalid_request");
    const { body } = await call("POST", "/v1/decisions/batch", {
      token: ann,
      body: { requests: [rest, { ...rest, tool: { id: "wire" } }, {}] },
    });
    expect(body.decisions.map(({ code }: { code: string }) => code)).toEqual([
      "allowed",
      "denied_by_policy",
      "invalid_request",
    ]);
  });

  it("explains and previews", async () => {
    const explain = (token: string, more = {}) =>
      call("POST", "/v1/explanations", { token, body: { request: { ...request, tool: { id: "wire" } }, ...more } });
    const { body } = await explain(ann);
    expect(body.policies.map(({ policy_id }: { policy_id: string }) => policy_id)).toContain("no-wires");
    expect((await explain(admin, { reader: "agent" })).body.text).toContain("No wires.");
    expect((await explain(ann, { reader: "agent" })).status).toBe(403);
    expect((await explain(admin, { reader: "author" })).body.text).toContain("no-wires");
    expect((await explain(admin, { reader: "king" })).body).toMatchObject({
      status: 422,
      mistakes: [{ pointer: "/reader" }],
    });
    const preview = await call("POST", "/v1/previews", { token: ann, body: { request, unknown: ["tool"] } });
    expect(preview.body.effects).toEqual(expect.arrayContaining(["allow", "deny"]));
    const vary = { tool: [{ id: "search" }, { id: "wire" }] };
    const matrix = await call("POST", "/v1/previews/matrix", { token: ann, body: { request, vary } });
    expect(matrix.body.cells.map(({ effects }: { effects: string[] }) => effects)).toEqual([["allow"], ["deny"]]);
    const many = { a: Array(200).fill(1), b: Array(200).fill(1) };
    expect((await call("POST", "/v1/previews/matrix", { token: ann, body: { request, vary: many } })).status).toBe(422);
    expect((await call("POST", "/v1/previews", { token: ann, body: { request, unknown: ["a..b"] } })).status).toBe(422);
  });

  it("says how it is", async () => {
    expect((await call("GET", "/v1/health")).body).toEqual({ status: "ok" });
    expect((await call("GET", "/v1/readiness")).status).toBe(200);
    expect((await call("GET", "/v1/caller", { token: ann })).body).toMatchObject({
      tenant: "acme",
      roles: ["author"],
      writes: true,
    });
    expect((await call("GET", "/v1/status", { token: admin })).body).toMatchObject({
      contained: [],
      enforcement: "enforce",
      log: {
        writer: api.log.writer,
        dropped: { allow: 0, deny: 0, require_approval: 0, unreadable: 0 },
        failure: null,
      },
    });
    expect((await call("GET", "/v1/catalogue", { token: ann })).body.code).toBe("catalogue_not_found");
  });

  it("refuses what it can't read, each with its own status", async () => {
    const post = async (sent: object) => {
      const { body } = await call("POST", "/v1/decisions", { token: ann, ...sent });
      return [body.status, body.code];
    };
    expect(await post({ body: "{" })).toEqual([400, "malformed_json"]);
    expect(await post({ body: "" })).toEqual([400, "malformed_json"]);
    expect(await post({ body: `{"request":${"[".repeat(3_000)}${"]".repeat(3_000)}}` })).toEqual([
      400,
      "malformed_json",
    ]);
    expect(await post({ body: "{}", headers: { "content-type": "text/plain" } })).toEqual([
      415,
      "unsupported_media_type",
    ]);
    expect(await post({ body: "{}", headers: { "content-type": "application/json; charset=latin1" } })).toEqual([
      415,
      "unsupported_media_type",
    ]);
    expect(await post({ body: "{}", headers: { "content-encoding": "gzip" } })).toEqual([
      415,
      "unsupported_media_type",
    ]);
    expect(await post({ body: { request: { input: "x".repeat(200_000) } } })).toEqual([413, "body_too_large"]);
    expect(
      await post({ body: { request: { input: "x".repeat(200_000) } }, headers: { "transfer-encoding": "chunked" } }),
    ).toEqual([413, "body_too_large"]);
    expect(await post({ body: { request: 1 } })).toEqual([422, "invalid_body"]);
    expect(await post({ body: { request, more: 1 } })).toEqual([422, "invalid_body"]);
    expect((await call("GET", "/v1/nothing")).body).toMatchObject({ status: 404, code: "route_not_found" });
    expect((await call("GET", "/v1/policies/%ff", { token: ann })).body).toMatchObject({
      status: 400,
      code: "invalid_path",
    });
    expect((await call("GET", "/v1/policies/", { token: ann })).status).toBe(404);
    const patch = await call("PATCH", "/v1/policies/x", { token: ann });
    expect([patch.status, patch.headers["allow"]]).toEqual([405, "GET, HEAD, PUT, DELETE, OPTIONS"]);
    // No page of a stranger reads anything.
    const { headers } = await send(api.base, "OPTIONS", "/v1/policies", {
      headers: { origin: "https://evil.example", "access-control-request-method": "GET" },
    });
    expect(Object.keys(headers).filter((name) => name.startsWith("access-control-"))).toEqual([]);
  });

  it("answers HEAD as GET without a body, and OPTIONS with what there is", async () => {
    for (const path of ["/v1/health", "/openapi.json", "/v1/policies?limit=1", "/v1/policies/nowhere", "/v1/nothing"]) {
      const [get, head] = [
        await send(api.base, "GET", path, { token: ann }),
        await send(api.base, "HEAD", path, { token: ann }),
      ];
      const { date: _, ...same } = get.headers;
      expect([head.status, head.text], path).toEqual([get.status, ""]);
      expect(head.headers, path).toMatchObject(same);
    }
    expect((await send(api.base, "HEAD", "/v1/policies")).status).toBe(401);
    const post = await send(api.base, "HEAD", "/v1/explanations", { token: ann });
    expect([post.status, post.headers["allow"], post.text]).toEqual([405, "POST, OPTIONS", ""]);
    for (const [path, allow] of [
      ["/v1/policies", "GET, HEAD, POST, OPTIONS"],
      ["/v1/policies/x", "GET, HEAD, PUT, DELETE, OPTIONS"],
      ["/v1/explanations", "POST, OPTIONS"],
    ]) {
      const { status, headers, text } = await send(api.base, "OPTIONS", path as string);
      expect([status, headers["allow"], text]).toEqual([204, allow, ""]);
    }
    expect((await send(api.base, "OPTIONS", "/v1/nothing")).status).toBe(404);
  });
});
