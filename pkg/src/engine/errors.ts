// Errors: what went wrong, in words that an agent may read, with a stable code and what to do about it.
import type { ApprovalRequirement } from "../types/generated/ApprovalRequirement.js";
import type { Decision } from "../types/generated/Decision.js";
import type { Diagnostic } from "../types/generated/Diagnostic.js";

/** Found on every error of this package, whichever realm or bundle it comes from. */
const BRAND = Symbol.for("portcullis.error");

/** What an error is made of. */
export interface ErrorDetails {
  /** Stable and machine readable. */
  readonly code: string;
  readonly message: string;
  /** What can be done about it. */
  readonly remedy: string;
  /** Whether the same call may succeed later, as it is. */
  readonly retryable: boolean;
}

/**
 * The base of all errors of this package.
 *
 * @example
 * try { engine.enforce(request); } catch (error) {
 *   if (PortcullisError.is(error)) return error.toJSON();
 *   throw error;
 * }
 */
export class PortcullisError extends Error {
  /** Stable and machine readable. */
  readonly code: string;
  /** What can be done about it. */
  readonly remedy: string;
  /** Whether the same call may succeed later, as it is. */
  readonly retryable: boolean;

  constructor({ code, message, remedy, retryable }: ErrorDetails) {
    super(message);
    this.code = code;
    this.remedy = remedy;
    this.retryable = retryable;
    hide(this, "name", "PortcullisError");
    hide(this, BRAND, "PortcullisError");
  }

  /** Whether something that was thrown is such an error; works across realms and bundles. */
  static is(error: unknown): error is PortcullisError {
    return brandOf(error) !== undefined;
  }

  /** The error without its stack, fit to be handed to an agent. */
  toJSON(): Record<string, unknown> {
    const { name, code, message, remedy, retryable } = this;
    return { name, code, message, remedy, retryable };
  }
}

/** A decision that stops a request. */
export class PolicyDeniedError extends PortcullisError {
  /** The decision. */
  readonly decision: Decision;

  constructor(decision: Decision) {
    super({
      code: decision.code,
      ...wording(decision, "No policy permits this."),
      retryable: TRANSIENT.has(decision.code),
    });
    this.decision = decision;
    hide(this, "decision", decision);
    hide(this, "name", "PolicyDeniedError");
    hide(this, BRAND, "PolicyDeniedError");
  }

  /** Whether something that was thrown is such an error; works across realms and bundles. */
  static override is(error: unknown): error is PolicyDeniedError {
    return brandOf(error) === "PolicyDeniedError";
  }
}

/** A decision that pauses a request until people approve it. */
export class ApprovalRequiredError extends PortcullisError {
  /** The decision. */
  readonly decision: Decision;
  /** The approvals that are missing. */
  readonly approvals: readonly ApprovalRequirement[];

  constructor(decision: Decision) {
    super({ code: decision.code, ...wording(decision, "People must approve this first."), retryable: true });
    this.decision = decision;
    this.approvals = decision.approvals;
    hide(this, "decision", decision);
    hide(this, "approvals", decision.approvals);
    hide(this, "name", "ApprovalRequiredError");
    hide(this, BRAND, "ApprovalRequiredError");
  }

  /** Whether something that was thrown is such an error; works across realms and bundles. */
  static override is(error: unknown): error is ApprovalRequiredError {
    return brandOf(error) === "ApprovalRequiredError";
  }
}

/** Policies or a catalogue that do not load. */
export class PolicySetError extends PortcullisError {
  /** Every finding, warnings included. */
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    const errors = diagnostics.filter((d) => d.severity === "error");
    super({
      code: "policy_set_invalid",
      message: ["the policies do not load", ...errors.map((d) => `${d.pointer || "/"}: ${d.message} (${d.code})`)].join(
        "\n  ",
      ),
      remedy: [...new Set(errors.map((d) => d.help).filter((help) => help))].join("\n"),
      retryable: false,
    });
    this.diagnostics = diagnostics;
    hide(this, "name", "PolicySetError");
    hide(this, BRAND, "PolicySetError");
  }

  /** Whether something that was thrown is such an error; works across realms and bundles. */
  static override is(error: unknown): error is PolicySetError {
    return brandOf(error) === "PolicySetError";
  }

  /** The error without its stack, with all findings. */
  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), diagnostics: this.diagnostics };
  }
}

/** A request that has no digest, since something in it has no canonical form. */
export class DigestError extends PortcullisError {
  /** The part of the request that stands in the way. */
  readonly field: string;

  constructor(field: string, message: string) {
    super({
      code: "not_digestible",
      message,
      remedy: "State every entity as an object with an id, or null, and keep the input to plain JSON.",
      retryable: false,
    });
    this.field = field;
    hide(this, "name", "DigestError");
    hide(this, BRAND, "DigestError");
  }

  /** Whether something that was thrown is such an error; works across realms and bundles. */
  static override is(error: unknown): error is DigestError {
    return brandOf(error) === "DigestError";
  }

  /** The error without its stack. */
  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), field: this.field };
  }
}

/** Codes that go away by themselves. */
const TRANSIENT: ReadonlySet<string> = new Set(["engine_failure", "policies_unavailable", "limit_exceeded"]);

function hide(error: Error, key: string | symbol, value: unknown): void {
  Object.defineProperty(error, key, { value, enumerable: false, configurable: true, writable: true });
}

function brandOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  try {
    const brand = (error as Record<symbol, unknown>)[BRAND];
    return typeof brand === "string" ? brand : undefined;
  } catch {
    return undefined;
  }
}

/** What the policies that stop a request say, each sentence once. */
function wording(decision: Decision, otherwise: string): { message: string; remedy: string } {
  const asks = decision.effect === "require_approval";
  const stops = decision.reasons.filter(
    (r) => r.effect === "deny" || (asks ? r.effect === "require_approval" : r.error !== null),
  );
  const said = (texts: (string | null | undefined)[]) => [...new Set(texts.filter((text) => text))].join("\n");
  const message = said(stops.map((r) => r.message ?? r.error?.message));
  const remedy = said(stops.map((r) => r.remedy));
  return {
    message: message || (stops.length > 0 && !asks ? "A policy denies this." : otherwise),
    remedy: remedy || (asks ? "Ask for approval, then repeat the same call." : "Ask the people who run this platform."),
  };
}
