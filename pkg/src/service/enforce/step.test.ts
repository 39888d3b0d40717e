import { describe, expect, it } from "vitest";
import type { Session } from "./host.fixture.js";
import { factsFor, hostOf, limited, on, open, session, stopOf } from "./host.fixture.js";
import { CallDeniedError, type Enforcer, Step } from "./index.js";

const call = (input: object = {}, more: object = {}) => ({ input, context: session, ...more });
const policies = [
  open,
  on("send", "deny", { when: { field: "input.to", eq: "eve" } }),
  on("write", "require_approval"),
];

/** As agent libraries do: what a tool throws becomes text for the model. */
async function swallowing(tool: () => Promise<unknown>): Promise<unknown> {
  try {
    return await tool();
  } catch (error) {
    return `error: ${(error as Error).message}`;
  }
}

const send = (enforcer: Enforcer<Session>, to: string, work: () => unknown = () => "sent") =>
  swallowing(() => enforcer.toolCall("send", call({ to }), work));

describe("a step whose calls are stopped", () => {
  it("fails with the first denial, though the library swallowed it", async () => {
    const { enforcer, steps } = hostOf(policies);
    const told: unknown[] = [];
    const stop = await stopOf(
      enforcer.agentStep("helper", call(), async () => {
        told.push(await send(enforcer, "bob"), await send(enforcer, "eve"));
        return "all done";
      }),
    );
    expect(told).toEqual(["sent", expect.stringMatching(/^error: Denied by policy\./)]);
    expect(stop).toMatchObject({ code: "denied_by_policy", retryable: false, call: { id: "send" } });
    expect(steps).toMatchObject([
      { outcome: "ended", denials: [stop], call: { action: "agent_step", id: "helper", run_id: "r1" } },
    ]);
  });

  it("fails with it where the library throws something else on its way", async () => {
    const { enforcer, steps } = hostOf(policies);
    const error = new Error("the library gave up");
    const stop = await stopOf(
      enforcer.agentStep("helper", call(), async () => {
        await send(enforcer, "eve");
        throw error;
      }),
    );
    expect(stop).toMatchObject({ code: "denied_by_policy" });
    expect(steps).toMatchObject([{ outcome: "ended", error }]);
  });

  // What is expected within a step that ends is told outside of it: a failure there would be taken for the library's.
  it("begins nothing more once it has ended, and aborts its signal", async () => {
    const { enforcer } = hostOf(policies);
    let ran = 0;
    const seen: unknown[] = [];
    const stop = await stopOf(
      enforcer.agentStep("helper", call(), async ({ step }) => {
        seen.push(step.signal.aborted);
        await send(enforcer, "eve");
        seen.push(step.signal.aborted, step.signal.reason);
        await send(enforcer, "bob", () => ran++);
        await swallowing(() => enforcer.llmCall("small", call(), () => ran++));
        await swallowing(() => enforcer.agentStep("other", call(), () => ran++));
      }),
    );
    expect(seen).toEqual([false, true, stop]);
    expect(ran).toBe(0);
  });

  it("has a signal that is aborted where it is first asked for after the end", async () => {
    const { enforcer } = hostOf(policies);
    let signal: AbortSignal | undefined;
    const stop = await stopOf(
      enforcer.agentStep("helper", call(), async ({ step }) => {
        await send(enforcer, "eve");
        signal = step.signal;
      }),
    );
    expect(signal).toMatchObject({ aborted: true, reason: stop });
  });

  it("begins nothing that was being decided when it ended, and gives its limits back", async () => {
    let release: (() => void) | undefined;
    const gate = new Promise<void>((open) => {
      release = open;
    });
    const ended: string[] = [];
    const limiter = {
      async reserve() {
        await gate;
        return {
          granted: true as const,
          settle: () => void ended.push("settle"),
          release: () => void ended.push("release"),
        };
      },
    };
    const limit = limited({ meter: "tool_calls", per: ["user"], max: 1 }, { actions: ["tool_call"] });
    const { enforcer } = hostOf([...policies, limit], { limiter });
    let told: unknown;
    let ran = 0;
    const stop = await stopOf(
      enforcer.agentStep("helper", call(), async () => {
        const slow = send(enforcer, "bob", () => ran++);
        await send(enforcer, "eve");
        release?.();
        told = await slow;
      }),
    );
    expect(stop).toMatchObject({ code: "denied_by_policy" });
    expect(told).toMatch(/^error: Denied by policy/);
    expect(ran).toBe(0);
    expect(ended).toEqual(["release"]);
  });

  it("goes on where the host chooses so, with the denials at hand", async () => {
    const { enforcer, steps } = hostOf(policies, { onDenial: "continue" });
    const result = { text: "done" };
    let seen: readonly unknown[] = [];
    const returned = await enforcer.agentStep("helper", call(), async ({ step }) => {
      await send(enforcer, "eve");
      await swallowing(() => enforcer.toolCall("write", call(), () => 1));
      expect(await send(enforcer, "bob")).toBe("sent");
      seen = step.denials;
      return result;
    });
    expect(returned).toBe(result);
    expect(seen).toMatchObject([
      { code: "denied_by_policy", retryable: false },
      { code: "approval_required", retryable: false },
    ]);
    expect(steps).toMatchObject([{ outcome: "returned", denials: seen }]);
  });

  it("may choose otherwise than its enforcer", async () => {
    const { enforcer } = hostOf(policies);
    const going = enforcer.agentStep("helper", call({}, { onDenial: "continue" }), () => send(enforcer, "eve"));
    expect(await going).toMatch(/^error: Denied/);
  });
});

