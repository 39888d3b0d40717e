/** The operators on strings, each with one or more patterns of which any will do. */

import type { Scope } from "./condition.js";
import { normalisePath } from "./derive.js";
import { fold } from "./fold.js";
import { globMatches } from "./glob.js";
import { byteLength, Failure } from "./value.js";

const STEP_BUDGET = 8_388_608;

type TextOperator = "starts_with" | "ends_with" | "contains" | "matches" | "within";

export function matchesAny(
  operator: TextOperator,
  value: string,
  patterns: string[],
  ignoreCase: boolean,
  path: string[],
  scope: Scope,
): boolean {
  const text = ignoreCase ? fold(value) : value;
  const wanted = ignoreCase ? patterns.map(fold) : patterns;
  const budget = scope.element ? Math.floor(STEP_BUDGET / scope.element.count) : STEP_BUDGET;
  if (cost(operator, text, wanted) > budget) {
    scope.trace(`cap:too_costly:${operator}${scope.element ? ":element" : ""}`);
    throw new Failure("too_costly", path);
  }
  return wanted.some((pattern) => matchesOne(operator, text, pattern));
}

function cost(operator: TextOperator, text: string, patterns: string[]): number {
  const bytes = byteLength(text);
  const costs = patterns.map((pattern) => {
    if (operator === "contains") return byteLength(pattern) + bytes;
    if (operator === "matches") return byteLength(pattern) * bytes;
    return 0;
  });
  return costs.reduce((sum, one) => sum + one, 0);
}

function matchesOne(operator: TextOperator, text: string, pattern: string): boolean {
  switch (operator) {
    case "starts_with":
      return text.startsWith(pattern);
    case "ends_with":
      return text.endsWith(pattern);
    case "contains":
      return text.includes(pattern);
    case "matches":
      return globMatches(pattern, text);
    case "within":
      return isWithin(text, normalisePath(pattern) as string);
  }
}

/** By whole segments. The value is normalised already. */
function isWithin(path: string, folder: string): boolean {
  if (folder === "/") return path.startsWith("/");
  if (folder === ".") return !path.startsWith("/");
  return path === folder || path.startsWith(`${folder}/`);
}
