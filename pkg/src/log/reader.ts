// The port to what was logged: for a management API, for exports and for replays.
import type { DecisionEffect } from "../types/generated/DecisionEffect.js";
import type { Anchor, DecisionEntry } from "./entry.js";

/** Which entries. Times are milliseconds since 1970. */
export interface LogFilter {
  /** Of one tenant; where the caller is a tenant, it is that one anyway. */
  readonly tenant?: string;
  readonly effect?: DecisionEffect;
  readonly code?: string;
  readonly action?: string;
  readonly tool?: string;
  readonly agent?: string;
  readonly run?: string;
  /** The id of a policy that applied. */
  readonly policy?: string;
  /** At or after. */
  readonly since?: number;
  /** Before. */
  readonly until?: number;
}

export interface LogListOptions extends LogFilter {
  /** At most so many, 1 to 200; default 50. */
  readonly limit?: number;
  /** Where an earlier list ended. */
  readonly cursor?: string;
}

/** A decision as callers are shown it: without its place in a chain, which tells of other tenants. */
export type LoggedDecision = Omit<DecisionEntry, "v" | "kind" | "writer" | "seq" | "prev">;

/** Some decisions, the latest first. */
export interface LogPage {
  readonly decisions: readonly LoggedDecision[];
  /** Where the next page begins; `null` if this is the last. */
  readonly next: string | null;
}

/** Reads decisions as one tenant, or as the platform, which sees those of all. */
export interface DecisionReader {
  /** @throws PortcullisError `invalid_argument`. */
  list(actor: { readonly tenant: string | null; readonly by: string }, options?: LogListOptions): Promise<LogPage>;
}

/** Reads whole chains. */
export interface ChainReader {
  /**
   * All lines of the moment at which it began, by writer and place, with the anchors before them. Where retention removes
   * some of them meanwhile, an anchor says so before the lines that are left.
   */
  chains(): AsyncIterable<{ readonly anchors: readonly Anchor[] } | { readonly lines: readonly string[] }>;
  /** Lines of decisions that match, the oldest first. */
  matching(filter: LogFilter): AsyncIterable<readonly string[]>;
}
