// A small host for tests: policies, facts in memory, and what was reported.
import { PolicyEngine } from "../../entrypoints/node.js";
import { MemoryLimiter } from "../../limits/index.js";
import type { Policy } from "../../types/generated/Policy.js";
import { type CallReport, Enforcer, type EnforcerOptions, type Facts, type StepReport, type Trouble } from "./index.js";

/** Whose call it is, as a session would say. */
export interface Session {
  readonly user: string;
  readonly mode: "draft" | "auto";
}

export const session: Session = { user: "ann", mode: "auto" };
export const NOW = Date.UTC(2030, 0, 1);

export const open: Policy = { id: "open", name: "open", scope: "global", effect: "allow", rule_expr: {} };

export function on(tool: string, effect: Policy["effect"], rule: object = {}): Policy {
  const approval = effect === "require_approval" ? { approval: { approvers: { roles: ["lead"] } } } : {};
  return {
    id: `${effect}-${tool}`,
    name: `${effect} ${tool}`,
    scope: "tool",
    effect,
    rule_expr: { target: [tool], ...approval, ...rule },
  };
}

export function limited(limit: object, more: object = {}): Policy {
  const rule_expr = { then: { limits: [limit] }, ...more } as Policy["rule_expr"];
  return { id: "limited", name: "limited", scope: "global", effect: "modify", rule_expr };
}

export function factsFor(query: { action: string; id: string; context: Session }): Facts {
  const { action, id, context } = query;
  const tools: Record<string, object> = {
    send: { risk_level: "high", side_effects: ["email"] },
    write: { risk_level: "high", side_effects: ["database_write"], supports_draft: true },
  };
  return {
    tenant: { id: "acme" },
    app: { id: "console" },
    user: { id: context.user, roles: ["support"] },
    workflow: { id: action === "run_start" ? id : "triage" },
    agent: action === "agent_step" ? { id } : null,
    tool: action === "tool_call" ? { id, ...tools[id] } : null,
    run: { id: "r1", root_id: "r1", mode: context.mode },
  };
}

export function hostOf(policies: readonly Policy[], options: Partial<EnforcerOptions<Session>> = {}) {
  const calls: CallReport[] = [];
  const steps: StepReport[] = [];
  const troubles: Trouble[] = [];
  const enforcer = new Enforcer<Session>({
    decisions: PolicyEngine.loadSync({ policies }),
    facts: { facts: factsFor },
    limiter: new MemoryLimiter(),
    clock: () => NOW,
    observer: {
      onCall: (report) => calls.push(report),
      onStep: (report) => steps.push(report),
      onTrouble: (trouble) => troubles.push(trouble),
    },
    ...options,
  });
  return { enforcer, calls, steps, troubles };
}

/** What a call was stopped by; fails where it was not. */
export async function stopOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error("the call was not stopped");
}
