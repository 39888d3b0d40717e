// Clearance: from a call to a decision that lets it go ahead, or to what stops it.
import { PortcullisError } from "../../engine/errors.js";
import type { Refusal } from "../../limits/port.js";
import type { Decision } from "../../types/generated/Decision.js";
import type { Entity, Request } from "../../types/inputs.js";
import { type Claimed, claimed } from "./approving.js";
import type { Attempt } from "./attempt.js";
import { agentText, deniedBy, plainText } from "./denial.js";
import { CallDeniedError, CallPausedError, type StopError } from "./errors.js";
import { checked, own, requestOf } from "./facts.js";
import type { EnforcerOptions, Facts } from "./ports.js";
import {
  CORRECT,
  factsUnavailable,
  NO_DRAFT,
  NO_LIMITER,
  NO_ROOM,
  NOT_CLAIMED,
  NOT_COUNTED,
  noEstimate,
  PAUSED,
  Refused,
  refusedBy,
} from "./refused.js";
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
  readonly #approvalsTimeoutMs: number;

  constructor(options: EnforcerOptions<Context>, reporter: Reporter) {
    this.#options = options;
    this.#reporter = reporter;
    this.#clock = options.clock ?? Date.now;
    this.#factsTimeoutMs = options.factsTimeoutMs ?? TIMEOUT_MS;
    this.#limiterTimeoutMs = options.limiterTimeoutMs ?? TIMEOUT_MS;
    this.#approvalsTimeoutMs = options.approvalsTimeoutMs ?? TIMEOUT_MS;
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
      const { decisions } = this.#options;
      attempt.decision = decisions.decide(request);
      if (attempt.decision.effect === "require_approval" && attempt.enforced)
        attempt.decision = await this.#decideGranted(attempt, request, attempt.decision);
      const { decision } = attempt;
      this.#judge(attempt, request, decision);
      if (attempt.stop === null && decision.limits.length > 0) await this.#reserve(attempt, request, decision);
    } catch (error) {
      attempt.stop = this.#stopFor(error, attempt);
    }
    if (attempt.stop !== null && attempt.claimed !== null) await attempt.claimed.release();
  }

  /** Right before the work of a call that people have approved: from here on their approval is spent. Never throws. */
  async start(attempt: Attempt<unknown, Context>): Promise<void> {
    try {
      await attempt.claimed?.start();
    } catch (cause) {
      attempt.stop = this.#stopFor(new Refused("approvals_unavailable", NOT_CLAIMED, { cause }), attempt);
      await attempt.held?.release();
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

  /** Decides again with what people have granted for this very call; a deny wins, and what they did not grant pauses. */
  async #decideGranted(attempt: Attempt<unknown, Context>, request: Request, asked: Decision): Promise<Decision> {
    const { decisions, approvals } = this.#options;
    const grants = attempt.node?.grants() ?? [];
    if (grants.length > 0) {
      // What was claimed for the node is for its own call, once, if it is the very same.
      const decision = decisions.decide(request, { grants });
      if (decision.effect !== "require_approval") return decision;
    }
    if (approvals === undefined) return asked;
    const query = {
      call: attempt.info,
      request,
      requestDigest: this.#digest(request),
      mode: asked.mode,
      approvals: asked.approvals,
    };
    let claim: Claimed | undefined;
    try {
      claim = await claimed(approvals, query, { reporter: this.#reporter, timeoutMs: this.#approvalsTimeoutMs });
    } catch (cause) {
      throw new Refused("approvals_unavailable", NOT_CLAIMED, { cause });
    }
    if (claim === undefined) return asked;
    attempt.claimed = claim;
    return decisions.decide(request, { grants: claim.grants });
  }

  #judge(attempt: Attempt<unknown, Context>, request: Request, decision: Decision): void {
    if (decision.effect === "require_approval") attempt.stop = this.#pause(attempt, request, decision);
    else if (decision.effect !== "allow") attempt.stop = this.#deny(attempt, request, decision);
    else if (attempt.mode === "draft" && request.action === "tool_call" && !canBeDrafted(request.tool))
      throw new Refused("draft_unsupported", NO_DRAFT);
  }

  #deny(attempt: Attempt<unknown, Context>, request: Request, decision: Decision): StopError {
    const { info: call, step } = attempt;
    const unexplained = decision.code === "policies_unavailable" || decision.code === "engine_failure";
    const told = unexplained ? undefined : this.#explain(attempt, request, "agent");
    return new CallDeniedError({ decision, call, agentText: told ?? plainText(decision), inStep: step !== undefined });
  }

  #pause(attempt: Attempt<unknown, Context>, request: Request, decision: Decision): StopError {
    const { info: call, step } = attempt;
    return new CallPausedError({
      decision,
      call,
      request,
      requestDigest: this.#digest(request),
      agentText: this.#explain(attempt, request, "agent") ?? PAUSED,
      approverText: this.#explain(attempt, request, "approver") ?? "",
      inStep: step !== undefined,
    });
  }

  #digest(request: Request): string {
    try {
      return this.#options.decisions.requestDigest(request);
    } catch (cause) {
      // Without one no approval could bind this call.
      if (!PortcullisError.is(cause) || cause.code !== "not_digestible") throw cause;
      const { message, remedy } = cause;
      throw new Refused("not_digestible", { message, remedy, next: CORRECT }, { cause });
    }
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

function canBeDrafted(tool: Entity | null): boolean {
  return tool !== null && own(tool, "supports_draft") === true;
}
