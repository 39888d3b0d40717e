// Clearance: from a call to a decision that lets it go ahead, or to what stops it.
import { PortcullisError } from "../../engine/errors.js";
import type { Refusal } from "../../limits/port.js";
import type { Decision } from "../../types/generated/Decision.js";
import type { Entity, Request } from "../../types/inputs.js";
import type { Attempt } from "./attempt.js";
import { agentText, deniedBy, type OwnCode, plainText, type Told } from "./denial.js";
import { CallDeniedError, CallPausedError, type StopError, TRANSIENT } from "./errors.js";
import { checked, own, requestOf } from "./facts.js";
import type { EnforcerOptions, Facts } from "./ports.js";
import { isPending, type Reporter } from "./reports.js";
import { claimsOf, Held, reserve } from "./reserving.js";
import { snapshot } from "./snapshot.js";
import { within } from "./timeout.js";

const TIMEOUT_MS = 2_000;

export class Clearance<Context> {
  readonly #options: EnforcerOptions<Context>;
  readonly #reporter: Reporter;
  readonly #clock: () => number;
  readonly #factsTimeoutMs: number;
  readonly #limiterTimeoutMs: number;

  constructor(options: EnforcerOptions<Context>, reporter: Reporter) {
    this.#options = options;
    this.#reporter = reporter;
    this.#clock = options.clock ?? Date.now;
    this.#factsTimeoutMs = options.factsTimeoutMs ?? TIMEOUT_MS;
    this.#limiterTimeoutMs = options.limiterTimeoutMs ?? TIMEOUT_MS;
  }

  /** Finds out whether a call may go ahead. Never throws: whatever goes wrong stops it. */
  async clear(attempt: Attempt<unknown, Context>): Promise<void> {
    try {
      attempt.snapshot = snapshot(attempt.call.input);
      const earlier = attempt.step?.earlier(() => attempt.key);
      if (earlier !== undefined) {
        attempt.stop = earlier;
        attempt.repeated = true;
        return;
      }
      const asked = this.request(attempt);
      const request = isPending(asked) ? await asked : asked;
      this.#decide(attempt, request);
      const { decision } = attempt;
      if (attempt.stop === null && decision !== null && decision.limits.length > 0)
        await this.#reserve(attempt, request, decision);
    } catch (error) {
      attempt.stop = this.#stopFor(error, attempt);
    }
  }

  /** The request that is decided for a call. */
  request(attempt: Attempt<unknown, Context>): Request | Promise<Request> {
    const { call, info } = attempt;
    const { action, id } = info;
    try {
      const facts = this.#options.facts.facts({ action, id, context: call.context });
      if (!isPending(facts)) return this.#join(attempt, facts);
      return within(facts, this.#factsTimeoutMs).then(
        (found) => this.#join(attempt, found),
        (error) => {
          throw factsUnavailable(error);
        },
      );
    } catch (error) {
      throw factsUnavailable(error);
    }
  }

  #join(attempt: Attempt<unknown, Context>, found: unknown): Request {
    const { action, id, call_id } = attempt.info;
    let facts: Facts;
    try {
      facts = checked(found, { action, id, context: null });
    } catch (error) {
      throw factsUnavailable(error);
    }
    attempt.info = { action, id, run_id: facts.run?.id ?? null, call_id };
    attempt.asked = facts.run?.mode === "draft" ? "draft" : "auto";
    const parts = { action, now: this.#clock(), input: attempt.snapshot, around: attempt.around };
    attempt.request = requestOf(facts, parts);
    return attempt.request;
  }

