// What callers ask: requests. All other types of the wire come from the core's own.
import type { Mode } from "./generated/Mode.js";

/** Something a request is about: an id, and any attributes that policies read. */
export interface Entity {
  readonly id: string;
  readonly [attribute: string]: unknown;
}

/** A run, with its mode and what it has used so far. */
export interface Run extends Entity {
  /** The run that this one is a part of, its own id if it is none. */
  readonly root_id?: string;
  readonly mode?: Mode;
}

/** The parts of requests that are fixed: the tenant, and any other members of a request, whole. */
export interface Known extends Partial<Request> {
  readonly tenant: Entity;
}

/** What is asked of the engine. State every entity; `null` says that there is none. */
export interface Request {
  /** `run_start`, `tool_call`, `agent_step`, `llm_call`, or one that the catalogue declares. */
  readonly action: string;
  /** Milliseconds since 1970 in UTC, an integer. The engine has no clock of its own. */
  readonly now: number;
  readonly tenant: Entity;
  readonly app: Entity | null;
  readonly user: Entity | null;
  readonly workflow: Entity | null;
  readonly agent: Entity | null;
  readonly tool: Entity | null;
  readonly run?: Run | null;
  /** The arguments of the call. */
  readonly input?: unknown;
  readonly [fact: string]: unknown;
}
