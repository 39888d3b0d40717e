// Random hosts: programs of calls that nest, run side by side, swallow what is thrown and try again.
import { deepStrictEqual } from "node:assert";
import fc from "fast-check";
import { type Policy, PolicyEngine } from "portcullis";
import {
  type Approvals,
  CallDeniedError,
  CallPausedError,
  Enforcer,
  type Limiter,
  type OnDenial,
  type Step,
  type StopError,
} from "portcullis/service";

/** What a host does: one call, with what it does while it runs. */
export interface Act {
  readonly kind: "tool" | "model" | "step" | "node";
  readonly id: string;
  readonly amount: number;
  /** As agent libraries do. */
  readonly swallows: boolean;
  /** How often a helper tries again after it failed. */
  readonly retries: number;
  readonly throws: boolean;
  readonly onDenial: OnDenial;
  /** Whether the acts in it run side by side. */
  readonly parallel: boolean;
  readonly inner: readonly Act[];
}

export interface Plan {
  readonly acts: readonly Act[];
  /** How facts and the limiter answer, drawn on as long as they last and then again. */
  readonly facts: readonly ("now" | "later" | "fail")[];
  readonly limiter: readonly ("now" | "later" | "refuse" | "fail")[];
  /** Likewise those who keep what people have approved. */
  readonly approvals: readonly ("none" | "now" | "later" | "fail" | "unstartable")[];
  readonly enforcement: "enforce" | "shadow";
}

const { acts } = fc.letrec<{ act: Act; acts: Act[] }>((tie) => ({
  act: fc.record({
    kind: fc.constantFrom("tool" as const, "tool" as const, "model" as const, "step" as const, "node" as const),
    id: fc.constantFrom("a", "b", "c"),
    amount: fc.nat(9),
    swallows: fc.boolean(),
    retries: fc.nat(2),
    throws: fc.boolean(),
    onDenial: fc.constantFrom("end" as const, "continue" as const),
    parallel: fc.boolean(),
    inner: fc.oneof({ depthSize: "small", withCrossShrink: true }, fc.constant([]), tie("acts")),
  }),
  acts: fc.array(tie("act"), { maxLength: 4, depthIdentifier: "acts" }),
}));

export const plans: fc.Arbitrary<Plan> = fc.record({
  acts,
  facts: fc.array(fc.constantFrom("now", "now", "later", "later", "fail"), { minLength: 1, maxLength: 6 }),
  limiter: fc.array(fc.constantFrom("now", "now", "later", "later", "refuse", "fail"), { minLength: 1, maxLength: 6 }),
  approvals: fc.array(fc.constantFrom("none", "now", "later", "fail", "unstartable"), { minLength: 1, maxLength: 5 }),
  enforcement: fc.constantFrom("enforce", "enforce", "enforce", "shadow"),
});

const policies: Policy[] = [
  { id: "open", name: "open", scope: "global", effect: "allow", rule_expr: {} },
  {
    id: "large",
    name: "large",
    scope: "tool",
    effect: "deny",
    rule_expr: { target: ["a"], when: { field: "input.amount", gt: 6 } },
  },
  {
    id: "ask",
    name: "ask",
    scope: "tool",
    effect: "require_approval",
    rule_expr: { target: ["b"], when: { field: "input.amount", gt: 3 }, approval: { approvers: { roles: ["lead"] } } },
  },
  {
    id: "agents",
    name: "agents",
    scope: "agent",
    effect: "deny",
    rule_expr: { target: ["c"], when: { field: "input.amount", gt: 7 } },
  },
  {
    id: "limit",
    name: "limit",
    scope: "global",
    effect: "modify",
    rule_expr: {
      actions: ["tool_call", "llm_call"],
      then: { limits: [{ meter: "tokens", per: ["user"], max: 5 }] },
    } as Policy["rule_expr"],
  },
];
const engine = PolicyEngine.loadSync({ policies });

/** The policies, said again by hand. */
export function permitted(action: string, id: string, amount: number): boolean {
  if (action === "tool_call") return !(id === "a" && amount > 6);
  return !(action === "agent_step" && id === "c" && amount > 7);
}

/** Whether people must approve it first. */
export function gated({ action, id, amount }: { action: string; id: string; amount: number }): boolean {
  return action === "tool_call" && id === "b" && amount > 3;
}

/** What is written down of one run of a plan. */
export interface Run {
  /** Each work that was begun. */
  readonly began: { action: string; id: string; amount: number; step: Step | undefined; again: boolean }[];
  /** Each stop, with the step in which it came. */
  readonly stops: { stop: StopError; step: Step | undefined; of: string }[];
  readonly reservations: { settled: number; released: number; granted: boolean }[];
  readonly claims: { started: number; ended: number; released: number; startable: boolean }[];
  readonly steps: { step: Step; returned: boolean; threw: unknown }[];
  /** Works whose result, error or input did not come through as they were. */
  readonly altered: string[];
  readonly enforcer: Enforcer<null>;
}

const later = () => new Promise((done) => setImmediate(done));

