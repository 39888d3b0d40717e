// Every operation of the document, by every role of every side, on what belongs to others: nothing tells that it is there.

import { singleToken } from "portcullis/http";
import { beforeAll, describe, expect, it } from "vitest";
import { KINDS } from "../postgres/kinds.js";
import type { Reply, Sent } from "./client.js";
import { draft, ROLES, request, type World, world } from "./support.js";

/** Words that only those who own them may read. */
const SECRET = "quokka";
const STRANGE = "strange";
const GHOST = "00000000-0000-4000-8000-000000000000";

describe.each(KINDS)("between tenants, on %s", (_, prepare) => {
  let api: World;
  /** Policies that acme may not know of: another tenant's, and a private one of the platform. */
  let hidden: readonly string[];
  let open: string;

  beforeAll(async () => {
    // No key is a tenant's administrator; a token may say that its holder is one.
    const strange = { subject: "eve", tenant: "acme", roles: new Set(["admin"] as const) };
    api = await world(await prepare(), {}, [singleToken(STRANGE, strange)]);
    const secret = { ...draft, name: SECRET, description: SECRET };
    const rule = (when: object) => ({ rule_expr: { target: ["send_mail"], when, message: "Ask first." } });
    const [admin, bob] = [await api.key(null, "admin"), await api.key("bolt", "author")];
    const create = async (token: string, more: object) => {
      const { body } = await api.client.call("POST", "/v1/policies", { token, body: { ...secret, ...more } });
      return body.policy.id as string;
    };
    await create(admin, {
      name: "open",
      description: null,
      scope: "global",
      effect: "allow",
      rule_expr: {},
      visibility: "public",
    });
    hidden = [
      await create(bob, rule({ field: `input.${SECRET}`, eq: 1 })),
      await create(admin, { id: `${SECRET}-private`, ...rule({ field: `input.${SECRET}`, gt: 1 }) }),
      await create(admin, { id: `${SECRET}-shadow`, enforcement: "shadow", rule_expr: { target: ["send_mail"] } }),
      await create(admin, {
        id: `${SECRET}-limits`,
        effect: "modify",
        rule_expr: {
          target: ["send_mail"],
          then: { limits: [{ meter: SECRET, per: ["tenant"], window: "1d", max: 7_654_321 }] },
        },
      }),
      await create(admin, {
        id: `${SECRET}-approval`,
        effect: "require_approval",
        rule_expr: { target: ["send_mail"], approval: { approvers: { roles: [SECRET] } } },
      }),
    ];
    open = await create(admin, {
      name: "public",
      description: null,
      visibility: "public",
      rule_expr: { target: ["elsewhere"] },
    });
    await create(await api.key("acme", "author"), {
      name: "own",
      description: null,
      rule_expr: { target: ["elsewhere"] },
    });
    await api.settled();
    // In the log: what bolt has done, and what acme was denied by policies that are hidden from it.
    for (const [token, more] of [
      [bob, { tenant: { id: "bolt" }, user: { id: SECRET }, run: { id: SECRET, root_id: SECRET, mode: "auto" } }],
      [await api.key("acme", "reader"), {}],
    ] as const) {
      await api.client.call("POST", "/v1/decisions", { token, body: { request: { ...request, ...more } } });
    }
    await api.log.flush();
  }, 120_000);

  /** What each operation needs to get as far as it can; one that is new must be added here. */
  const bodies = (more: object): Record<string, object> => ({
    createPolicy: { ...draft, ...more },
    replacePolicy: { ...draft, ...more },
    validatePolicy: { ...draft, ...more },
    decide: { request },
    decideMany: { requests: [request, request] },
    explain: { request },
    preview: { request, unknown: ["input", "tool"] },
    previewMany: { request, unknown: ["input"], vary: { tool: [{ id: "send_mail" }, { id: "search" }] } },
    accessEvaluation: EVALUATION,
    accessEvaluations: { ...EVALUATION, evaluations: [{}, {}] },
  });

  function asked(
    { path, operation }: World["client"]["operations"][number],
    id: string,
    more: object = {},
  ): [string, Sent] {
    const query = operation.parameters
      .filter((p: { in: string; required: boolean }) => p.in === "query" && p.required)
      .map(({ name }: { name: string }) => `${name}=1`);
    const body = bodies(more)[operation.operationId];
    if (operation.requestBody && body === undefined) throw new Error(`\`${operation.operationId}\` lacks a body here`);
    const at = path.replace("{id}", encodeURIComponent(id)).replace("{revision}", "1");
    return [at + (query.length > 0 ? `?${query.join("&")}` : ""), { body, revision: 1 }];
  }

  /** Apart from ids and times of what the caller owns. */
  const seen = ({ status, body }: Reply) => JSON.stringify([status, body]);

  it.each(ROLES)("%s of a tenant sees and reaches nothing of others, by any operation", async (role) => {
    const token = role === "nobody" ? undefined : role === "admin" ? STRANGE : await api.key("acme", role);
    for (const target of api.client.operations) {
      const { method, operation } = target;
      const said: string[] = [];
      // By what is there and hidden, and by what is not there: both answers are the same to the letter.
      for (const id of [...hidden, GHOST]) {
        // What changes something of the caller's own is not repeated.
        if (!target.path.includes("{id}") && id !== GHOST) continue;
        const [path, sent] = asked(target, id);
        const reply = await api.client.call(method, path, { ...sent, token });
        said.push(seen(reply));
        if (operation.operationId === "openApi") continue;
        const text = JSON.stringify([reply.headers, reply.body]);
        expect(text, `${role}: ${method} ${path}`).not.toMatch(/quokka|7654321|bolt/i);
        if (target.path.includes("{id}") && role !== "nobody") expect([403, 404]).toContain(reply.status);
        // Those that may do it at all are told what they would be told of nothing.
        if (target.path.includes("{id}") && (role === "author" || (role === "reader" && method === "GET"))) {
          expect(reply.status, `${role}: ${method} ${path}`).toBe(404);
        }
      }
      expect(new Set(said).size, `${role}: ${operation.operationId}`).toBe(1);
    }
  });

  it.each(["reader", "author"])("%s of a tenant learns nothing by what a query asks for", async (role) => {
    const [token, admin] = [await api.key("acme", role), await api.key(null, "admin")];
    const tried = new Set<string>();
    for (const { method, path, operation } of api.client.operations) {
      const asks = operation.parameters.filter(
        ({ in: place, name, schema }: { in: string; name: string; schema: { type?: string; enum?: unknown } }) =>
          place === "query" && name !== "tenant" && schema.type === "string" && schema.enum === undefined,
      );
      for (const { name } of asks) {
        tried.add(name);
        // One that points at what is hidden.
        const page = async () => (await api.client.call(method, `${path}?limit=1`, { token: admin })).body;
        const values = name === "cursor" ? [(await page()).next] : [...hidden, SECRET, GHOST];
        const said = new Set<string>();
        for (const value of values) {
          const at = `${path}?${name}=${encodeURIComponent(value)}`;
          const reply = await api.client.call(method, at, { token });
          expect(JSON.stringify([reply.headers, reply.body]), `${role}: ${at}`).not.toMatch(/quokka|7654321|bolt/i);
          said.add(seen(reply));
        }
        // What is there and hidden is found as little as what is not there.
        expect(said.size, `${role}: ${path} by ${name}`).toBe(1);
      }
    }
    expect([...tried]).toEqual(expect.arrayContaining(["policy", "search", "run", "cursor"]));
  });

  it("each role does what it is for, and nothing else", async () => {
    const allowed: Record<string, string[]> = {};
    for (const [tenant, role] of [
      ["acme", "reader"],
      ["acme", "author"],
      ["acme", "approver"],
      [null, "reader"],
      [null, "admin"],
      [null, "approver"],
    ] as const) {
      const token = await api.key(tenant, role);
      const list: string[] = [];
      for (const target of api.client.operations) {
        const [path, sent] = asked(target, GHOST);
        const { status } = await api.client.call(target.method, path, { ...sent, token });
        if (target.operation.security === undefined && status !== 403) list.push(target.operation.operationId);
      }
      allowed[`${tenant} ${role}`] = list;
    }
    const changes = [
      "createPolicy",
      "replacePolicy",
      "deletePolicy",
      "enablePolicy",
      "disablePolicy",
      "enforcePolicy",
      "shadowPolicy",
      "restoreRevision",
    ];
    const all = api.client.operations
      .filter(({ operation }) => operation.security === undefined)
      .map(({ operation }) => operation.operationId);
    const without = (...names: string[]) => all.filter((name) => !names.includes(name));
    expect(allowed).toEqual({
      "acme reader": without(...changes, "status"),
      "acme author": without("status"),
      "acme approver": ["readCaller"],
      "null reader": without(...changes),
      "null admin": all,
      "null approver": ["readCaller"],
    });
  });

  it("a tenant's author can't act for another, or write what binds others", async () => {
    const token = await api.key("acme", "author");
    for (const target of api.client.operations) {
      if (!target.operation.parameters.some(({ name }: { name: string }) => name === "tenant")) continue;
      const [path, sent] = asked(target, GHOST);
      for (const tenant of ["bolt", "nowhere"]) {
        const at = `${path}${path.includes("?") ? "&" : "?"}tenant=${tenant}`;
        const { body } = await api.client.call(target.method, at, { ...sent, token });
        expect([body.status, body.code], `${target.method} ${at}`).toEqual([404, "tenant_not_found"]);
      }
    }
    const create = async (more: object) => {
      const { body } = await api.client.call("POST", "/v1/policies", { token, body: { ...draft, ...more } });
      return [body.status, body.code];
    };
    for (const tenant_id of ["bolt", "nowhere", null]) expect(await create({ tenant_id })).toEqual([403, "not_owner"]);
    for (const id of [...hidden, "free"]) expect(await create({ id })).toEqual([422, "invalid_argument"]);
    expect(await create({ effect: "allow", rule_expr: { target: ["a"], delegate: true } })).toEqual([
      422,
      "policy_set_invalid",
    ]);
    // What is the platform's and public can be read, and is told to be the platform's.
    const read = await api.client.call("GET", `/v1/policies/${open}`, { token });
    expect([read.status, read.body.updated_by]).toEqual([200, null]);
    const put = await api.client.call("PUT", `/v1/policies/${open}`, { token, revision: 1, body: read.body });
    expect([put.status, put.body.code]).toEqual([403, "not_owner"]);
    expect((await api.client.call("GET", `/v1/policies/${open}/revisions`, { token })).status).toBe(404);
  });

  it("requests of another tenant are none of its business, whether there is such a tenant or not", async () => {
    const token = await api.key("acme", "reader");
    for (const tenant of [{ id: "bolt" }, { id: "nowhere" }, {}, null, "acme", { id: ["acme"] }]) {
      const given = { ...request, tenant };
      for (const [path, body] of [
        ["/v1/decisions", { request: given }],
        ["/v1/decisions/batch", { requests: [request, given] }],
        ["/v1/explanations", { request: given }],
        ["/v1/previews", { request: given }],
        ["/v1/previews/matrix", { request: given, vary: {} }],
        ["/access/v1/evaluation", { ...EVALUATION, context: { tenant } }],
      ] as const) {
        const { body: said } = await api.client.call("POST", path, { token, body });
        expect([said.status, said.code], `${path} ${JSON.stringify(tenant)}`).toEqual([404, "tenant_not_found"]);
      }
    }
    for (const unknown of [["tenant"], ["tenant.id"], [["tenant", "id"]]]) {
      expect((await api.client.call("POST", "/v1/previews", { token, body: { request, unknown } })).status).toBe(422);
    }
    const vary = { tenant: [{ id: "bolt" }] };
    expect((await api.client.call("POST", "/v1/previews/matrix", { token, body: { request, vary } })).status).toBe(422);
  });

  it("a tenant's callers are told what private policies say to those they stop, and the platform's are told all", async () => {
    const body = { request: { ...request, input: { [SECRET]: 2 } } };
    const decide = async (tenant: string | null) =>
      (await api.client.call("POST", "/v1/decisions", { token: await api.key(tenant, "reader"), body })).body;
    const [tenant, platform] = [await decide("acme"), await decide(null)];
    expect(tenant.effect).toBe("deny");
    expect(tenant.reasons).toContainEqual({
      policy_id: null,
      policy_name: null,
      effect: "deny",
      message: "Ask first.",
      remedy: null,
      error: null,
    });
    expect(JSON.stringify(tenant)).not.toContain(SECRET);
    expect(platform.reasons).toContainEqual(
      expect.objectContaining({ policy_id: `${SECRET}-private`, message: "Ask first." }),
    );
    expect(platform.shadow).toEqual([{ policy_id: `${SECRET}-shadow`, effect: "deny" }]);
    // Texts are made of all that there is.
    for (const reader of ["agent", "approver", "author"]) {
      const token = await api.key("acme", "author");
      expect((await api.client.call("POST", "/v1/explanations", { token, body: { request, reader } })).status).toBe(
        403,
      );
    }
  });

  it("the platform's callers act for the tenant that they name", async () => {
    const [admin, reader] = [await api.key(null, "admin"), await api.key(null, "reader")];
    const names = async (token: string, query: string) =>
      (await api.client.call("GET", `/v1/policies?owner=own&${query}`, { token })).body.policies.map(
        ({ name }: { name: string }) => name,
      );
    expect(await names(reader, "tenant=bolt")).toEqual([SECRET]);
    const { body } = await api.client.call("POST", "/v1/policies?tenant=cove", { token: admin, body: draft });
    expect([body.policy.tenant_id, body.policy.updated_by]).toEqual([
      "cove",
      expect.stringMatching(/^key:[0-9a-f]{16}$/),
    ]);
    expect((await api.client.call("POST", "/v1/policies?tenant=cove", { token: reader, body: draft })).status).toBe(
      403,
    );
  });
});

const EVALUATION = {
  subject: { type: "user", id: "u1" },
  action: { name: "tool_call" },
  resource: { type: "tool", id: "send_mail" },
  context: { app: null, workflow: null, agent: null, run: null, input: {} },
};
