// Reports: what an enforcer tells those who watch it. They can't disturb it.
import type { Decision } from "../../types/generated/Decision.js";
import type { Mode } from "../../types/generated/Mode.js";
import type { Request } from "../../types/inputs.js";
import type { CallInfo } from "./call.js";
import type { StopError } from "./errors.js";

/** One call, as it was decided: before its work is begun, or as it is stopped. */
export interface DecisionReport {
  readonly call: CallInfo;
  /** False in shadow, where nothing is stopped. */
  readonly enforced: boolean;
  /** What was decided; `null` where the input or the facts were refused. Its facts are the host's own objects. */
  readonly request: Request | null;
  readonly decision: Decision | null;
  /** What stopped it; in shadow, what would have. */
  readonly stop: StopError | null;
  /** Whether the stop is an earlier one: of the same call in its step, or the one that ended the step. */
  readonly repeated: boolean;
  /** The mode in which the work is done; `null` where it is not begun. */
  readonly mode: Mode | null;
  /** Microseconds from the call to its decision: what it waited, with facts and limits. */
  readonly latencyUs: number;
}

/** The same call, when it has ended. Results are not told. */
export interface CallReport extends DecisionReport {
  /** What became of it: the work was done, it threw, or it was not begun. */
  readonly outcome: "returned" | "threw" | "denied" | "paused";
}

/** One step of an agent, when it has ended. */
export interface StepReport {
  readonly call: CallInfo;
  /** All that was stopped in it, in order. */
  readonly denials: readonly StopError[];
  /** `ended` where a denial ended it. */
  readonly outcome: "returned" | "threw" | "ended";
  /** What its work threw, if it did. */
  readonly error: unknown;
}

/** Something that stops nothing and that operators should know. */
export interface Trouble {
  readonly code:
    | "settle_failed"
    | "late_reservation"
    | "claim_failed"
    | "late_claim"
    | "late_denial"
    | "usage_refused"
    | "explanation_failed";
  readonly call: CallInfo;
  readonly error: unknown;
}

/** Watches. What it throws or rejects is counted and changes nothing. */
export interface Observer {
  onDecision?(report: DecisionReport): unknown;
  onCall?(report: CallReport): unknown;
  onStep?(report: StepReport): unknown;
  onTrouble?(trouble: Trouble): unknown;
}

/** What has happened since an enforcer was made. */
export interface Counters {
  readonly returned: number;
  readonly threw: number;
  readonly denied: number;
  readonly paused: number;
  /** In shadow: calls that would have been stopped. */
  readonly would_stop: number;
  readonly troubles: number;
  /** Reports on which the observer threw or rejected. */
  readonly observer_failures: number;
}

export class Reporter {
  readonly #counters = {
    returned: 0,
    threw: 0,
    denied: 0,
    paused: 0,
    would_stop: 0,
    troubles: 0,
    observer_failures: 0,
  };
  readonly #observer: Observer;

  constructor(observer: Observer = {}) {
    this.#observer = observer;
  }

  get counters(): Counters {
    return { ...this.#counters };
  }

  /** Whether somebody hears of calls: what nobody reads need not be measured. */
  get hearsCalls(): boolean {
    return this.#observer.onDecision !== undefined || this.#observer.onCall !== undefined;
  }

  decision(report: DecisionReport): void {
    this.#tell("onDecision", report);
  }

  call(report: CallReport): void {
    this.#counters[report.outcome]++;
    if (!report.enforced && report.stop !== null) this.#counters.would_stop++;
    this.#tell("onCall", report);
  }

  step(report: StepReport): void {
    this.#tell("onStep", report);
  }

  trouble(trouble: Trouble): void {
    this.#counters.troubles++;
    this.#tell("onTrouble", trouble);
  }

  #tell<K extends keyof Observer>(method: K, report: Parameters<NonNullable<Observer[K]>>[0]): void {
    try {
      const observer = this.#observer as Record<K, ((report: unknown) => unknown) | undefined>;
      const pending = observer[method]?.(report);
      if (isPending(pending)) pending.then(undefined, () => void this.#counters.observer_failures++);
    } catch {
      this.#counters.observer_failures++;
    }
  }
}

/** Whether something is a promise, of whichever library. */
export function isPending<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
