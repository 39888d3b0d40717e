// How decisions are printed: a line of JSON for machines, a row of a table for people.
import type { Decision } from "../../types/generated/Decision.js";
import type { DecisionEffect } from "../../types/generated/DecisionEffect.js";
import { printable, type Style } from "../terminal.js";
import { serialise } from "./serialise.js";

/** Prints decisions. */
export interface Answers {
  /** What stands before all decisions, or before those of one file. */
  heading(file: string | undefined): string;
  /** One decision. */
  answer(file: string | undefined, line: number, decision: Decision): string;
}

/** NDJSON: the decision, with the line of its request; and with the file, where one was named. */
export function ndjson(): Answers {
  let quoted: { file: string; members: string } | undefined;
  const fileMembers = (file: string) => {
    if (quoted?.file !== file) quoted = { file, members: `"file":${JSON.stringify(file)},` };
    return quoted.members;
  };
  return {
    heading: () => "",
    answer(file, line, decision) {
      const place = `${file === undefined ? "" : fileMembers(file)}"line":${line},`;
      return `${serialise(decision, place)}\n`;
    },
  };
}

const COLUMNS = { line: 8, effect: 17, code: 22, mode: 6 };

/** A table. Its columns have fixed widths, since it is printed before all rows are known. */
export function table(style: Style): Answers {
  const colours: Record<DecisionEffect, (text: string) => string> = {
    allow: style.green,
    deny: style.red,
    require_approval: style.yellow,
  };
  let begun = false;
  const row = (line: string, effect: string, code: string, mode: string, policies: string) =>
    `${line.padStart(COLUMNS.line)}  ${effect}${code.padEnd(COLUMNS.code)}${mode.padEnd(COLUMNS.mode)}${policies}\n`;
  return {
    heading(file) {
      const columns = style.dim(row("line", "effect".padEnd(COLUMNS.effect), "code", "mode", "policies"));
      const head = begun ? "" : columns;
      begun = true;
      return file === undefined ? head : `${head}${style.bold(printable(file))}\n`;
    },
    answer(_, line, { effect, code, mode, reasons }) {
      const shown = colours[effect](effect.padEnd(COLUMNS.effect));
      const names = reasons.map(({ policy_name, error }) => policy_name ?? error?.message ?? "");
      return row(String(line), shown, code, mode, printable(names.join(", ")));
    },
  };
}
