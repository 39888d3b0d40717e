/** Strong Kleene logic over true, false and error, where the error that is reported is the first. */
import type { ReportedError } from "./types.js";

export type Result = boolean | ReportedError;

export function isError(result: Result): result is ReportedError {
  return typeof result === "object";
}

export function all(results: Result[]): Result {
  if (results.includes(false)) return false;
  return results.find(isError) ?? true;
}

export function any(results: Result[]): Result {
  if (results.includes(true)) return true;
  return results.find(isError) ?? false;
}

export function not(result: Result): Result {
  return isError(result) ? result : !result;
}

export function nameOf(result: Result): "true" | "false" | "error" {
  if (isError(result)) return "error";
  return result ? "true" : "false";
}
