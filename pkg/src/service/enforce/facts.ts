// Facts: asked of the host, checked, and joined with the call to a request.
import { isArray, ownNames } from "../../engine/values.js";
import type { Mode } from "../../types/generated/Mode.js";
import type { Request, Run } from "../../types/inputs.js";
import type { Facts, FactsQuery } from "./ports.js";
import { put, snapshot } from "./snapshot.js";

const ENTITIES = ["tenant", "app", "user", "workflow", "agent", "tool"] as const;

/** Members of a request that are the enforcer's or stated above. */
const KNOWN: ReadonlySet<string> = new Set([...ENTITIES, "action", "now", "run", "input"]);

/** The entity that an action is of; its id is what the call is of. A model is none. */
const SUBJECT: Readonly<Record<string, (typeof ENTITIES)[number] | null>> = {
  tool_call: "tool",
  agent_step: "agent",
  run_start: "workflow",
  llm_call: null,
};

/** Facts that are none. */
export class FactsError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "FactsError";
  }
}

/** Facts, held against what was asked. */
export function checked(facts: unknown, { action, id }: FactsQuery): Facts {
  if (!isRecord(facts)) throw new FactsError("the facts are no object");
  for (const name of ENTITIES) {
    const entity = own(facts, name);
    if (entity === null && name !== "tenant") continue;
    const entityId = isRecord(entity) ? own(entity, "id") : undefined;
    if (typeof entityId !== "string" || entityId === "")
      throw new FactsError(`\`${name}\` is neither an object with an id nor null`);
  }
  const run = own(facts, "run");
  if (run !== null && (!isRecord(run) || typeof own(run, "id") !== "string"))
    throw new FactsError("`run` is neither an object with an id nor null");
  const subject = subjectOf(action, facts);
  if (subject !== null && (facts[subject] as { id?: unknown } | null)?.id !== id)
    throw new FactsError(`\`${subject}\` is not the one that was asked for`);
  return facts as unknown as Facts;
}

/** The entity that a call is of. An action that a catalogue declares is of a tool wherever the facts state one. */
export function subjectOf(action: string, { tool }: { readonly tool?: unknown }): (typeof ENTITIES)[number] | null {
  const known = Object.hasOwn(SUBJECT, action) ? SUBJECT[action] : undefined;
  return known !== undefined ? known : tool === null ? null : "tool";
}

/**
 * A request with facts of its own, so that it stays what was decided while somebody is waited for. A fact that is no
 * JSON data stays the host's: to the engine it is an error wherever it is read.
 */
export function detached(request: Request): Request {
  const copy: Record<string, unknown> = {};
  for (const name of ownNames(request)) {
    const fact = (request as unknown as Record<string, unknown>)[name];
    put(copy, name, name === "input" ? fact : detachedFact(fact));
  }
  return copy as unknown as Request;
}

function detachedFact(fact: unknown): unknown {
  try {
    return snapshot(fact);
  } catch {
    return fact;
  }
}

/** The request that is decided: facts, with the action, the time and the snapshot. */
export function requestOf(facts: Facts, parts: { action: string; now: number; input: unknown; around: Mode }): Request {
  const { action, now, input, around } = parts;
  const { run } = facts;
  // What is a part of work that may only be drafted is asked about as a draft.
  const asked: Run | null = run !== null && around === "draft" && run.mode !== "draft" ? { ...run, mode: around } : run;
  const { tenant, app, user, workflow, agent, tool } = facts;
  // Member by member: an object that is spread takes several times as long to make and to decide.
  const request: Record<string, unknown> = { action, now, tenant, app, user, workflow, agent, tool, run: asked, input };
  for (const name of ownNames(facts)) if (!KNOWN.has(name)) put(request, name, facts[name]);
  return request as unknown as Request;
}

/** An own property: what a prototype has is no fact. */
export function own(record: object, name: string): unknown {
  return Object.hasOwn(record, name) ? (record as Record<string, unknown>)[name] : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !isArray(value);
}
