import { describe, expect, it } from "vitest";
import { type Limiter, MemoryLimiter, RefusingLimiter, type Reservation, type Reserve } from "../../limits/index.js";
import { hostOf, limited, on, open, session, stopOf } from "./host.fixture.js";
import type { CallDeniedError } from "./index.js";

const call = (more: object = {}) => ({ input: {}, context: session, ...more });
const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Grants everything, and writes down what becomes of it. */
function recording(
  reserved: (answer: Reservation, request: Reserve) => ReturnType<Limiter["reserve"]> = (answer) => answer,
) {
  const log: string[] = [];
  const limiter: Limiter = {
    reserve(request) {
      log.push(`reserve ${request.claims.map(({ amount }) => amount)}`);
      const settle = (amounts: readonly number[]) => void log.push(`settle ${amounts}`);
      const release = () => void log.push("release");
      return reserved({ granted: true, settle, release }, request);
    },
  };
  return { log, limiter };
}

const calls = { meter: "tool_calls", per: ["user"], max: 1 };
const tokens = { meter: "tokens", per: ["user"], max: 100 };

describe("the limits of a decision", () => {
  it("are reserved before the call, and settled with what it used", async () => {
    const { log, limiter } = recording();
    const { enforcer } = hostOf([open, limited(calls), { ...limited(tokens), id: "tokens" }], { limiter });
    const estimate = { tokens: 40 };
    await enforcer.toolCall("send", call({ estimate }), ({ used }) => {
      log.push("work");
      expect(used).toBeTypeOf("function");
    });
    await enforcer.toolCall("send", call({ estimate }), (permit) => permit.used({ tokens: 61, unknown: 3 }));
    expect(log).toEqual(["reserve 1,40", "work", "settle 1,40", "reserve 1,40", "settle 1,61"]);
  });

  it("are told to the limiter with the tenant, the run, the call and the time of the decision", async () => {
    let seen: Reserve | undefined;
    const { limiter } = recording((answer, request) => {
      seen = request;
      return answer;
    });
    const { enforcer, calls: reports } = hostOf([open, limited(calls)], { limiter });
    await enforcer.toolCall("send", call({ callId: "c9" }), () => 1);
    expect(seen).toMatchObject({ tenant_id: "acme", run_id: "r1", call_id: "c9", now: reports[0]?.request?.now });
    expect(seen?.claims).toMatchObject([{ amount: 1, limit: { policy_id: "limited", key: ["ann"] } }]);
  });

  it("are settled where the work throws, with what it said or what was expected", async () => {
    const { log, limiter } = recording();
    const { enforcer } = hostOf([open, limited(tokens)], { limiter });
    const failing = (used?: number) =>
      enforcer.llmCall("small", call({ estimate: { tokens: 40 } }), (permit) => {
        if (used !== undefined) permit.used({ tokens: used });
        throw new Error("no");
      });
    await stopOf(failing());
    await stopOf(failing(7));
    expect(log).toEqual(["reserve 40", "settle 40", "reserve 40", "settle 7"]);
  });

  it("take nothing where the call is denied or paused", async () => {
    const { log, limiter } = recording();
    const { enforcer } = hostOf([open, limited(calls), on("send", "deny"), on("write", "require_approval")], {
      limiter,
    });
    await stopOf(enforcer.toolCall("send", call(), () => 1));
    await stopOf(enforcer.toolCall("write", call(), () => 1));
    expect(log).toEqual([]);
  });

  it("count calls of the action that the meter is of, and the amount of a field", async () => {
    const { log, limiter } = recording();
    const field = { meter: { field: "input.amount" }, per: ["tenant"], max: 5 };
    const each = ["tool_calls", "llm_calls", "agent_steps", "runs"].map((meter) => ({ ...calls, meter }));
    const policy = limited(calls);
    const rule_expr = { then: { limits: [...each, field] } } as never;
    const { enforcer } = hostOf([open, { ...policy, rule_expr }], { limiter });
    const input = { amount: 3 };
    await enforcer.toolCall("send", call({ input }), () => 1);
    await enforcer.llmCall("small", call({ input }), () => 1);
    await enforcer.agentStep("helper", call({ input }), () => 1);
    await enforcer.runStart("triage", call({ input }), (permit) => permit.used({ runs: 9 }));
    expect(log.filter((line) => line.startsWith("reserve"))).toEqual([
      "reserve 1,0,0,0,3",
      "reserve 0,1,0,0,3",
      "reserve 0,0,1,0,3",
      "reserve 0,0,0,1,3",
    ]);
    expect(log.at(-1)).toBe("settle 0,0,0,1,3");
  });

  it("deny where nothing says how much the call takes", async () => {
    const { log, limiter } = recording();
    const { enforcer } = hostOf([open, limited(tokens)], { limiter });
    for (const estimate of [undefined, {}, { tokens: -1 }, { tokens: 0.5 }, { tokens: Number.NaN }]) {
      const stop = await stopOf(enforcer.llmCall("small", call({ estimate }), () => expect.unreachable()));
      expect(stop).toMatchObject({ code: "estimate_missing", remedy: expect.stringContaining("`tokens`") });
    }
    expect(log).toEqual([]);
  });
});

