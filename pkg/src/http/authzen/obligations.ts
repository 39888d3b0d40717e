// What an allow is bound to. A standard client reads `decision` alone, does the work in auto mode, and counts nothing.
import type { Decision } from "../../types/generated/Decision.js";
import type { Request } from "../../types/inputs.js";
import { type Evaluation, refused } from "./mapping.js";

/** `mode`: it may be done in draft mode only; `limits`: they are reserved before, and settled after. */
export const OBLIGATIONS = ["mode", "limits"] as const;
export type Obligation = (typeof OBLIGATIONS)[number];

/** An evaluation, and beside it what its caller says that it heeds: `context.obligations`, which is no fact. */
export interface Declared extends Evaluation {
  readonly heeded: ReadonlySet<Obligation>;
}

/** @throws Problem 400 for what is no list of them. */
export function declared(evaluation: Evaluation): Declared {
  const { context = {} } = evaluation;
  if (!Object.hasOwn(context, "obligations")) return { ...evaluation, heeded: new Set() };
  const { obligations, ...facts } = context;
  if (!Array.isArray(obligations) || !obligations.every((word) => OBLIGATIONS.includes(word))) {
    throw refused("`obligations` is no list of what can be heeded", `List any of: ${OBLIGATIONS.join(", ")}.`);
  }
  return { ...evaluation, context: facts, heeded: new Set(obligations) };
}

/** All that an allow is bound to, and whether its caller heeds it: what it is not told, it can't. */
export function obligationsOf(
  request: Request,
  whole: Decision,
  told: Decision,
  heeded: ReadonlySet<Obligation>,
): { readonly all: readonly Obligation[]; readonly met: boolean } {
  if (whole.effect !== "allow") return { all: [], met: true };
  const { run } = request as { run?: { mode?: unknown } | null };
  const stricter = whole.mode === "draft" && run?.mode !== "draft";
  const limited = whole.limits.length > 0;
  const all = OBLIGATIONS.filter((word) => (word === "mode" ? stricter : limited));
  const known = whole.limits.length === told.limits.length;
  return { all, met: all.every((word) => heeded.has(word)) && known };
}
