export { MemoryLimiter } from "./memory.js";
export type { Claim, Limiter, Refusal, Reservation, Reserve } from "./port.js";
export { RefusingLimiter } from "./refusing.js";
