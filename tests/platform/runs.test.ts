// What policies read of runs and apps, what is kept of a run, and models that stream.
import { streamText } from "ai";
import { PolicyDeniedError } from "portcullis";
import { describe, expect, it } from "vitest";
import { Runs } from "./app/entities.js";
import { startPlatform } from "./host.js";

const platform = await startPlatform();
const { send, run, script, models, reports } = platform;
const read = { question: "orders of carol" };

describe("a run", () => {
  it("of a workflow keeps its steps, and why one was stopped", async () => {
    const node = (id: string, input: object) => ({ action: "tool_call", id, input });
    const nodes = [
      node("natural_language_db_read", read),
      node("natural_language_db_write", { question: "delete all orders", confirm: true }),
      node("natural_language_db_read", read),
    ];
    expect(await send("ann", "PUT", "/workflows/cleaning", { nodes })).toMatchObject({ status: 200 });
    expect(await send("ann", "POST", "/workflows/cleaning/runs", {})).toMatchObject({ status: 403 });
    const [stopped] = await platform.db.getRepository(Runs).findBy({ workflow_id: "cleaning" });
    const { body } = await send("ann", "GET", `/runs/${stopped?.id}/steps`);
    expect(body).toMatchObject([
      { number: 1, action: "tool_call", target: "natural_language_db_read", status: "done", code: null },
      { number: 2, target: "natural_language_db_write", status: "stopped", code: "approval_required" },
    ]);
    expect(body).toHaveLength(2);
    expect((await send("bob", "GET", `/runs/${stopped?.id}/steps`)).status).toBe(404);
  });

  it("calls no more tools than a policy on its usage lets it", async () => {
    const path = await run("ann");
    const id = path.split("/").at(-1) as string;
    const call = () => send("ann", "POST", `${path}/tools/natural_language_db_read`, read);
    await platform.db.getRepository(Runs).update({ id }, { tool_calls: 19 });
    expect(await call()).toMatchObject({ status: 200 });
    expect(await call()).toMatchObject({ status: 403, body: { code: "denied_by_policy" } });
    expect(reports.at(-1)?.request).toMatchObject({ usage: { tool_calls: 20 } });
    expect(reports.at(-1)?.decision?.reasons).toContainEqual(expect.objectContaining({ policy_id: "calls-in-all" }));
  });

  it("does what the scopes of its app allow", async () => {
    const { body: opened } = await send("ann", "POST", "/runs", { app: "kiosk" });
    const path = `/runs/${opened.id}/tools`;
    expect(await send("ann", "POST", `${path}/natural_language_db_read`, read)).toMatchObject({ status: 200 });
    const fetched = await send("ann", "POST", `${path}/http_request`, { url: "http://localhost:9/" });
    expect(fetched).toMatchObject({ status: 403, body: { code: "denied_by_policy" } });
    expect(fetched.body.detail).toContain("This app was not given the network.");
    expect(reports.at(-1)?.request).toMatchObject({ app: { id: "kiosk", scopes: ["orders"] } });
  });
});

describe("a model that streams", () => {
  /** Streams as a library does; answers what came, and what went wrong. */
  async function streamed(who: string, userId: string, path?: string) {
    const runId = (path ?? (await run(who))).split("/").at(-1) as string;
    const session = { tenantId: "acme", userId, runId, agentId: null };
    const errors: unknown[] = [];
    const { textStream } = streamText({
      model: platform.router.modelFor("small", session),
      prompt: "say it",
      onError: ({ error }) => void errors.push(error),
    });
    let text = "";
    for await (const part of textStream) text += part;
    return { text, errors };
  }
  script("say it", { text: "so it is said" });

  it("is enforced to the end of its stream", async () => {
    const before = reports.length;
    expect(await streamed("ann", "ann")).toEqual({ text: "so it is said", errors: [] });
    await expect
      .poll(() => reports.slice(before))
      .toMatchObject([{ call: { action: "llm_call" }, outcome: "returned" }]);
  });

  it("is never reached by a call that is denied", async () => {
    const before = models.asked.length;
    const { text, errors } = await streamed("guest", "gus");
    expect([text, errors, models.asked.length]).toEqual(["", [expect.any(PolicyDeniedError)], before]);
    expect(reports.at(-1)).toMatchObject({ call: { action: "llm_call", id: "small" }, outcome: "denied" });
  });

  it("counts against the limit of its run", async () => {
    const path = await run("ann");
    for (let i = 0; i < 4; i++) expect((await streamed("ann", "ann", path)).errors).toEqual([]);
    const before = models.asked.length;
    const { errors } = await streamed("ann", "ann", path);
    expect(errors).toMatchObject([{ code: "limit_exceeded" }]);
    expect(models.asked.length).toBe(before);
  });
});
