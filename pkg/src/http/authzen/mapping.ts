// From an evaluation of AuthZEN to a request: the one place that says which is what. docs/authzen.md tells it to users.
import { Problem } from "../problem.js";

/** An evaluation, checked by its schema. */
export interface Evaluation {
  readonly subject: AuthZenEntity;
  readonly action: { readonly name: string; readonly properties?: object };
  readonly resource: AuthZenEntity;
  readonly context?: Readonly<Record<string, unknown>>;
}

interface AuthZenEntity {
  readonly type: string;
  readonly id: string;
  readonly properties?: object;
}

/** What can act, and what can be acted on: each type is the entity of that name. */
const SUBJECTS: readonly string[] = ["user", "agent"];
const RESOURCES: readonly string[] = ["tool", "workflow", "agent", "app"];

/**
 * - `action.name` is the action, `action.properties` the input;
 * - `subject` is the user or the agent, `resource` the tool, workflow, agent or app, each with its properties;
 * - `context` holds all else by its own name: `tenant`, `run`, `now`, entities, `null` for those that there are none of.
 *
 * Nothing is made up: what is not stated is missing, and counts as that.
 *
 * @throws Problem 400 where the types are none of these, or something is stated twice.
 */
export function mapped({ subject, action, resource, context = {} }: Evaluation): object {
  const request: Record<string, unknown> = { ...context };
  const state = (name: string, value: unknown) => {
    if (Object.hasOwn(request, name)) throw refused(`\`${name}\` is stated twice`, "State it once.");
    request[name] = value;
  };
  state("action", action.name);
  if (action.properties !== undefined) state("input", action.properties);
  state(known("subject", subject, SUBJECTS), entity(subject));
  state(known("resource", resource, RESOURCES), entity(resource));
  return request;
}

function entity({ id, properties }: AuthZenEntity): object {
  return { ...properties, id };
}

function known(what: string, { type }: AuthZenEntity, types: readonly string[]): string {
  if (types.includes(type)) return type;
  throw refused(`the type of the ${what} is none that is known`, `Say one of: ${types.join(", ")}.`);
}

/** What an evaluation can't say. */
export function refused(detail: string, remedy: string): Problem {
  return new Problem({ code: "invalid_evaluation", detail, remedy });
}