  #decide(attempt: Attempt<unknown, Context>, request: Request): void {
    const decision = this.#options.decisions.decide(request);
    attempt.decision = decision;
    if (decision.effect === "require_approval") attempt.stop = this.#pause(attempt, request, decision);
    else if (decision.effect !== "allow") attempt.stop = this.#deny(attempt, request, decision);
    else if (attempt.mode === "draft" && request.action === "tool_call" && !canBeDrafted(request.tool))
      throw new Refused("draft_unsupported", {
        message: "This may only be drafted, and this tool has no draft.",
        remedy: "Use a tool that can be drafted, or ask the people who run this platform.",
        next: "tell the user that this was not allowed. Do not repeat the call as it is.",
      });
  }

  #deny(attempt: Attempt<unknown, Context>, request: Request, decision: Decision): StopError {
    const { info: call, step } = attempt;
    const unexplained = decision.code === "policies_unavailable" || decision.code === "engine_failure";
    const told = unexplained ? undefined : this.#explain(attempt, request, "agent");
    return new CallDeniedError({ decision, call, agentText: told ?? plainText(decision), inStep: step !== undefined });
  }

  #pause(attempt: Attempt<unknown, Context>, request: Request, decision: Decision): StopError {
    const { info: call, step } = attempt;
    let requestDigest: string;
    try {
      requestDigest = this.#options.decisions.requestDigest(request);
    } catch (cause) {
      // Without one no approval could bind this call.
      if (!PortcullisError.is(cause) || cause.code !== "not_digestible") throw cause;
      const { message, remedy } = cause;
      throw new Refused("not_digestible", { message, remedy, next: CORRECT }, { cause });
    }
    return new CallPausedError({
      decision,
      call,
      request,
      requestDigest,
      agentText: this.#explain(attempt, request, "agent") ?? PAUSED,
      approverText: this.#explain(attempt, request, "approver") ?? "",
      inStep: step !== undefined,
    });
  }

  #explain({ info }: Attempt<unknown, Context>, request: Request, reader: "agent" | "approver"): string | undefined {
    try {
      return this.#options.decisions.explain(request, { reader });
    } catch (error) {
      this.#reporter.trouble({ code: "explanation_failed", call: info, error });
      return undefined;
    }
  }

  async #reserve(attempt: Attempt<unknown, Context>, request: Request, decision: Decision): Promise<void> {
    const { limiter } = this.#options;
    if (limiter === undefined) throw new Refused("limiter_unavailable", NO_LIMITER);
    const claims = claimsOf(decision, request.action, attempt.call.estimate);
    if (typeof claims === "string") throw new Refused("estimate_missing", noEstimate(claims));
    const context = { call: attempt.info, reporter: this.#reporter, timeoutMs: this.#limiterTimeoutMs };
    let answer: Held | Refusal;
    try {
      answer = await reserve(limiter, claims, request, context);
    } catch (cause) {
      throw new Refused("limiter_unavailable", NOT_COUNTED, { cause });
    }
    if (!(answer instanceof Held)) throw new Refused("limit_exceeded", NO_ROOM, { refusal: answer });
    attempt.held = answer;
  }

  #stopFor(error: unknown, attempt: Attempt<unknown, Context>): StopError {
    const refused = refusedBy(error);
    const { code, told, more } = refused;
    return new CallDeniedError({
      decision: deniedBy(code, told, attempt.decision),
      call: attempt.info,
      agentText: agentText(code, told),
      inStep: attempt.step !== undefined,
      code,
      ...more,
    });
  }
}

/** Thrown on the way where the enforcer itself stops a call. */
class Refused extends PortcullisError {
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

function refusedBy(error: unknown): Refused {
  if (error instanceof Refused) return error;
  if (PortcullisError.is(error) && error.code === "input_not_json") {
    const { message, remedy } = error;
    return new Refused("input_not_json", { message, remedy, next: CORRECT }, { cause: error });
  }
  return new Refused("engine_failure", FAILED, { cause: error });
}

function canBeDrafted(tool: Entity | null): boolean {
  return tool !== null && own(tool, "supports_draft") === true;
}

function factsUnavailable(cause: unknown): Refused {
  if (cause instanceof Refused) return cause;
  return new Refused("facts_unavailable", FACTS_MISSING, { cause });
}

const CORRECT = "correct the request, then ask again.";
const LATER = "ask again later.";
const PAUSED = "Paused: people must approve this first.\nNext: wait for the decision. Do not repeat the call.\n";
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
const NO_LIMITER: Told = {
  message: "A limit applies to this, and nothing counts limits here.",
  remedy: "The people who run this platform must give the enforcer a limiter.",
  next: "tell the user that this was not allowed. Do not repeat the call as it is.",
};
const NOT_COUNTED: Told = {
  message: "The limits of this call could not be counted.",
  remedy: "Try again later; if it stays so, tell the people who run this platform.",
  next: LATER,
};
const NO_ROOM: Told = {
  message: "A limit has no room for this.",
  remedy: "Wait until it has, or ask the people who run this platform for more.",
  next: "stop, or ask again when the limit has room.",
};
const noEstimate = (meter: string): Told => ({
  message: `A limit counts \`${meter}\`, and nothing says how much of it this call takes.`,
  remedy: `The caller of the enforcer must pass an estimate of \`${meter}\`.`,
  next: "tell the user that this was not allowed. Do not repeat the call as it is.",
});
