// Replays: logged requests decided again by other policies.
import type { Decision } from "../types/generated/Decision.js";
import type { Request } from "../types/inputs.js";
import type { DecisionEntry } from "./entry.js";

/** A decision that would be another. */
export interface Flip {
  readonly writer: string;
  readonly seq: number;
  readonly time: number;
  readonly tenant: string | null;
  readonly action: string | null;
  readonly id: string | null;
  readonly run: string | null;
  readonly from: { readonly effect: string; readonly code: string; readonly mode: string | null };
  readonly to: { readonly effect: string; readonly code: string; readonly mode: string };
  /** Policies that apply now and did not, and those that did and do not any more. */
  readonly gained: readonly string[];
  readonly lost: readonly string[];
}

/** Not decided by policies, so other policies say nothing about them. */
const NOT_BY_POLICIES = new Set(["policies_unavailable", "engine_failure"]);

export class Replay {
  readonly #decide: (request: Request) => Decision;
  replayed = 0;
  flipped = 0;
  /** Entries without a whole request, and those that no policy decided. */
  notReplayable = 0;

  constructor(decide: (request: Request) => Decision) {
    this.#decide = decide;
  }

  /** The flip, if it is one. */
  entry(entry: DecisionEntry): Flip | undefined {
    if (!entry.complete || NOT_BY_POLICIES.has(entry.code)) {
      this.notReplayable++;
      return undefined;
    }
    this.replayed++;
    const { effect, code, mode, reasons } = this.#decide(entry.request as unknown as Request);
    // Counters stand outside of the policies: what they refused, policies had let through to them.
    const before = entry.code === "limit_exceeded" ? "allow" : entry.effect;
    if (effect === before && (mode === entry.mode || effect === "deny")) return undefined;
    this.flipped++;
    const now = reasons.map(({ policy_id }) => policy_id).filter((id) => id !== null);
    const { writer, seq, time, tenant, action, run } = entry;
    return {
      writer,
      seq,
      time,
      tenant,
      action,
      id: entry.tool ?? entry.agent ?? entry.workflow,
      run,
      from: { effect: entry.effect, code: entry.code, mode: entry.mode },
      to: { effect, code, mode },
      gained: now.filter((id) => !entry.policies.includes(id)),
      lost: entry.policies.filter((id) => !now.includes(id)),
    };
  }
}
