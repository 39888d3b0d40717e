// The port through which limits are counted. A decision names the limits that apply; whoever implements this counts.
import type { Limit } from "../types/generated/Limit.js";

/** One limit of a decision, and how much of it a call is expected to take. */
export interface Claim {
  readonly limit: Limit;
  /** A whole number, at least 0, in the unit of the limit's meter. */
  readonly amount: number;
}

/** What is to be reserved: all of it or nothing. */
export interface Reserve {
  readonly tenant_id: string;
  /** Milliseconds since 1970 in UTC, the same as the decision's. */
  readonly now: number;
  readonly run_id: string | null;
  readonly call_id: string | null;
  readonly claims: readonly Claim[];
}

/** Room that is held for a call. Exactly one of its two methods is called, once, when the call has ended. */
export interface Reservation {
  readonly granted: true;
  /** Takes what the call really took: one amount for each claim, in their order. More than was claimed is recorded truly. */
  settle(amounts: readonly number[]): void | Promise<void>;
  /** Gives everything back: the call did not take place. */
  release(): void | Promise<void>;
}

/** One limit that has no room. Nothing was reserved, of the other limits neither. */
export interface Refusal {
  readonly granted: false;
  /** The limit, with the key of its counter. */
  readonly limit: Limit;
  /** What was taken of it, without what is reserved. */
  readonly spent: number;
  /** What calls under way hold of it. */
  readonly reserved: number;
  /** When there may be room again; `null` where time alone brings none. */
  readonly retry_after_ms: number | null;
}

/**
 * Counts limits. `reserve` must be atomic over all claims and all callers; reservations never pass a limit.
 * What it throws, and what takes too long, denies the call.
 */
export interface Limiter {
  reserve(request: Reserve): Reservation | Refusal | Promise<Reservation | Refusal>;
}
