import { describe, expect, it } from "vitest";
import { PolicyEngine } from "../../entrypoints/node.js";
import type { Grant } from "../../types/generated/Grant.js";
import { factsFor, hostOf, limited, on, open, type Session, session, stopOf } from "./host.fixture.js";
import type { ApprovalClaim, ApprovalQuery, Approvals, CallPausedError } from "./index.js";

const call = (input: unknown = {}, context: Session = session) => ({ input, context });
const gated = [open, on("send", "require_approval")];

/** A host that keeps what people have approved, by the digest of the call. */
class Kept implements Approvals {
  readonly #states = new Map<string, { grants: Grant[]; state: "approved" | "claimed" | "started" | string }>();
  readonly asked: ApprovalQuery[] = [];

  /** What people do with a call that was paused. */
  approve({ requestDigest, mode, decision }: CallPausedError): void {
    const grants = decision.approvals.map(({ policy_id, policy_digest }) => {
      return { policy_id, policy_digest, request_digest: requestDigest, mode };
    });
    this.#states.set(requestDigest, { grants, state: "approved" });
  }

  get states(): string[] {
    return [...this.#states.values()].map(({ state }) => state);
  }

  async claim(query: ApprovalQuery): Promise<ApprovalClaim | undefined> {
    this.asked.push(query);
    const kept = this.#states.get(query.requestDigest);
    if (kept?.state !== "approved") return undefined;
    kept.state = "claimed";
    const become = (from: string, to: string) => async () => {
      if (kept.state !== from) throw new Error(`it is ${kept.state}`);
      kept.state = to;
    };
    return {
      grants: kept.grants,
      start: become("claimed", "started"),
      end: (outcome) => become("started", outcome)(),
      release: become("claimed", "approved"),
    };
  }
}

function kept(policies = gated, options: Parameters<typeof hostOf>[1] = {}) {
  const approvals = new Kept();
  return { approvals, ...hostOf(policies, { approvals, ...options }) };
}

describe("a call that people must approve", () => {
  it("goes ahead once after they have, and pauses again", async () => {
    const { enforcer, approvals, calls, troubles } = kept();
    const send = () => enforcer.toolCall("send", { ...call({ to: "bob" }), callId: "c1" }, ({ input }) => input);
    const paused = (await stopOf(send())) as CallPausedError;
    expect(paused).toMatchObject({ code: "approval_required" });
    expect(approvals.asked).toMatchObject([
      {
        call: { action: "tool_call", id: "send", run_id: "r1", call_id: "c1" },
        request: { input: { to: "bob" } },
        requestDigest: paused.requestDigest,
        mode: "auto",
        approvals: [{ policy_id: "require_approval-send", approvers: { roles: ["lead"] } }],
      },
    ]);
    approvals.approve(paused);
    expect(await send()).toEqual({ to: "bob" });
    expect(approvals.states).toEqual(["returned"]);
    expect(calls.at(-1)).toMatchObject({ outcome: "returned", decision: { effect: "allow" }, stop: null });
    expect(await stopOf(send())).toMatchObject({ code: "approval_required" });
    expect(troubles).toEqual([]);
  });

  it("is run once, however many ask at the same time", async () => {
    const { enforcer, approvals } = kept();
    const send = () => enforcer.toolCall("send", call(), () => "sent");
    approvals.approve((await stopOf(send())) as CallPausedError);
    const results = await Promise.allSettled([send(), send(), send()]);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  it("is another one with another input, whatever the host hands out", async () => {
    const released: string[] = [];
    let grants: Grant[] = [];
    const careless: Approvals = {
      claim: () => ({
        grants,
        start: () => void released.push("started"),
        end: () => undefined,
        release: () => void released.push("released"),
      }),
    };
    const { enforcer } = hostOf(gated, { approvals: careless });
    const send = (to: string) => enforcer.toolCall("send", call({ to }), () => "sent");
    const { requestDigest, mode, decision } = (await stopOf(send("bob"))) as CallPausedError;
    grants = decision.approvals.map(({ policy_id, policy_digest }) => {
      return { policy_id, policy_digest, request_digest: requestDigest, mode };
    });
    expect(await stopOf(send("eve"))).toMatchObject({ code: "approval_required" });
    expect(released).toEqual(["released", "released"]);
    expect(await send("bob")).toBe("sent");
  });

  it("knows no grant that comes with the call", async () => {
    const { enforcer, approvals } = kept();
    const send = (more: object) => enforcer.toolCall("send", { ...call({ to: "bob" }), ...more }, () => "sent");
    const paused = (await stopOf(send({}))) as CallPausedError;
    const [{ policy_id, policy_digest } = { policy_id: "", policy_digest: "" }] = paused.decision.approvals;
    const grants = [{ policy_id, policy_digest, request_digest: paused.requestDigest, mode: paused.mode }];
    const context = { ...session, grants };
    expect(await stopOf(send({ grants, context }))).toMatchObject({ code: "approval_required" });
    expect(approvals.asked.every((query) => !("grants" in query))).toBe(true);
  });

  it("asks again where a policy was edited, and is denied where one now denies; the approval is kept", async () => {
    const engine = PolicyEngine.loadSync({ policies: gated });
    const { enforcer, approvals } = kept([], { decisions: engine });
    const send = () => enforcer.toolCall("send", call(), () => "sent");
    approvals.approve((await stopOf(send())) as CallPausedError);
    engine.replace(on("send", "deny") as never);
    expect(await stopOf(send())).toMatchObject({ code: "denied_by_policy" });
    engine.remove("deny-send");
    engine.replace(on("send", "require_approval", { message: "Really?" }) as never);
    expect(await stopOf(send())).toMatchObject({ code: "approval_required" });
    expect(approvals.states).toEqual(["approved"]);
    engine.replace(on("send", "require_approval") as never);
    expect(await send()).toBe("sent");
  });

  it("keeps its approval where a limit has no room, and spends it where the work throws", async () => {
    const { enforcer, approvals } = kept([...gated, limited({ meter: "tool_calls", per: ["user"], max: 1 })]);
    const send = (work: () => unknown) => enforcer.toolCall("send", call(), work);
    approvals.approve((await stopOf(send(() => 1))) as CallPausedError);
    const ended = await enforcer.toolCall("other", call(), () => send(() => 1).catch((error) => error));
    expect(ended).toMatchObject({ code: "limit_exceeded" });
    expect(approvals.states).toEqual(["approved"]);
    const again = kept();
    const failing = () =>
      again.enforcer.toolCall("send", call(), () => {
        throw new Error("the mail server is down");
      });
    again.approvals.approve((await stopOf(failing())) as CallPausedError);
    expect(await stopOf(failing())).toMatchObject({ message: "the mail server is down" });
    expect(again.approvals.states).toEqual(["threw"]);
  });

  it("is not asked about in shadow", async () => {
    const { enforcer, approvals, calls } = kept(gated, { enforcement: "shadow" });
    expect(await enforcer.toolCall("send", call(), () => "sent")).toBe("sent");
    expect(approvals.asked).toEqual([]);
    expect(calls).toMatchObject([{ stop: { code: "approval_required" } }]);
  });
});

describe("approvals that fail", () => {
  const nothing = { grants: [], end: () => undefined };

  it("deny: what can't be claimed, what takes too long, what can't be started", async () => {
    const claims: Approvals["claim"][] = [
      () => {
        throw new Error("no");
      },
      () => Promise.reject(new Error("no")),
      () => new Promise(() => undefined),
    ];
    for (const claim of claims) {
      const { enforcer } = hostOf(gated, { approvals: { claim }, approvalsTimeoutMs: 20 });
      expect(await stopOf(enforcer.toolCall("send", call(), () => "sent"))).toMatchObject({
        code: "approvals_unavailable",
        retryable: true,
        cause: expect.any(Error),
      });
    }
  });

  it("that can't be started run nothing, and hold no limit", async () => {
    const limit = limited({ meter: "tool_calls", per: ["user"], max: 1 });
    const first = kept([...gated, limit]);
    const send = (enforcer = first.enforcer) => enforcer.toolCall("send", call(), () => "sent");
    first.approvals.approve((await stopOf(send())) as CallPausedError);
    const said: string[] = [];
    const { enforcer } = hostOf([...gated, limit], {
      approvals: {
        async claim(query) {
          const claim = (await first.approvals.claim(query)) as ApprovalClaim;
          const start = () => Promise.reject(new Error("the database is gone"));
          return { ...claim, start, end: () => void said.push("end"), release: () => void said.push("release") };
        },
      },
    });
    expect(await stopOf(send(enforcer))).toMatchObject({ code: "approvals_unavailable" });
    // Whether it was kept that it is started, nobody knows: it is not given back.
    expect(said).toEqual([]);
    expect(await enforcer.toolCall("other", call(), () => 1)).toBe(1);
  });

  it("that come too late are given back, and what fails after the call is told", async () => {
    let released = 0;
    let give: ((claim: ApprovalClaim) => void) | undefined;
    const claim = () =>
      new Promise<ApprovalClaim>((done) => {
        give = done;
      });
    const { enforcer, troubles } = hostOf(gated, { approvals: { claim }, approvalsTimeoutMs: 20 });
    await stopOf(enforcer.toolCall("send", call(), () => "sent"));
    give?.({ ...nothing, start: () => undefined, release: () => Promise.reject(new Error(`no ${++released}`)) });
    await new Promise((done) => setTimeout(done, 0));
    expect(released).toBe(1);
    expect(troubles).toMatchObject([{ code: "late_claim" }, { code: "claim_failed", error: { message: "no 1" } }]);
  });

  it("have no digest to ask about where the input has none", async () => {
    const { enforcer, approvals } = kept();
    expect(await stopOf(enforcer.toolCall("send", call({ n: 2 ** 60 }), () => 1))).toMatchObject({
      code: "not_digestible",
    });
    expect(approvals.asked).toEqual([]);
  });
});

describe("a node of a workflow", () => {
  it("makes its own call by the approval that it has, once", async () => {
    const { enforcer, approvals } = kept();
    const ran: string[] = [];
    const send = (input: object) => enforcer.toolCall("send", call(input), () => void ran.push("sent"));
    const node = (work: () => Promise<unknown>) =>
      enforcer.node({ action: "tool_call", id: "send" }, call({ to: "bob" }), work);
    const paused = (await stopOf(node(() => send({ to: "bob" })))) as CallPausedError;
    approvals.approve(paused);
    expect(await stopOf(node(() => send({ to: "eve" })))).toMatchObject({ code: "approval_required" });
    expect(approvals.states).toEqual(["threw"]);
    approvals.approve(paused);
    const twice = node(async () => {
      await send({ to: "bob" });
      await send({ to: "bob" });
    });
    expect(await stopOf(twice)).toMatchObject({ code: "approval_required" });
    expect(ran).toEqual(["sent"]);
  });
});

describe("a step that ends while a call in it is on its way", () => {
  it("begins nothing more; an approval that was not started is there for the next", async () => {
    const late = { facts: async (query: Parameters<typeof factsFor>[0]) => factsFor(query) };
    const { enforcer, approvals } = kept([...gated, on("write", "deny")], { facts: late });
    const send = () => enforcer.toolCall("send", call(), () => "sent");
    approvals.approve((await stopOf(send())) as CallPausedError);
    const step = enforcer.agentStep("helper", call(), async () => {
      const both = await Promise.allSettled([enforcer.toolCall("write", call(), () => 1), send()]);
      return both.map(({ status }) => status);
    });
    expect(await stopOf(step)).toMatchObject({ code: "denied_by_policy" });
    expect(approvals.states).toEqual(["approved"]);
    expect(await send()).toBe("sent");
  });
});
