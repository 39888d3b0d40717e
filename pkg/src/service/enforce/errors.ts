// The errors that stop a call: the package's own, with all that a host and an approval need.
import { ApprovalRequiredError, PolicyDeniedError } from "../../engine/errors.js";
import type { Refusal } from "../../limits/port.js";
import type { Decision } from "../../types/generated/Decision.js";
import type { Mode } from "../../types/generated/Mode.js";
import type { Request } from "../../types/inputs.js";
import type { CallInfo } from "./call.js";

/** What both kinds are made of. */
interface Stopped {
  readonly decision: Decision;
  readonly call: CallInfo;
  /** What the agent is told: agent libraries hand the message of an error to the model. */
  readonly agentText: string;
  /** Whether the call belongs to a step, which remembers that it was stopped. */
  readonly inStep: boolean;
}

/** What a denial is made of. */
export interface DenialDetails extends Stopped {
  /** More precise than the decision's. */
  readonly code?: string | undefined;
  readonly retryable?: boolean | undefined;
  readonly refusal?: Refusal | undefined;
  readonly cause?: unknown;
}

/** A call that is denied. Its message is the agent's text: no thresholds and no values. */
export class CallDeniedError extends PolicyDeniedError {
  override readonly code: string;
  /** Whether the same call may succeed later. Never within the step that it was denied in. */
  override readonly retryable: boolean;
  readonly call: CallInfo;
  /** Which limit had no room, with what is spent of it; not part of `toJSON`, which an agent may read. */
  declare readonly limit: Refusal | null;

  constructor(details: DenialDetails) {
    super(details.decision);
    this.message = details.agentText;
    this.code = details.code ?? details.decision.code;
    const { retryable } = details;
    this.retryable = !details.inStep && (retryable ?? TRANSIENT.has(this.code));
    this.call = details.call;
    hide(this, "limit", details.refusal ?? null);
    if (details.cause !== undefined) hide(this, "cause", details.cause);
  }

  /** Whether something that was thrown is such an error; works across realms and bundles. */
  static override is(error: unknown): error is CallDeniedError {
    return PolicyDeniedError.is(error) && "call" in error;
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), call: this.call };
  }
}

/** What a pause is made of. */
export interface PauseDetails extends Stopped {
  readonly request: Request;
  readonly requestDigest: string;
  readonly approverText: string;
}

/** A call that waits for people. It carries what they are asked, and what their answer binds. */
export class CallPausedError extends ApprovalRequiredError {
  /** Whether the same call may succeed later, approved. Not within the step that it was paused in. */
  override readonly retryable: boolean;
  readonly call: CallInfo;
  /** What a grant binds, beside the policies' digests in `approvals`. */
  readonly requestDigest: string;
  /** What a grant binds as well. */
  readonly mode: Mode;
  /** What was decided, with the snapshot of the input; not part of `toJSON`. */
  declare readonly request: Request;
  /** For the people who are asked; not part of `toJSON`, which an agent may read. */
  declare readonly approverText: string;

  constructor(details: PauseDetails) {
    super(details.decision);
    this.message = details.agentText;
    this.retryable = !details.inStep;
    this.call = details.call;
    this.requestDigest = details.requestDigest;
    this.mode = details.decision.mode;
    hide(this, "request", details.request);
    hide(this, "approverText", details.approverText);
  }

  /** Whether something that was thrown is such an error; works across realms and bundles. */
  static override is(error: unknown): error is CallPausedError {
    return ApprovalRequiredError.is(error) && "call" in error;
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), call: this.call, mode: this.mode, request_digest: this.requestDigest };
  }
}

/** Whatever stops a call. */
export type StopError = CallDeniedError | CallPausedError;

/** Codes that may go away by themselves. */
export const TRANSIENT: ReadonlySet<string> = new Set([
  ...["engine_failure", "policies_unavailable", "limit_exceeded", "facts_unavailable", "limiter_unavailable"],
  "approvals_unavailable",
]);

function hide(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, enumerable: false, configurable: true, writable: true });
}
