// Clearance: from a call to a decision that lets it go ahead, or to what stops it.
import { PortcullisError } from "../../engine/errors.js";
import type { Refusal } from "../../limits/port.js";
import type { Decision } from "../../types/generated/Decision.js";
import type { Entity, Request } from "../../types/inputs.js";
import { type Claimed, claimed } from "./approving.js";
import type { Attempt } from "./attempt.js";
import { agentText, deniedBy, plainText } from "./denial.js";
import { CallDeniedError, CallPausedError, type StopError } from "./errors.js";
import { checked, detached, own, requestOf, subjectOf } from "./facts.js";
import type { EnforcerOptions, Facts } from "./ports.js";
import {
  CHANGING,
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
/** How often a call is asked about anew, since policies changed while it was. */
const MOST_ROUNDS = 4;

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

  /**
   * Finds out whether a call may go ahead: at once where nobody must be waited for, so that nothing comes between the
   * decision and the work. Never throws: whatever goes wrong stops it.
   */
  clear(attempt: Attempt<unknown, Context>): void | Promise<void> {
    try {
      attempt.snapshot = snapshot(attempt.call.input);
      if (attempt.heedStep()) return;
      const asked = this.request(attempt);
      const pending = isPending(asked)
        ? asked.then((request) => this.#decide(attempt, request))
        : this.#decide(attempt, asked);
      if (isPending(pending)) return this.#waited(attempt, pending);
    } catch (error) {
      attempt.stop = this.#stopFor(error, attempt);
    }
  }

  async #waited(attempt: Attempt<unknown, Context>, pending: PromiseLike<void>): Promise<void> {
    try {
      await pending;
    } catch (error) {
      attempt.stop = this.#stopFor(error, attempt);
    }
    if (attempt.stop !== null) await attempt.giveBack();
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

  #decide(attempt: Attempt<unknown, Context>, request: Request): void | Promise<void> {
    const decision = this.#options.decisions.decide(request);
    attempt.decision = decision;
    if (decision.effect === "require_approval" && attempt.enforced) return this.#ask(attempt, request, decision);
    this.#judge(attempt, request, decision);
    if (attempt.stop !== null || decision.limits.length === 0) return;
    const reserving = this.#reserve(attempt, request, decision);
    if (isPending(reserving)) return this.#ask(attempt, request, decision, reserving);
  }

  /**
   * Waits for those who know what people have approved, and what is spent. What becomes of the host's facts meanwhile
   * does not count. What becomes of the policies does: the call is decided, and asked about, anew.
   */
  async #ask(
    attempt: Attempt<unknown, Context>,
    live: Request,
    first: Decision,
    reserving?: PromiseLike<void>,
  ): Promise<void> {
    const request = detached(live);
    attempt.request = request;
    const { decisions } = this.#options;
    let { version } = decisions;
    const decide = (): Decision => {
      ({ version } = decisions);
      attempt.decision = decisions.decide(request, { grants: attempt.grants });
      return attempt.decision;
    };
    const holds = ({ code, policy_set }: Decision): boolean => {
      if (version !== undefined && decisions.version === version) return true;
      const now = decide();
      return now.code === code && now.policy_set === policy_set;
    };
    let started = false;
    let decision = first;
    let reserved = reserving;
    for (let round = 0; round < MOST_ROUNDS; round++) {
      if (reserved === undefined) {
        const gated = decision.effect === "require_approval" && attempt.enforced && attempt.claimed === null;
        if (gated && (await this.#claim(attempt, request, decision))) decision = decide();
        this.#judge(attempt, request, decision);
        if (attempt.stop !== null) return;
      }
      await (reserved ?? this.#reserve(attempt, request, decision));
      reserved = undefined;
      if (holds(decision)) {
        if (attempt.claimed === null || started || attempt.heedStep()) return;
        // Right before the work: from here on the approval is spent.
        await this.#start(attempt.claimed);
        started = true;
        if (holds(decision)) return;
      }
      await attempt.held?.release();
      attempt.held = null;
      decision = decide();
    }
    throw new Refused("engine_failure", CHANGING);
  }

  /** Finds what people have granted for this very call; answers whether it is to be decided with it. */
  async #claim(attempt: Attempt<unknown, Context>, request: Request, asked: Decision): Promise<boolean> {
    const { decisions, approvals } = this.#options;
    const grants = attempt.node?.grants() ?? [];
    // What was claimed for the node is for its own call, once, if it is the very same.
    if (grants.length > 0 && decisions.decide(request, { grants }).effect !== "require_approval") {
      attempt.grants = grants;
      return true;
    }
    if (approvals === undefined) return false;
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
    if (claim === undefined) return false;
    attempt.claimed = claim;
    attempt.grants = claim.grants;
    return true;
  }

  async #start(claim: Claimed): Promise<void> {
    try {
      await claim.start();
    } catch (cause) {
      throw new Refused("approvals_unavailable", NOT_CLAIMED, { cause });
    }
  }

  #judge(attempt: Attempt<unknown, Context>, request: Request, decision: Decision): void {
    if (decision.effect === "require_approval") attempt.stop = this.#pause(attempt, request, decision);
    else if (decision.effect !== "allow") attempt.stop = this.#deny(attempt, request, decision);
    else if (attempt.mode === "draft" && subjectOf(request.action, request) === "tool" && !canBeDrafted(request.tool))
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

  /** Reserves the decision's limits, if it has any: at once where the limiter does. */
  #reserve(attempt: Attempt<unknown, Context>, request: Request, decision: Decision): void | Promise<void> {
    if (decision.limits.length === 0) return;
    const { limiter } = this.#options;
    if (limiter === undefined) throw new Refused("limiter_unavailable", NO_LIMITER);
    const claims = claimsOf(decision, request.action, attempt.call.estimate);
    if (typeof claims === "string") throw new Refused("estimate_missing", noEstimate(claims));
    const context = { call: attempt.info, reporter: this.#reporter, timeoutMs: this.#limiterTimeoutMs };
    const taken = (answer: Held | Refusal): void => {
      if (!(answer instanceof Held)) throw new Refused("limit_exceeded", NO_ROOM, { refusal: answer });
      attempt.held = answer;
    };
    const failed = (cause: unknown): never => {
      throw new Refused("limiter_unavailable", NOT_COUNTED, { cause });
    };
    let answer: ReturnType<typeof reserve>;
    try {
      answer = reserve(limiter, claims, request, context);
    } catch (cause) {
      return failed(cause);
    }
    return isPending(answer) ? answer.then(taken, failed) : taken(answer);
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
