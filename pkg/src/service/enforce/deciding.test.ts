// When a call is decided, and by what: told before its work, on facts as they were, by policies as they are.
import { describe, expect, it } from "vitest";
import { PolicyEngine } from "../../entrypoints/node.js";
import type { Limiter } from "../../limits/port.js";
import { callObserver } from "../../log/adapters.js";
import type { Sealed } from "../../log/entry.js";
import { DecisionLog } from "../../log/log.js";
import type { Policy } from "../../types/generated/Policy.js";
import { factsFor, hostOf, limited, on, open, type Session, session, stopOf } from "./host.fixture.js";
import type { Approvals, CallPausedError, DecisionPoint, DecisionReport, Facts, FactsQuery } from "./index.js";

const call = (input: unknown = {}, context: Session = session) => ({ input, context });
const perUser = limited({ meter: "tool_calls", per: ["user"], max: 9 }, { actions: ["tool_call"] });

function logged(request: object | undefined = { omit: [] }) {
  const entries: Record<string, unknown>[] = [];
  const sink = {
    write: async (batch: readonly Sealed[]) => void entries.push(...batch.map(({ text }) => JSON.parse(text))),
  };
  const log = new DecisionLog({ sink, ...(request && { request }) });
  const decisions = async () => {
    await log.flush();
    return entries.filter(({ kind }) => kind === "decision");
  };
  return { log, decisions, observer: callObserver(log) };
}

/** Something that is waited for, which a test may let go on. */
function gate() {
  let open = () => {};
  let reached = () => {};
  const opened = new Promise<void>((done) => {
    open = done;
  });
  const arrival = new Promise<void>((done) => {
    reached = done;
  });
  const pass = () => {
    reached();
    return opened;
  };
  return { pass, arrival, open: () => open() };
}

describe("a call that may be made", () => {
  it("is in the log before its work ends, which it may never", async () => {
    const { decisions, observer } = logged();
    const { enforcer } = hostOf([open], { observer });
    const before = Date.now();
    void enforcer.toolCall("send", call(), () => new Promise(() => undefined));
    const entries = await decisions();
    expect(entries).toMatchObject([{ effect: "allow", code: "allowed", tool: "send", latency_us: expect.any(Number) }]);
    expect(entries[0]?.["time"]).toBeGreaterThanOrEqual(before);
  });

  it("is told to observers twice: as it is decided, and how it ended", async () => {
    const told: [string, DecisionReport][] = [];
    const observer = {
      onDecision: (report: DecisionReport) => told.push(["decided", report]),
      onCall: (report: DecisionReport) => told.push(["ended", report]),
    };
    const { enforcer } = hostOf([open, on("mail", "deny")], { observer });
    await enforcer.toolCall("send", call(), () => expect(told.map(([when]) => when)).toEqual(["decided"]));
    await stopOf(enforcer.toolCall("mail", call(), () => expect.unreachable()));
    expect(told.map(([when, { call }]) => [when, call.id])).toEqual([
      ["decided", "send"],
      ["ended", "send"],
      ["decided", "mail"],
      ["ended", "mail"],
    ]);
    expect(told[0]?.[1]).toMatchObject({ decision: { effect: "allow" }, stop: null, mode: "auto" });
    expect(told[0]?.[1]).not.toHaveProperty("outcome");
    expect(told[1]?.[1]).toMatchObject({ outcome: "returned" });
    expect(told[2]?.[1]).toMatchObject({ stop: { code: "denied_by_policy" }, mode: null });
  });

  it("is in the log once, also where a host hands on nothing but its end", async () => {
    for (const only of [false, true]) {
      const { decisions, observer } = logged();
      const { onCall } = observer;
      const { enforcer } = hostOf([open, on("mail", "deny")], { observer: only ? { onCall } : observer });
      await enforcer.toolCall("send", call(), () => 1);
      await stopOf(enforcer.toolCall("mail", call(), () => 1));
      expect((await decisions()).map(({ tool, effect }) => [tool, effect])).toEqual([
        ["send", "allow"],
        ["mail", "deny"],
      ]);
    }
  });

  it("is begun in the turn in which it was decided, where nobody must be waited for", () => {
    const { enforcer } = hostOf([open]);
    let begun = false;
    void enforcer.toolCall("send", call(), () => {
      begun = true;
    });
    expect(begun).toBe(true);
  });
});

