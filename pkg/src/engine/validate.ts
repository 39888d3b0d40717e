// Validation without an engine: what would keep policies from loading, and what is legal and unwise.

import type { Catalogue } from "../types/generated/Catalogue.js";
import type { Diagnostic } from "../types/generated/Diagnostic.js";
import type { Policy } from "../types/generated/Policy.js";
import type { Instances } from "./instance.js";
import { encodePolicies, encodeSource, findings } from "./sources.js";

/** What validation found. */
export interface Validation {
  /** Errors and warnings, in the order of the policies. Without errors, the policies load. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Validates policies against a catalogue, if there is one. */
export type Validate = (
  policies: string | readonly (string | Policy)[],
  catalogue?: string | Catalogue | null,
) => Validation;

/** The `validate` of an entry point. @internal */
export function validator(instances: Instances): Validate {
  return (policies, catalogue) => {
    const start = catalogue === undefined || catalogue === null ? {} : { catalogue: encodeSource(catalogue) };
    return { diagnostics: findings(instances.get(), start, encodePolicies(policies)) };
  };
}