describe("a call that was stopped in a step", () => {
  it("is not decided again there, and never run by a helper that repeats it", async () => {
    let asked = 0;
    const facts = {
      facts(query: Parameters<typeof factsFor>[0]) {
        asked++;
        return factsFor(query);
      },
    };
    const { enforcer, calls } = hostOf(policies, { onDenial: "continue", facts });
    await enforcer.agentStep("helper", call(), async ({ step }) => {
      for (let attempt = 0; attempt < 5; attempt++) await send(enforcer, "eve", () => expect.unreachable());
      await swallowing(() => enforcer.toolCall("send", call({ to: "eve" }), () => expect.unreachable()));
      expect(step.denials).toHaveLength(1);
      expect(step.denials[0]?.retryable).toBe(false);
    });
    expect(asked).toBe(2);
    expect(calls.filter(({ repeated }) => repeated)).toHaveLength(5);
  });

  it("is known whatever the order of its members", async () => {
    const { enforcer } = hostOf(
      [open, limited({ meter: "tool_calls", per: ["user"], max: 0 }, { actions: ["tool_call"] })],
      { onDenial: "continue" },
    );
    const stops = await enforcer.agentStep("helper", call(), async () => [
      await stopOf(enforcer.toolCall("send", call({ a: 1, b: 2 }), () => 1)),
      await stopOf(enforcer.toolCall("send", call({ b: 2, a: 1 }), () => 1)),
      await stopOf(enforcer.toolCall("send", call({ b: 2, a: "1" }), () => 1)),
      await stopOf(enforcer.toolCall("write", call({ a: 1, b: 2 }), () => 1)),
      await enforcer.llmCall("send", call({ a: 1, b: 2 }), () => "another action"),
    ]);
    expect(stops[1]).toBe(stops[0]);
    expect(new Set(stops).size).toBe(4);
    expect(stops[4]).toBe("another action");
    expect(stops[0]).toMatchObject({ code: "limit_exceeded", retryable: false });
  });

  it("stays stopped there though the policies changed, and is decided anew in the next", async () => {
    let closed = true;
    const facts = { facts: (query: Parameters<typeof factsFor>[0]) => ({ ...factsFor(query), closed }) };
    const deny = {
      id: "closed",
      name: "closed",
      scope: "global",
      effect: "deny",
      rule_expr: { actions: ["tool_call"], when: { field: "closed", eq: true } },
    } as never;
    const { enforcer } = hostOf([open, deny], { onDenial: "continue", facts });
    await enforcer.agentStep("helper", call(), async () => {
      await send(enforcer, "bob");
      closed = false;
      expect(await send(enforcer, "bob")).toMatch(/^error/);
      expect(await send(enforcer, "ann")).toBe("sent");
    });
    expect(await enforcer.agentStep("helper", call(), () => send(enforcer, "bob"))).toBe("sent");
  });
});

