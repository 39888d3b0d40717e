// What is answered while the policies are not known well enough to decide.
import { deniedByFailure } from "../engine/decision.js";
import { PortcullisError } from "../engine/errors.js";
import type { Decision } from "../types/generated/Decision.js";

const WORDS = {
  message: "The policies could not be read for too long, so nothing goes ahead.",
  remedy: "Try again in a few seconds. If it goes on, ask the people who run this platform.",
};

/** The denial; frozen. */
export function deniedAsUnavailable(policySet: string): Decision {
  return Object.freeze<Decision>({ ...deniedByFailure(policySet, WORDS), code: "policies_unavailable" });
}

/** What calls other than decisions throw meanwhile. */
export function unavailable(cause?: unknown): PortcullisError {
  const error = new PortcullisError({
    code: "policies_unavailable",
    message: "the policies could not be read for too long",
    remedy: "Try again in a few seconds, and look at the service's health.",
    retryable: true,
  });
  if (cause !== undefined) Object.defineProperty(error, "cause", { value: cause, enumerable: false });
  return error;
}
