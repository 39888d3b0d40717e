// Steps by a real agent library, which swallows what tools throw: at once, and by streams.
import { generateText, stepCountIs, streamText, tool } from "ai";
import { MockLanguageModelV3, simulateReadableStream } from "ai/test";
import { type Policy, PolicyEngine } from "portcullis";
import { type CallReport, Enforcer, type EnforcerOptions, type Facts, Step } from "portcullis/service";
import { describe, expect, it } from "vitest";
import { z } from "zod";

const policies = [
  { id: "open", name: "open", scope: "global", effect: "allow", rule_expr: {} },
  {
    id: "eve",
    name: "eve",
    scope: "tool",
    effect: "deny",
    rule_expr: { target: ["send"], when: { field: "input.to", eq: "eve" }, message: "Not to her." },
  },
] as unknown as Policy[];

const facts = ({ action, id }: { action: string; id: string }): Facts => ({
  tenant: { id: "acme" },
  app: null,
  user: { id: "ann" },
  workflow: null,
  agent: action === "agent_step" ? { id } : null,
  tool: action === "tool_call" ? { id } : null,
  run: null,
});

const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
};
const calling = (to: string, n: number) => ({
  type: "tool-call" as const,
  toolCallId: `call-${n}`,
  toolName: "send",
  input: JSON.stringify({ to }),
});

/** A model that writes to each of these at once, then to each again, then says that it is done. */
function insisting(...to: string[]) {
  const seen: string[] = [];
  const turnOf = (prompt: { role: string; content: unknown }[]) => {
    const last = prompt.at(-1);
    if (last?.role === "tool") seen.push(JSON.stringify(last.content));
    return prompt.filter(({ role }) => role === "assistant").length < 2 ? to.map(calling) : null;
  };
  const model = new MockLanguageModelV3({
    doGenerate: async ({ prompt }) => {
      const calls = turnOf(prompt);
      return {
        content: calls ?? [{ type: "text", text: "done" }],
        finishReason: { unified: calls === null ? "stop" : "tool-calls", raw: undefined },
        usage,
        warnings: [],
      };
    },
    doStream: async ({ prompt }) => {
      const calls = turnOf(prompt);
      const said = [
        { type: "text-start" as const, id: "1" },
        { type: "text-delta" as const, id: "1", delta: "done" },
        { type: "text-end" as const, id: "1" },
      ];
      const finishReason = { unified: calls === null ? ("stop" as const) : ("tool-calls" as const), raw: undefined };
      return {
        stream: simulateReadableStream({ chunks: [...(calls ?? said), { type: "finish", finishReason, usage }] }),
      };
    },
  });
  return { model, seen };
}

function host(onDenial: NonNullable<EnforcerOptions["onDenial"]>) {
  const sent: string[] = [];
  const reports: CallReport[] = [];
  const enforcer = new Enforcer<null>({
    decisions: PolicyEngine.loadSync({ policies }),
    facts: { facts },
    onDenial,
    observer: { onCall: (report) => reports.push(report) },
  });
  const tools = (step?: Step) => ({
    send: tool({
      description: "writes",
      inputSchema: z.object({ to: z.string() }),
      execute: (input, { toolCallId }) =>
        enforcer.toolCall(
          "send",
          { input, context: null, callId: toolCallId, step },
          ({ input }) => void sent.push(input.to),
        ),
    }),
  });
  return { enforcer, sent, reports, tools };
}

const asked = { prompt: "write to them", stopWhen: stepCountIs(5) };
const call = { input: {}, context: null };

describe.each(["generateText", "streamText"] as const)("%s", (how) => {
  const run = async (
    model: MockLanguageModelV3,
    tools: ReturnType<ReturnType<typeof host>["tools"]>,
    abortSignal?: AbortSignal,
  ) => {
    const options = { ...asked, model, tools, ...(abortSignal === undefined ? {} : { abortSignal }) };
    if (how === "generateText") return (await generateText(options)).text;
    return await streamText({ ...options, onError: () => {} }).text;
  };

  it("goes on without the call, and the model hears why in the agent's voice", async () => {
    const { enforcer, sent, tools } = host("continue");
    const { model, seen } = insisting("bob", "eve");
    let denials: readonly unknown[] = [];
    const text = await enforcer.agentStep("helper", call, async ({ step }) => {
      const text = await run(model, tools());
      denials = step.denials;
      return text;
    });
    expect(text).toBe("done");
    expect(sent).toEqual(["bob", "bob"]);
    expect(denials).toMatchObject([{ code: "denied_by_policy", call: { call_id: "call-1" } }]);
    expect(seen).toHaveLength(2);
    for (const told of seen) expect(told).toContain("Denied by policy.\\n- Not to her.");
  });

  it("ends with the denial, and asks the model no more", async () => {
    const { enforcer, sent, tools } = host("end");
    const { model, seen } = insisting("eve", "bob");
    const ending = enforcer.agentStep("helper", call, ({ step }) => run(model, tools(), step.signal));
    await expect(ending).rejects.toMatchObject({ code: "denied_by_policy", retryable: false });
    expect(sent.filter((to) => to === "eve")).toEqual([]);
    expect(seen).toEqual([]);
  });

  it("loses no denial where the step is handed to its tools and the context is not", async () => {
    const { enforcer, sent, tools } = host("continue");
    const { model } = insisting("eve");
    let denials: readonly unknown[] = [];
    await enforcer.agentStep("helper", call, async ({ step }) => {
      // As a queue would: the library runs where no step is.
      await outside(() => run(model, tools(step)));
      denials = step.denials;
    });
    expect(sent).toEqual([]);
    expect(denials).toMatchObject([{ code: "denied_by_policy" }]);
  });
});

/** Does work in the context that was there before any step. */
const outside = ((queue) => {
  setInterval(() => {
    for (const work of queue.splice(0)) work();
  }, 1).unref();
  return <T>(work: () => Promise<T>) =>
    new Promise<T>((done, failed) => {
      queue.push(() => {
        expect(Step.current).toBeUndefined();
        work().then(done, failed);
      });
    });
})([] as (() => void)[]);
