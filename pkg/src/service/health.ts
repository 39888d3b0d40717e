// What a service says of itself.
import { PolicySetError, PortcullisError } from "../engine/errors.js";
import type { Diagnostic } from "../types/generated/Diagnostic.js";
import type { Enforcement } from "../types/generated/Enforcement.js";
import type { ContainedPolicy } from "./contain.js";

/** How a service is. */
export interface Health {
  /** `unavailable`: every request is denied. `degraded`: it decides, and someone should look. */
  readonly status: "ok" | "degraded" | "unavailable";
  /** Digest of the platform's policies; `null` before any were loaded. */
  readonly policy_set: string | null;
  /** Milliseconds since the policies were known to be what they are at their source; `null` if never. */
  readonly age_ms: number | null;
  /** Milliseconds after which they are too old to decide by. */
  readonly max_staleness_ms: number;
  /** Whether changes are announced; where not, they are found by polling. */
  readonly watching: boolean;
  readonly enforcement: Enforcement;
  /** Stored policies that do not load, and what stands in for them. */
  readonly contained: readonly ContainedPolicy[];
  /** Why the last look for changes failed; `null` if it didn't. */
  readonly failure: Failure | null;
  /** How often a sink of decisions has thrown. */
  readonly sink_failures: number;
}

export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  /** Findings, where policies or a catalogue do not load. */
  readonly diagnostics: readonly Diagnostic[];
}

export function failureOf(error: unknown): Failure {
  if (!PortcullisError.is(error)) {
    const message = error instanceof Error ? error.message : String(error);
    return { code: "refresh_failed", message, remedy: "See the logs of the process.", diagnostics: [] };
  }
  const { code, message, remedy } = error;
  return { code, message, remedy, diagnostics: PolicySetError.is(error) ? error.diagnostics : [] };
}

/** Hears how a service is, first and whenever that is another way: for logs. What it throws is not heard. */
export type HealthSink = (health: Health) => unknown;

/** Tells a sink of changes alone. */
export class HealthTeller {
  readonly #sink: HealthSink;
  #told = "";

  constructor(sink: HealthSink) {
    this.#sink = sink;
  }

  tell(health: Health): void {
    const { status, policy_set, watching, failure, contained } = health;
    const broken = contained.map(({ policy_id, revision, instead }) => [policy_id, revision, instead]);
    const said = JSON.stringify([status, policy_set, watching, failure?.code ?? null, broken]);
    if (said === this.#told) return;
    this.#told = said;
    try {
      this.#sink(health);
    } catch {
      // Whoever logs badly must not stop the policies.
    }
  }
}
