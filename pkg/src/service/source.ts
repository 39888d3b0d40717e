// The port to where policies come from.
import type { Catalogue } from "../types/generated/Catalogue.js";
import type { Diagnostic } from "../types/generated/Diagnostic.js";

/** A policy as a source has it. */
export interface SourcePolicy {
  readonly id: string;
  /** Its revision there; 0 where there are none. */
  readonly revision: number;
  /** JSON, which may be broken in any way but that. */
  readonly text: string;
  /** Whether it is a tenant's or public, so that tenants may know of it; nothing is `false`. */
  readonly visible?: boolean;
}

/** All policies at one moment. */
export interface PolicySnapshot {
  /** How far it goes: what is later has a larger number. */
  readonly change: number;
  readonly policies: readonly SourcePolicy[];
  /** The ids of those that are visible, where the policies don't say so one by one. */
  readonly visible?: readonly string[];
  /** What requests look like, where the source knows that too. */
  readonly catalogue?: string | Catalogue | null | undefined;
}

/** What has changed since a moment. */
export interface PolicyChanges {
  readonly change: number;
  readonly replaced: readonly SourcePolicy[];
  /** Ids. */
  readonly removed: readonly string[];
}

/** How a watch tells of itself. */
export interface SourceWatcher {
  /** Something may have changed. */
  onChange(): void;
  /** Watching began, again or for the first time, or it ended. */
  onState(watching: boolean): void;
}

/** Where policies come from. What it throws is retried. */
export interface PolicySource {
  /** All policies, of one moment. */
  load(): Promise<PolicySnapshot>;
  /** What changed since; nothing where it would be easier, or is necessary, to load all. */
  changes(since: number): Promise<PolicyChanges | undefined>;
  /** What a policy said before a revision, the latest first; absent where nothing earlier is kept. */
  earlier?(id: string, revision: number): AsyncIterable<SourcePolicy>;
  /** Says when to look; absent where only polling helps. */
  watch?(watcher: SourceWatcher): { close(): Promise<void> };
  /** Findings of the engine in the words of the source: with the file and the line. */
  place?(diagnostics: readonly Diagnostic[]): readonly Diagnostic[];
}