describe("a limit that has no room", () => {
  it("denies, and says to the host what is spent and when to ask again", async () => {
    const rate = { ...calls, kind: "rate", window: "1m", max: 4_321, burst: 1 };
    const { enforcer } = hostOf([open, limited(rate)]);
    await enforcer.toolCall("send", call(), () => 1);
    const stop = (await stopOf(enforcer.toolCall("send", call(), () => expect.unreachable()))) as CallDeniedError;
    expect(stop).toMatchObject({
      code: "limit_exceeded",
      retryable: true,
      decision: { effect: "deny", code: "limit_exceeded" },
      limit: { limit: { policy_id: "limited", key: ["ann"] }, spent: 1, reserved: 0, retry_after_ms: 14 },
    });
    expect(JSON.stringify(stop)).not.toMatch(/4321|limited|retry_after/);
    expect(stop.message).toMatch(/^Denied: a limit is spent\./);
  });

  it("denies with each limiter that refuses", async () => {
    const { enforcer } = hostOf([open, limited({ ...calls, max: 9 })], { limiter: new RefusingLimiter() });
    expect(await stopOf(enforcer.toolCall("send", call(), () => 1))).toMatchObject({ code: "limit_exceeded" });
  });

  it("never lets more calls run at a time than it says", async () => {
    const { enforcer } = hostOf([open, limited({ ...calls, kind: "concurrent", max: 3 })]);
    let running = 0;
    let most = 0;
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, () =>
        enforcer.toolCall("send", call(), async () => {
          most = Math.max(most, ++running);
          await wait(1);
          running--;
        }),
      ),
    );
    expect(most).toBe(3);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
    await enforcer.toolCall("send", call(), () => 1);
  });
});

describe("a limiter that fails", () => {
  it.each<[string, Limiter["reserve"]]>([
    [
      "throws",
      () => {
        throw new Error("no");
      },
    ],
    ["rejects", () => Promise.reject(new Error("no"))],
    ["never answers", () => new Promise(() => {})],
    ["answers nothing", () => undefined as never],
    ["answers something else", () => ({ granted: "yes" }) as never],
  ])("denies where it %s", async (_, reserve) => {
    const { enforcer } = hostOf([open, limited(calls)], { limiter: { reserve }, limiterTimeoutMs: 20 });
    const stop = await stopOf(enforcer.toolCall("send", call(), () => expect.unreachable()));
    expect(stop).toMatchObject({ code: "limiter_unavailable", retryable: true });
    expect((stop as Error).cause).toBeInstanceOf(Error);
  });

  it("denies where there is none", async () => {
    const { enforcer } = hostOf([open, limited(calls)], { limiter: undefined });
    const stop = await stopOf(enforcer.toolCall("send", call(), () => expect.unreachable()));
    expect(stop).toMatchObject({ code: "limiter_unavailable", remedy: expect.stringContaining("limiter") });
  });

  it("gets a reservation back that comes too late", async () => {
    const { log, limiter } = recording((answer) => wait(40).then(() => answer));
    const { enforcer, troubles } = hostOf([open, limited(calls)], { limiter, limiterTimeoutMs: 5 });
    expect(await stopOf(enforcer.toolCall("send", call(), () => 1))).toMatchObject({ code: "limiter_unavailable" });
    await expect.poll(() => log).toEqual(["reserve 1", "release"]);
    expect(troubles).toMatchObject([{ code: "late_reservation" }]);
  });

  it.each<[string, () => void | Promise<void>]>([
    [
      "throws",
      () => {
        throw new Error("no");
      },
    ],
    ["rejects", () => Promise.reject(new Error("no"))],
    ["never answers", () => new Promise(() => {})],
  ])("does not disturb the result where settling %s", async (_, settle) => {
    const limiter: Limiter = { reserve: () => ({ granted: true, settle, release: () => expect.unreachable() }) };
    const { enforcer, troubles } = hostOf([open, limited(calls)], { limiter, limiterTimeoutMs: 5 });
    const result = {};
    expect(await enforcer.toolCall("send", call(), () => result)).toBe(result);
    expect(troubles).toMatchObject([{ code: "settle_failed" }]);
  });

  it("stops nothing in shadow", async () => {
    const { enforcer, calls: reports } = hostOf([open, limited(calls)], {
      enforcement: "shadow",
      limiter: new MemoryLimiter(),
    });
    expect(await enforcer.toolCall("send", call(), () => 1)).toBe(1);
    expect(await enforcer.toolCall("send", call(), () => 2)).toBe(2);
    expect(reports).toMatchObject([{ stop: null }, { stop: { code: "limit_exceeded" }, outcome: "returned" }]);
  });
});

it("usage that is no amount is told, and what was expected counts", async () => {
  const { log, limiter } = recording();
  const { enforcer, troubles } = hostOf([open, limited(tokens)], { limiter });
  await enforcer.llmCall("small", call({ estimate: { tokens: 40 } }), (permit) => permit.used({ tokens: 1.5 }));
  expect(log).toEqual(["reserve 40", "settle 40"]);
  expect(troubles).toMatchObject([{ code: "usage_refused" }]);
});