describe("facts that a host changes", () => {
  /** Live objects, as a host's cache holds them. */
  function live() {
    const user = { id: "ann", roles: ["support"] };
    const run = { id: "r1", root_id: "r1", mode: "auto" as const };
    const facts = (query: FactsQuery<Session>): Facts => ({ ...factsFor(query), user, run });
    return { user, run, facts: { facts } };
  }

  it("after the call was decided are logged as they were", async () => {
    const { decisions, observer } = logged();
    const { user, facts } = live();
    const { enforcer } = hostOf([open], { observer, facts });
    const made = enforcer.toolCall("send", call(), async () => {
      user.roles.push("admin");
    });
    user.id = "eve";
    await made;
    expect(await decisions()).toMatchObject([{ user: "ann", request: { user: { id: "ann", roles: ["support"] } } }]);
  });

  it("while a limit is counted are decided, claimed and logged as they were", async () => {
    const { decisions, observer } = logged();
    const { user, run, facts } = live();
    const { pass, arrival, open: go } = gate();
    const limiter: Limiter = {
      async reserve() {
        await pass();
        return { granted: true, settle: () => undefined, release: () => undefined };
      },
    };
    const { enforcer } = hostOf([open, perUser], { observer, facts, limiter });
    const made = enforcer.toolCall("send", call(), () => "sent");
    await arrival;
    user.id = "eve";
    run.id = "r2";
    go();
    expect(await made).toBe("sent");
    expect(await decisions()).toMatchObject([{ user: "ann", run: "r1", request: { user: { id: "ann" } } }]);
  });

  it("while people's approval is looked for are decided as they were", async () => {
    const { user, facts } = live();
    let started = 0;
    const approvals: Approvals = {
      async claim({ approvals: asked, requestDigest, mode }) {
        user.id = "eve";
        const grants = asked.map(({ policy_id, policy_digest }) => {
          return { policy_id, policy_digest, request_digest: requestDigest, mode };
        });
        return { grants, start: () => void started++, end: () => undefined, release: () => undefined };
      },
    };
    const { enforcer, calls } = hostOf([open, on("send", "require_approval")], { facts, approvals });
    expect(await enforcer.toolCall("send", call(), () => "sent")).toBe("sent");
    expect(calls).toMatchObject([{ request: { user: { id: "ann" } }, decision: { code: "allowed" } }]);
    expect(started).toBe(1);
  });
});

