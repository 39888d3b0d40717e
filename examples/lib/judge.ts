import type { PolicyEngine } from "portcullis";
import { everything, type Knowledge, type Suite, type Task } from "./suite.js";

type Decision = ReturnType<PolicyEngine["decide"]>;
export type Effect = Decision["effect"];

export interface Verdict {
  task: Task;
  /** The strictest effect among the calls of the task. */
  effect: Effect;
  /** The policies that stop it, of any call. */
  stoppedBy: string[];
  /** The policies on trial that would have stopped it. */
  trials: string[];
}

const strictness: Effect[] = ["allow", "require_approval", "deny"];

/** Decides every call of a task in a run that the user started with `prompt`. */
export function judge(engine: PolicyEngine, suite: Suite, task: Task, prompt: string, knowledge = everything): Verdict {
  const decisions = task.calls.map((call) => engine.decide(suite.request(call, prompt, knowledge)));
  const stops = decisions.flatMap((decision) => (decision.effect === "allow" ? [] : stopping(decision)));
  return {
    task,
    effect: strictest(decisions.map(({ effect }) => effect)),
    stoppedBy: [...new Set(stops)],
    trials: [...new Set(decisions.flatMap(({ shadow }) => shadow.map(({ policy_id }) => policy_id)))],
  };
}

/** The honest tasks, each in the run that its own user started. */
export function judgeHonest(engine: PolicyEngine, suite: Suite, knowledge = everything): Verdict[] {
  return suite.honest.map((task) => judge(engine, suite, task, task.text, knowledge));
}

/**
 * An attack reaches the agent in the middle of somebody's honest task. So it is judged in the run of each of them,
 * and the mildest verdict counts: it is stopped only if it is stopped everywhere.
 */
export function judgeAttack(
  engine: PolicyEngine,
  suite: Suite,
  attack: Task,
  knowledge: Knowledge = everything,
): Verdict {
  const verdicts = suite.honest.map(({ text }) => judge(engine, suite, attack, text, knowledge));
  return verdicts.reduce((mildest, next) =>
    strictness.indexOf(next.effect) < strictness.indexOf(mildest.effect) ? next : mildest,
  );
}

function strictest(effects: Effect[]): Effect {
  return effects.reduce((most, next) => (strictness.indexOf(next) > strictness.indexOf(most) ? next : most), "allow");
}

function stopping({ effect, code, reasons }: Decision): string[] {
  const ids = reasons.filter((reason) => reason.effect === effect).map(({ policy_id }) => policy_id ?? code);
  return ids.length > 0 ? ids : [code];
}
