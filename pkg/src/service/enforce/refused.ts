// Where the enforcer itself stops a call: why, and what agents and hosts are told.
import { PortcullisError } from "../../engine/errors.js";
import type { Refusal } from "../../limits/port.js";
import type { OwnCode, Told } from "./denial.js";
import { TRANSIENT } from "./errors.js";

/** Thrown on the way where the enforcer itself stops a call. */
export class Refused extends PortcullisError {
  declare readonly code: OwnCode;
  readonly told: Told;
  readonly more: { readonly cause?: unknown; readonly refusal?: Refusal };

  constructor(code: OwnCode, told: Told, more: Refused["more"] = {}) {
    super({ code, message: told.message, remedy: told.remedy, retryable: TRANSIENT.has(code) });
    this.told = told;
    this.more = more;
    Object.defineProperty(this, "cause", { value: more.cause, enumerable: false });
  }
}

export function refusedBy(error: unknown): Refused {
  if (error instanceof Refused) return error;
  if (PortcullisError.is(error) && error.code === "input_not_json") {
    const { message, remedy } = error;
    return new Refused("input_not_json", { message, remedy, next: CORRECT }, { cause: error });
  }
  return new Refused("engine_failure", FAILED, { cause: error });
}

export function factsUnavailable(cause: unknown): Refused {
  if (cause instanceof Refused) return cause;
  return new Refused("facts_unavailable", FACTS_MISSING, { cause });
}

export const CORRECT = "correct the request, then ask again.";
const LATER = "ask again later.";
export const PAUSED = "Paused: people must approve this first.\nNext: wait for the decision. Do not repeat the call.\n";
const FACTS_MISSING: Told = {
  message: "What the platform knows of this call could not be read.",
  remedy: "Try again later; if it stays so, tell the people who run this platform.",
  next: LATER,
};
const FAILED: Told = {
  message: "The policies could not be asked.",
  remedy: "Try again in a few seconds.",
  next: LATER,
};
export const CHANGING: Told = {
  message: "The policies changed again and again while this was decided.",
  remedy: "Try again in a few seconds.",
  next: LATER,
};
export const NO_DRAFT: Told = {
  message: "This may only be drafted, and this tool has no draft.",
  remedy: "Use a tool that can be drafted, or ask the people who run this platform.",
  next: "tell the user that this was not allowed. Do not repeat the call as it is.",
};
export const NO_LIMITER: Told = {
  message: "A limit applies to this, and nothing counts limits here.",
  remedy: "The people who run this platform must give the enforcer a limiter.",
  next: "tell the user that this was not allowed. Do not repeat the call as it is.",
};
export const NOT_COUNTED: Told = {
  message: "The limits of this call could not be counted.",
  remedy: "Try again later; if it stays so, tell the people who run this platform.",
  next: LATER,
};
export const NOT_CLAIMED: Told = {
  message: "Whether people have approved this could not be found out.",
  remedy: "Try again later; if it stays so, tell the people who run this platform.",
  next: LATER,
};
export const NO_ROOM: Told = {
  message: "A limit has no room for this.",
  remedy: "Wait until it has, or ask the people who run this platform for more.",
  next: "stop, or ask again when the limit has room.",
};
export const noEstimate = (meter: string): Told => ({
  message: `A limit counts \`${meter}\`, and nothing says how much of it this call takes.`,
  remedy: `The caller of the enforcer must pass an estimate of \`${meter}\`.`,
  next: "tell the user that this was not allowed. Do not repeat the call as it is.",
});
