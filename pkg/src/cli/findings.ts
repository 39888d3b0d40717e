// Findings: diagnostics with the file, the line and the column that they are about, for people and for machines.
import type { Diagnostic } from "../types/generated/Diagnostic.js";
import type { Style } from "./terminal.js";
import { printable } from "./terminal.js";

/** A diagnostic and its place. Its pointer is one into the file. */
export interface Finding extends Diagnostic {
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
}

export function hasErrors(findings: readonly Finding[]): boolean {
  return findings.some(({ severity }) => severity === "error");
}

/** Two lines for people: where and what, then what to do. */
export function findingText(finding: Finding, style: Style): string {
  const { file, line, column, code, severity, message, help } = finding;
  const place = [file, line, column].filter((part) => part !== null).join(":");
  const tag = severity === "error" ? style.red(`error[${code}]`) : style.yellow(`warning[${code}]`);
  const first = `${place === "" ? "" : `${style.bold(printable(place))}: `}${tag}: ${printable(message)}\n`;
  return help === "" ? first : `${first}  help: ${printable(help)}\n`;
}

/** One line of NDJSON. */
export function findingJson({ file, line, column, ...diagnostic }: Finding): string {
  return `${JSON.stringify({ file, line, column, ...diagnostic })}\n`;
}

/** `2 errors, 1 warning`. */
export function tally(findings: readonly Finding[]): string {
  const errors = findings.filter(({ severity }) => severity === "error").length;
  const warnings = findings.length - errors;
  const counted = (count: number, word: string) => `${count} ${word}${count === 1 ? "" : "s"}`;
  return [errors > 0 ? counted(errors, "error") : "", warnings > 0 ? counted(warnings, "warning") : ""]
    .filter((part) => part !== "")
    .join(", ");
}
