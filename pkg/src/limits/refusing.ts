// A limiter without room.
import type { Limiter, Refusal, Reserve } from "./port.js";

/** Refuses every reservation: a call with a limit never goes ahead. For hosts that have no counters yet. */
export class RefusingLimiter implements Limiter {
  reserve({ claims }: Reserve): Refusal {
    const [first] = claims;
    if (first === undefined) throw new Error("a reservation without claims");
    return { granted: false, limit: first.limit, spent: 0, reserved: 0, retry_after_ms: null };
  }
}
