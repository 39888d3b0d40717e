// What an engineer writes by hand in place of an engine: checks by tool, in a Map.
import type { Request } from "portcullis";
import { bounds } from "./workload.js";

export interface Verdict {
  readonly effect: "allow" | "deny" | "require_approval";
  readonly mode: "draft" | "auto";
  readonly reasons: readonly string[];
}

/** The seven fields that the checks are about. */
interface Facts {
  readonly roles: unknown;
  readonly risk: unknown;
  readonly mode: unknown;
  readonly cost: unknown;
  readonly amount: unknown;
  readonly region: unknown;
  readonly confirm: unknown;
}

interface Call {
  user?: { roles?: unknown } | null;
  tool?: { id?: unknown; risk_level?: unknown } | null;
  run?: { mode?: unknown; cost_cents?: unknown } | null;
  input?: { amount?: unknown; region?: unknown; confirm?: unknown } | null;
}

/** Reads the fields as they come, inherited ones too. */
export function plainly({ user, tool, run, input }: Call): Facts {
  return {
    roles: user?.roles,
    risk: tool?.risk_level,
    mode: run?.mode,
    cost: run?.cost_cents,
    amount: input?.amount,
    region: input?.region,
    confirm: input?.confirm,
  };
}

const { hasOwn } = Object;

function own(object: unknown, key: string): unknown {
  return typeof object === "object" && object !== null && hasOwn(object, key)
    ? (object as Record<string, unknown>)[key]
    : undefined;
}

/** Reads own properties only, as one must where others write the requests. */
export function carefully(call: Call): Facts {
  const tool = own(call, "tool");
  const run = own(call, "run");
  const input = own(call, "input");
  return {
    roles: own(own(call, "user"), "roles"),
    risk: own(tool, "risk_level"),
    mode: own(run, "mode"),
    cost: own(run, "cost_cents"),
    amount: own(input, "amount"),
    region: own(input, "region"),
    confirm: own(input, "confirm"),
  };
}

interface State {
  deny: boolean;
  ask: boolean;
  allow: boolean;
  draft: boolean;
}

type Check = (facts: Facts, state: State, reasons: string[]) => void;

/** The same policies as functions. A value of another type than expected restricts, as in the engine. */
export function handWritten(count: number, read: (call: Call) => Facts): (request: Request) => Verdict {
  const byTool = new Map<string, Check[]>();
  for (let tool = 0, made = 0; made < count; tool++) {
    const { tool: id, most, review, region, cost } = bounds(tool);
    const checks: Check[] = [
      (facts, state, reasons) => {
        if (typeof facts.amount !== "number" || facts.amount > most) {
          state.deny = true;
          reasons.push(`${id}-most`);
        }
      },
      ({ region: asked, confirm }, state, reasons) => {
        if (typeof asked !== "string" || typeof confirm !== "boolean" || (asked !== region && !confirm)) {
          state.deny = true;
          reasons.push(`${id}-region`);
        }
      },
      ({ mode, risk, amount }, state, reasons) => {
        if (mode === "auto" && risk === "high" && (typeof amount !== "number" || amount >= review)) {
          state.ask = true;
          reasons.push(`${id}-review`);
        }
      },
      (facts, state, reasons) => {
        if (typeof facts.cost !== "number" || facts.cost > cost) {
          state.draft = true;
          reasons.push(`${id}-cost`);
        }
      },
      ({ roles }, state, reasons) => {
        if (Array.isArray(roles) && roles.includes("operator")) {
          state.allow = true;
          reasons.push(`${id}-allow`);
        }
      },
    ];
    byTool.set(id, checks);
    made += checks.length;
  }
  return (request) => {
    const facts = read(request as Call);
    const state = { deny: false, ask: false, allow: false, draft: facts.mode === "draft" };
    const reasons: string[] = [];
    const checks = byTool.get((request as Call).tool?.id as string);
    if (checks !== undefined) for (const check of checks) check(facts, state, reasons);
    const effect = state.deny || !state.allow ? "deny" : state.ask ? "require_approval" : "allow";
    return { effect, mode: state.draft ? "draft" : "auto", reasons };
  };
}
