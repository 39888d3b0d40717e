// Entries: what the log holds, as it is hashed and stored.
import type { DecisionEffect } from "../types/generated/DecisionEffect.js";
import type { Mode } from "../types/generated/Mode.js";
import type { Request } from "../types/inputs.js";
import type { Json } from "./canonical.js";

/** As much of a decision as the log reads; a call that was refused undecided has a code of its own. */
export interface Decided {
  readonly effect: DecisionEffect;
  readonly code: string;
  readonly mode: Mode | null;
  readonly reasons: readonly { readonly policy_id: string | null }[];
  readonly shadow: readonly { readonly policy_id: string }[];
  readonly policy_set: string | null;
}

/** A decision as it is reported to a log. */
export interface DecisionRecord {
  readonly decision: Decided;
  /** What was decided; `null` where the input or the facts were refused. */
  readonly request: Request | null;
  /** What the request does not say, or says elsewhere. */
  readonly call?: {
    readonly action: string;
    readonly id: string;
    readonly run_id: string | null;
    readonly call_id: string | null;
  };
  /** False in shadow, where nothing is stopped. */
  readonly enforced: boolean;
  /** Microseconds that it took, where that was measured. */
  readonly latencyUs?: number | undefined;
}

/** Whoever hears of decisions: a log, or telemetry. It never throws and never waits. */
export interface Recorder {
  append(record: DecisionRecord): void;
}

/** How many decisions, by effect. */
export interface Counts {
  readonly allow: number;
  readonly deny: number;
  readonly require_approval: number;
}

interface Common {
  readonly v: 1;
  /** Whose chain it is in: one for each start of a process. */
  readonly writer: string;
  /** Its place there, from 0. */
  readonly seq: number;
  /** The hash of the entry before; `null` in a genesis. */
  readonly prev: string | null;
  /** Milliseconds since 1970, when it was taken. */
  readonly time: number;
}

/** The first of a chain. */
export interface Genesis extends Common {
  readonly kind: "genesis";
  /** The part of the allows that is logged. */
  readonly sample_allows: number;
}

/** What is missing from here back to the entry before, since nobody took it. */
export interface Gap extends Common {
  readonly kind: "gap";
  readonly dropped: Counts & { readonly unreadable: number };
  /** Milliseconds since 1970, of the first that was dropped. */
  readonly since: number;
}

export interface DecisionEntry extends Common {
  readonly kind: "decision";
  readonly tenant: string | null;
  readonly effect: DecisionEffect;
  readonly code: string;
  readonly mode: Mode | null;
  readonly enforced: boolean;
  /** Ids of the policies that applied, in the decision's order. */
  readonly policies: readonly string[];
  /** Ids of those in shadow that would have. */
  readonly shadow: readonly string[];
  readonly policy_set: string | null;
  readonly action: string | null;
  readonly app: string | null;
  readonly user: string | null;
  readonly workflow: string | null;
  readonly agent: string | null;
  readonly tool: string | null;
  readonly run: string | null;
  readonly call: string | null;
  readonly latency_us: number | null;
  /** The request, where the log keeps them. */
  readonly request: Json;
  /** Whether that is the request as it was decided, with nothing left out. */
  readonly complete: boolean;
}

export type Entry = Genesis | Gap | DecisionEntry;

/** An entry in its chain. */
export interface Sealed {
  /** Canonical. */
  readonly text: string;
  readonly hash: string;
}

/** As one line of NDJSON, and as the database is given it. */
export function lineOf({ text, hash }: Sealed): string {
  return `{"entry":${text},"hash":"${hash}"}`;
}

/** Where a chain has come to. */
export interface Anchor {
  readonly writer: string;
  readonly seq: number;
  readonly hash: string;
  /** The last of the entries that were removed by retention; `null` where there are all. */
  readonly from: { readonly seq: number; readonly hash: string } | null;
}
