// A leaf of a condition in words. What it says is that the condition asks for; whether it holds is said beside it.
import type { Clause } from "portcullis";
import { fieldText, valueText } from "./field.js";

type Leaf = NonNullable<Clause["leaf"]>;

export const OPERATORS: Readonly<Record<string, string>> = {
  eq: "is",
  ne: "is not",
  lt: "is less than",
  lte: "is at most",
  gt: "is more than",
  gte: "is at least",
  in: "is one of",
  not_in: "is none of",
  includes: "includes",
  includes_any: "includes any of",
  includes_all: "includes all of",
  starts_with: "starts with",
  ends_with: "ends with",
  contains: "contains",
  matches: "matches",
  within: "lies within",
  some: "has an element that fits",
  every: "has only elements that fit",
};

/** What is asked of the field. */
export function asked({ operator, expected, ignore_case }: Leaf): string {
  if (operator === "exists") return expected === false ? "is absent" : "is present";
  const words = OPERATORS[operator] ?? operator;
  if (operator === "some" || operator === "every") return words;
  const folded = ignore_case ? " (in any case)" : "";
  const other = (expected as { field?: string | string[] } | null)?.field;
  return `${words} ${other === undefined ? valueText(expected) : fieldText(other)}${folded}`;
}

/** What the request holds there. */
export function found({ absent, actual, left_out, default: fallback, derived, error }: Leaf): string {
  const parts = [absent ? "it is absent" : `it is ${left_out ?? valueText(actual)}`];
  if (fallback !== null && fallback !== undefined) parts.push(`so ${valueText(fallback)}`);
  if (derived !== null && derived !== undefined) parts.push(`which gives ${valueText(derived)}`);
  if (error !== null) parts.push(`error: ${error.replaceAll("_", " ")}`);
  return parts.join(", ");
}