export async function runPlan({ acts, facts, limiter, approvals, enforcement }: Plan): Promise<Run> {
  let drawn = 0;
  const draw = <T>(of: readonly T[]): T => of[drawn++ % of.length] as T;
  const reservations: Run["reservations"] = [];
  const counting: Limiter = {
    async reserve({ claims: [claim] }) {
      const how = draw(limiter);
      if (how === "later") await later();
      if (how === "fail") throw new Error("the limiter fails");
      if (how === "refuse" && claim !== undefined)
        return { granted: false, limit: claim.limit, spent: 5, reserved: 0, retry_after_ms: null };
      const held = { settled: 0, released: 0, granted: true };
      reservations.push(held);
      return { granted: true, settle: () => void held.settled++, release: () => void held.released++ };
    },
  };
  const claims: Run["claims"] = [];
  const agreeing: Approvals = {
    async claim({ approvals: asked, requestDigest, mode }) {
      const how = draw(approvals);
      if (how === "later") await later();
      if (how === "fail") throw new Error("nobody knows what people have approved");
      if (how === "none") return undefined;
      const claim = { started: 0, ended: 0, released: 0, startable: how !== "unstartable" };
      claims.push(claim);
      return {
        grants: asked.map(({ policy_id, policy_digest }) => {
          return { policy_id, policy_digest, request_digest: requestDigest, mode };
        }),
        async start() {
          await later();
          if (!claim.startable) throw new Error("it can't be started");
          claim.started++;
        },
        end: () => void claim.ended++,
        release: () => void claim.released++,
      };
    },
  };
  const enforcer = new Enforcer<null>({
    decisions: engine,
    approvals: agreeing,
    limiter: counting,
    enforcement,
    clock: () => 0,
    facts: {
      facts({ action, id }) {
        const how = draw(facts);
        if (how === "fail") throw new Error("the facts fail");
        const found = {
          tenant: { id: "acme" },
          app: null,
          user: { id: "ann" },
          workflow: null,
          agent: action === "agent_step" ? { id } : null,
          tool: action === "tool_call" ? { id } : null,
          run: { id: "r1", root_id: "r1", mode: "auto" as const },
        };
        return how === "later" ? later().then(() => found) : found;
      },
    },
  });
  const run: Run = { began: [], stops: [], reservations, claims, steps: [], altered: [], enforcer };
  await doAll(run, acts, false, undefined);
  return run;
}

async function doAll(run: Run, acts: readonly Act[], parallel: boolean, step: Step | undefined): Promise<void> {
  if (parallel) {
    const settled = await Promise.allSettled(acts.map((act) => doOne(run, act, step)));
    for (const one of settled) if (one.status === "rejected") throw one.reason;
  } else for (const act of acts) await doOne(run, act, step);
}

async function doOne(run: Run, act: Act, step: Step | undefined): Promise<void> {
  for (let left = act.retries; ; left--) {
    try {
      return await make(run, act, step);
    } catch (error) {
      if (left > 0) continue;
      if (act.swallows || step === undefined) return;
      throw error;
    }
  }
}

const ACTIONS = { tool: "tool_call", node: "tool_call", model: "llm_call", step: "agent_step" } as const;

/** Makes one call, and holds what comes through against what went in. */
async function make(run: Run, { kind, id, amount, throws, onDenial, parallel, inner }: Act, outer: Step | undefined) {
  const { enforcer } = run;
  const action = ACTIONS[kind];
  const input = { amount, nested: { list: [amount] } };
  const before = structuredClone(input);
  const result = { of: id };
  const failure = new Error(`the work of ${id} fails`);
  const call = { input, context: null, estimate: { tokens: 1 } };
  const fits = (given: unknown) => {
    try {
      deepStrictEqual(given, before);
    } catch {
      run.altered.push(`${action} ${id}: input`);
    }
  };
  const work = async (given: unknown, step: Step | undefined) => {
    const same = (stop: Run["stops"][number]) => stop.step === outer && stop.of === `${action} ${id} ${amount}`;
    run.began.push({ action, id, amount, step: outer, again: outer !== undefined && run.stops.some(same) });
    fits(given);
    await doAll(run, inner, parallel, step);
    if (throws) throw failure;
    return result;
  };
  let own: Run["steps"][number] | undefined;
  const made = () => {
    switch (kind) {
      case "tool":
        return enforcer.toolCall(id, call, ({ input }) => work(input, outer));
      case "model":
        return enforcer.llmCall(id, call, ({ input }) => work(input, outer));
      case "node":
        return enforcer.node({ action, id }, call, ({ input }) =>
          enforcer.toolCall(id, { ...call, input }, ({ input }) => work(input, outer)),
        );
      default:
        return enforcer.agentStep(id, { ...call, onDenial }, async ({ input, step }) => {
          own = { step, returned: false, threw: undefined };
          run.steps.push(own);
          const value = await work(input, step);
          own.returned = true;
          return value;
        });
    }
  };
  try {
    if ((await made()) !== result) run.altered.push(`${action} ${id}: result`);
  } catch (error) {
    if (CallDeniedError.is(error) || CallPausedError.is(error))
      run.stops.push({ stop: error, step: outer, of: `${action} ${id} ${amount}` });
    else if (!(error instanceof Error && error.message.startsWith("the work of"))) run.altered.push(`${error}`);
    if (own !== undefined) own.threw = error;
    throw error;
  } finally {
    fits(input);
  }
}
