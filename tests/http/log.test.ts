// Decisions that were logged, listed over HTTP: by filters and pages, and to nobody whose they are not.
import { beforeAll, describe, expect, it } from "vitest";
import { KINDS } from "../postgres/kinds.js";
import type { Reply } from "./client.js";
import { draft, request, type World, world } from "./support.js";

const SECRET = "quokka";

describe.each(KINDS)("the decision log on %s", (_, prepare) => {
  let api: World;
  let ann: string;
  let bob: string;
  let admin: string;

  const list = (token: string, query = "") => api.client.call("GET", `/v1/decisions${query}`, { token });
  const tools = ({ body }: Reply) => body.decisions.map(({ tool }: { tool: string }) => tool);
  const decide = (token: string, more: object) =>
    api.client.call("POST", "/v1/decisions", { token, body: { request: { ...request, ...more } } });

  /** All pages, each asked for by the cursor of the one before. */
  async function pages(token: string, query: string): Promise<{ tools: string[]; cursors: string[] }> {
    const all = { tools: [] as string[], cursors: [] as string[] };
    for (let next: string | null = ""; next !== null; ) {
      const page: Reply = await list(token, `?limit=2&${query}${next && `&cursor=${next}`}`);
      all.tools.push(...tools(page));
      next = page.body.next;
      if (next !== null) all.cursors.push(next);
    }
    return all;
  }

  beforeAll(async () => {
    api = await world(await prepare());
    [admin, ann, bob] = [
      await api.key(null, "admin"),
      await api.key("acme", "reader"),
      await api.key("bolt", "reader"),
    ];
    const create = (more: object) =>
      api.client.call("POST", "/v1/policies", { token: admin, body: { ...draft, ...more } });
    const global = { scope: "global", rule_expr: {} };
    await create({ ...global, id: "open", name: "open", effect: "allow", visibility: "public" });
    await create({ id: "no-mail", visibility: "public" });
    await create({ id: SECRET, name: SECRET });
    await create({ ...global, id: `${SECRET}-shadow`, name: SECRET, enforcement: "shadow", effect: "deny" });
    await api.settled();
    for (let i = 0; i < 5; i++) {
      await decide(ann, { tool: { id: `a${i}` }, run: { id: "r2", root_id: "r2", mode: "draft" } });
      await decide(bob, {
        tenant: { id: "bolt" },
        tool: { id: `b${i}` },
        run: { id: SECRET, root_id: "r2", mode: "auto" },
      });
    }
    await decide(ann, { agent: { id: "helper" } });
    await api.log.flush();
  }, 120_000);

  it("says what was decided, for whom and by which policies", async () => {
    const [mail, last] = (await list(admin, "?tenant=acme&limit=2")).body.decisions;
    expect(mail).toMatchObject({
      time: expect.any(Number),
      tenant: "acme",
      effect: "deny",
      code: "denied_by_policy",
      mode: "auto",
      enforced: true,
      policies: ["no-mail", SECRET, "open"],
      shadow: [`${SECRET}-shadow`],
      action: "tool_call",
      agent: "helper",
      tool: "send_mail",
      request: null,
      complete: false,
    });
    expect(last).toMatchObject({ effect: "allow", tool: "a4", run: "r2", mode: "draft" });
  });

  it("lists by filters, the latest first, to the platform those of all", async () => {
    expect(tools(await list(ann, "?effect=deny"))).toEqual(["send_mail"]);
    expect(tools(await list(ann, "?run=r2"))).toEqual(["a4", "a3", "a2", "a1", "a0"]);
    expect(tools(await list(ann, "?tool=a3&code=allowed&action=tool_call"))).toEqual(["a3"]);
    expect(tools(await list(ann, "?agent=helper"))).toEqual(["send_mail"]);
    expect(tools(await list(ann, "?policy=no-mail"))).toEqual(["send_mail"]);
    const times = (await list(ann)).body.decisions.map(({ time }: { time: number }) => time);
    expect(tools(await list(ann, `?since=${times[0] + 1}`))).toEqual([]);
    expect(tools(await list(ann, `?until=${times.at(-1)}`))).toEqual([]);
    expect(tools(await list(ann, `?since=${times.at(-1)}&until=${times[0] + 1}`))).toHaveLength(6);
    expect(tools(await list(admin))).toHaveLength(11);
    expect(tools(await list(admin, "?tenant=bolt"))).toEqual(["b4", "b3", "b2", "b1", "b0"]);
    for (const query of ["effect=modify", "since=noon", "limit=0", "colour=red", "since=-1", "tool=a&tool=b"]) {
      expect((await list(ann, `?${query}`)).body, query).toMatchObject({ status: 400, code: "invalid_query" });
    }
    for (const query of ["cursor=x", "tool=%00"]) {
      expect((await list(ann, `?${query}`)).body, query).toMatchObject({ status: 422, code: "invalid_argument" });
    }
  });

  it("goes on where a page ended", async () => {
    expect((await pages(ann, "effect=allow")).tools).toEqual(["a4", "a3", "a2", "a1", "a0"]);
    expect((await pages(admin, "effect=allow")).tools.sort()).toEqual([
      "a0",
      "a1",
      "a2",
      "a3",
      "a4",
      "b0",
      "b1",
      "b2",
      "b3",
      "b4",
    ]);
  });

  it("tells a tenant nothing of others: not by filters, not by cursors, not by private policies", async () => {
    for (const query of ["", "?limit=200", `?run=${SECRET}`, "?tool=b0", `?policy=${SECRET}`, "?tenant=acme"]) {
      const { text } = await list(ann, query);
      expect(text, query).not.toMatch(/quokka|bolt|"b\d"/);
    }
    // A private policy that applied, one in shadow, and one that never was: the same answer.
    const told = async (policy: string) => (await list(ann, `?policy=${policy}`)).body;
    for (const id of [SECRET, `${SECRET}-shadow`, "nowhere"])
      expect(await told(id)).toEqual({ decisions: [], next: null });
    for (const tenant of ["bolt", "nowhere"]) {
      expect((await list(ann, `?tenant=${tenant}`)).body).toMatchObject({ status: 404, code: "tenant_not_found" });
    }
    // A cursor says no place in a chain: the distance of two would tell how much others do.
    const { cursors } = await pages(bob, "");
    const own = (await pages(ann, "")).cursors;
    for (const cursor of [...cursors, ...own]) {
      const said = Buffer.from(cursor, "base64url").toString();
      expect(said).not.toContain(api.log.writer);
      expect(said).toMatch(/^2:\d+:sha256:[0-9a-f]{64}$/);
    }
    // Another tenant's cursor is as good as its time: the same as one of an entry that never was.
    for (const cursor of cursors) {
      const [, time] = Buffer.from(cursor, "base64url").toString().split(":");
      const ghost = Buffer.from(`2:${time}:sha256:${"0".repeat(64)}`).toString("base64url");
      const [one, other] = [await list(ann, `?cursor=${cursor}`), await list(ann, `?cursor=${ghost}`)];
      expect(one.text).toBe(other.text);
      expect(one.text).not.toMatch(/quokka|bolt|"b\d"/);
    }
  });

  it("is there for those who read, and for nobody else", async () => {
    expect((await list(await api.key("acme", "approver"))).status).toBe(403);
    expect((await api.client.call("GET", "/v1/decisions")).status).toBe(401);
  });
});