describe("policies that change while somebody is waited for", () => {
  const closed = on("send", "deny");

  /** An engine as it is, and one that says when it has become another, as a service does. */
  const POINTS: [string, (engine: PolicyEngine) => { decisions: DecisionPoint; change: (by: () => void) => void }][] = [
    ["an engine", (engine) => ({ decisions: engine, change: (by) => by() })],
    [
      "a service",
      (engine) => {
        let version = 0;
        const decisions: DecisionPoint = {
          decide: (request, options) => engine.decide(request, options),
          explain: (request, options) => engine.explain(request, options),
          requestDigest: (request) => engine.requestDigest(request),
          get version() {
            return version;
          },
        };
        const change = (by: () => void) => {
          by();
          version++;
        };
        return { decisions, change };
      },
    ],
  ];

  function host(policies: readonly Policy[], point: (typeof POINTS)[number][1]) {
    const engine = PolicyEngine.loadSync({ policies });
    const { decisions, change } = point(engine);
    const ended: string[] = [];
    const held = gate();
    let reservations = 0;
    const limiter: Limiter = {
      async reserve({ claims }) {
        reservations++;
        await held.pass();
        ended.push(`reserved ${claims.map(({ limit }) => limit.max)}`);
        return { granted: true, settle: () => void ended.push("settled"), release: () => void ended.push("released") };
      },
    };
    return { ...hostOf([], { decisions, limiter }), engine, change, ended, held, reservations: () => reservations };
  }

  describe.each(POINTS)("of %s", (_, point) => {
    it("deny a call whose limits are being counted, and give them back", async () => {
      const { enforcer, engine, change, ended, held, calls } = host([open, perUser], point);
      const made = stopOf(enforcer.toolCall("send", call(), () => expect.unreachable()));
      await held.arrival;
      change(() => engine.replace(closed as never));
      held.open();
      expect(await made).toMatchObject({
        code: "denied_by_policy",
        decision: {
          effect: "deny",
          reasons: expect.arrayContaining([expect.objectContaining({ policy_id: closed.id })]),
        },
      });
      expect(ended).toEqual(["reserved 9", "released"]);
      expect(calls).toMatchObject([{ outcome: "denied", decision: { effect: "deny" } }]);
    });

    it("have it counted anew where its limits are others", async () => {
      const { enforcer, engine, change, ended, held } = host([open, perUser], point);
      const made = enforcer.toolCall("send", call(), () => "sent");
      await held.arrival;
      const tighter = limited({ meter: "tool_calls", per: ["user"], max: 3 }, { actions: ["tool_call"] });
      change(() => engine.replace(tighter as never));
      held.open();
      expect(await made).toBe("sent");
      expect(ended).toEqual(["reserved 9", "released", "reserved 3", "settled"]);
    });

    it("leave it as it is where they change nothing for it", async () => {
      const { enforcer, engine, change, ended, held } = host([open, perUser], point);
      const made = enforcer.toolCall("send", call(), () => "sent");
      await held.arrival;
      const theirs = { ...closed, scope: "global", tenant_id: "other", rule_expr: {} };
      change(() => engine.replace(theirs as never));
      held.open();
      expect(await made).toBe("sent");
      expect(ended).toEqual(["reserved 9", "settled"]);
    });

    it("deny a call whose approval is being started: it is spent, and nothing is done", async () => {
      const gated = [open, on("send", "require_approval")];
      const engine = PolicyEngine.loadSync({ policies: gated });
      const { decisions, change } = point(engine);
      const said: string[] = [];
      const approvals: Approvals = {
        claim: ({ approvals: asked, requestDigest, mode }) => ({
          grants: asked.map(({ policy_id, policy_digest }) => {
            return { policy_id, policy_digest, request_digest: requestDigest, mode };
          }),
          async start() {
            said.push("started");
            change(() => engine.replace(closed as never));
          },
          end: (outcome) => void said.push(outcome),
          release: () => void said.push("released"),
        }),
      };
      const { enforcer } = hostOf([], { decisions, approvals });
      const stop = await stopOf(enforcer.toolCall("send", call(), () => expect.unreachable()));
      expect(stop).toMatchObject({ code: "denied_by_policy" });
      expect(said).toEqual(["started", "threw"]);
    });

    it("deny a call whose approval is being looked for, and keep the approval", async () => {
      const engine = PolicyEngine.loadSync({ policies: [open, on("send", "require_approval")] });
      const { decisions, change } = point(engine);
      const said: string[] = [];
      const approvals: Approvals = {
        async claim({ approvals: asked, requestDigest, mode }) {
          change(() => engine.replace(closed as never));
          return {
            grants: asked.map(({ policy_id, policy_digest }) => {
              return { policy_id, policy_digest, request_digest: requestDigest, mode };
            }),
            start: () => void said.push("started"),
            end: (outcome) => void said.push(outcome),
            release: () => void said.push("released"),
          };
        },
      };
      const { enforcer } = hostOf([], { decisions, approvals });
      expect(await stopOf(enforcer.toolCall("send", call(), () => 1))).toMatchObject({ code: "denied_by_policy" });
      expect(said).toEqual(["released"]);
    });
  });

  it("deny a call where they never stop", async () => {
    const engine = PolicyEngine.loadSync({ policies: [open, perUser] });
    let max = 9;
    let open_ = 0;
    const limiter: Limiter = {
      async reserve() {
        open_++;
        max++;
        engine.replace(limited({ meter: "tool_calls", per: ["user"], max }, { actions: ["tool_call"] }) as never);
        return { granted: true, settle: () => void open_--, release: () => void open_-- };
      },
    };
    const { enforcer } = hostOf([], { decisions: engine, limiter });
    const stop = (await stopOf(enforcer.toolCall("send", call(), () => expect.unreachable()))) as CallPausedError;
    expect(stop).toMatchObject({ code: "engine_failure", retryable: true });
    expect([open_, max]).toEqual([0, 13]);
  });
});