describe("steps in steps", () => {
  it("end one after the other, and each tells its own", async () => {
    const { enforcer, steps } = hostOf(policies);
    const stop = await stopOf(
      enforcer.agentStep("outer", call(), () =>
        swallowing(() =>
          enforcer.toolCall("delegate", call(), () => enforcer.agentStep("inner", call(), () => send(enforcer, "eve"))),
        ),
      ),
    );
    expect(stop).toMatchObject({ call: { id: "send" } });
    expect(steps).toMatchObject([
      { call: { id: "inner" }, outcome: "ended", denials: [stop] },
      { call: { id: "outer" }, outcome: "ended", denials: [stop] },
    ]);
  });

  it("an inner one that goes on leaves the outer one in peace", async () => {
    const { enforcer, steps } = hostOf(policies);
    const inner = () => enforcer.agentStep("inner", call({}, { onDenial: "continue" }), () => send(enforcer, "eve"));
    expect(await enforcer.agentStep("outer", call(), inner)).toMatch(/^error: Denied/);
    expect(steps).toMatchObject([{ denials: [{ code: "denied_by_policy" }] }, { denials: [], outcome: "returned" }]);
  });

  it("side by side don't mix", async () => {
    const { enforcer, steps } = hostOf(policies, { onDenial: "continue" });
    const step = (name: string, to: string) =>
      enforcer.agentStep(name, call(), async () => {
        await new Promise((done) => setImmediate(done));
        return send(enforcer, to);
      });
    await Promise.all([step("one", "bob"), step("two", "eve"), step("three", "bob")]);
    const denied = steps.filter(({ denials }) => denials.length > 0);
    expect(denied).toMatchObject([{ call: { id: "two" } }]);
  });
});

describe("work within a step", () => {
  const draft = on("write", "modify", { then: { mode: "draft" } });

  it.each<[string, (enforcer: Enforcer<Session>, inner: () => Promise<unknown>) => Promise<unknown>]>([
    ["a node", (enforcer, inner) => enforcer.node({ action: "tool_call", id: "read" }, call(), inner)],
    ["a call in draft mode", (enforcer, inner) => enforcer.toolCall("write", call({ n: 1 }), inner)],
    ["a call", (enforcer, inner) => enforcer.toolCall("read", call(), inner)],
  ])("belongs to it also where it is done by %s", async (_, around) => {
    const { enforcer, steps } = hostOf([open, draft, on("send", "deny")]);
    const stop = await stopOf(
      enforcer.agentStep("helper", call(), () => around(enforcer, () => send(enforcer, "bob"))),
    );
    expect(stop).toMatchObject({ code: "denied_by_policy", call: { id: "send" } });
    expect(steps).toMatchObject([{ outcome: "ended", denials: [stop] }]);
  });
});

describe("where the asynchronous context is lost", () => {
  it("a call may name its step, or be made as a part of it", async () => {
    const { enforcer } = hostOf(policies, { onDenial: "continue" });
    await enforcer.agentStep("helper", call(), async ({ step }) => {
      expect(Step.current).toBe(step);
      const outside = new Promise<unknown>((done) => queued.push(() => done(send(enforcer, "eve"))));
      const named = new Promise<unknown>((done) =>
        queued.push(() =>
          done(swallowing(() => enforcer.toolCall("send", call({ to: "eve", n: 1 }, { step }), () => 1))),
        ),
      );
      const inside = new Promise<unknown>((done) => queued.push(() => done(step.run(() => send(enforcer, "eve")))));
      drain();
      await Promise.all([outside, named, inside]);
      expect(step.denials.map(({ call }) => call.id)).toEqual(["send", "send"]);
    });
  });

  it("a denial after the end of its step is told as such", async () => {
    const { enforcer, troubles } = hostOf(policies);
    let late: Promise<unknown> | undefined;
    await enforcer.agentStep("helper", call(), () => {
      late = new Promise((done) => setImmediate(() => done(send(enforcer, "eve"))));
    });
    expect(await late).toMatch(/^error/);
    expect(troubles).toMatchObject([{ code: "late_denial" }]);
    expect(CallDeniedError.is(troubles[0]?.error)).toBe(true);
  });
});

/** Work that another context does: one that was there before any step. */
const queued: (() => void)[] = [];
let wake: (() => void) | undefined;
const drain = () => wake?.();
(async () => {
  for (;;) {
    await new Promise<void>((done) => {
      wake = done;
    });
    for (const work of queued.splice(0)) work();
  }
})();
