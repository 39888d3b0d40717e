// Reserving the limits of a decision before a call, and ending the reservation exactly once after it.
import type { Claim, Limiter, Refusal, Reservation } from "../../limits/port.js";
import type { Decision } from "../../types/generated/Decision.js";
import type { Limit } from "../../types/generated/Limit.js";
import type { Request } from "../../types/inputs.js";
import type { CallInfo, Usage } from "./call.js";
import { isPending, type Reporter } from "./reports.js";
import { inTime, within } from "./timeout.js";

/** Meters that count calls, by the action that one of them counts. */
const COUNTED: Readonly<Record<string, string>> = {
  tool_calls: "tool_call",
  llm_calls: "llm_call",
  agent_steps: "agent_step",
  runs: "run_start",
};

/** How much is taken of a limit: a count for meters of calls, the field's amount, else what the host says. */
export function amountOf({ meter, amount }: Limit, action: string, usage: Usage | undefined): number | undefined {
  if (amount !== null) return amount;
  if (typeof meter !== "string") return undefined;
  const counted = Object.hasOwn(COUNTED, meter) ? COUNTED[meter] : undefined;
  if (counted !== undefined) return counted === action ? 1 : 0;
  const said = usage !== undefined && Object.hasOwn(usage, meter) ? usage[meter] : undefined;
  return isAmount(said) ? said : undefined;
}

/** Whether something is an amount: a whole number, at least 0. */
export function isAmount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** What a decision's limits claim, or the meter of which no estimate was given. */
export function claimsOf(decision: Decision, action: string, estimate: Usage | undefined): Claim[] | string {
  const claims: Claim[] = [];
  for (const limit of decision.limits) {
    const amount = amountOf(limit, action, estimate);
    if (amount === undefined) return String(limit.meter);
    claims.push({ limit, amount });
  }
  return claims;
}

/** A reservation that is held while a call runs. */
export class Held {
  readonly #reservation: Reservation;
  readonly #claims: readonly Claim[];
  readonly #context: HeldContext;
  #open = true;

  constructor(reservation: Reservation, claims: readonly Claim[], context: HeldContext) {
    this.#reservation = reservation;
    this.#claims = claims;
    this.#context = context;
  }

  /** After the work was begun, whatever came of it: takes what it said that it used, or what was claimed. */
  settle(used: Usage | undefined): void | Promise<void> {
    const { action } = this.#context.call;
    const amounts = this.#claims.map(({ limit, amount }) => amountOf(limit, action, used) ?? amount);
    return this.#end(() => this.#reservation.settle(amounts));
  }

  /** Where the work was not begun. */
  release(): void | Promise<void> {
    return this.#end(() => this.#reservation.release());
  }

  /** What fails here is told and stops nothing: the call has been made, and the limiter's own lease runs out. */
  #end(end: () => void | Promise<void>): void | Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    const { reporter, call, timeoutMs } = this.#context;
    const failed = (error: unknown) => reporter.trouble({ code: "settle_failed", call, error });
    try {
      const pending = end();
      if (isPending(pending)) return within(pending, timeoutMs).catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}

/** Where a reservation is made. */
export interface HeldContext {
  readonly call: CallInfo;
  readonly reporter: Reporter;
  readonly timeoutMs: number;
}

/** Reserves all claims or none, at once where the limiter does. Throws what it throws, and where it takes too long. */
export function reserve(
  limiter: Limiter,
  claims: readonly Claim[],
  request: Request,
  context: HeldContext,
): Held | Refusal | Promise<Held | Refusal> {
  const { call, reporter } = context;
  const { run_id, call_id } = call;
  /** A reservation that comes after its time was up is given back. */
  const late = (answer: Reservation | Refusal, error: unknown) => {
    if (answer?.granted !== true) return;
    reporter.trouble({ code: "late_reservation", call, error });
    return new Held(answer, claims, context).release();
  };
  const asked = limiter.reserve({ tenant_id: request.tenant.id, now: request.now, run_id, call_id, claims });
  const taken = (answer: Reservation | Refusal) => {
    if (answer.granted === true) return new Held(answer, claims, context);
    if (answer.granted === false && typeof answer.limit === "object") return answer;
    throw new TypeError("the limiter's answer is neither a reservation nor a refusal");
  };
  return isPending(asked) ? inTime(asked, context.timeoutMs, late).then(taken) : taken(asked);
}
