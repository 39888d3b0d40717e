// Decisions as JSON. What a policy adds to them is the same object each time, so its text is made once.
import type { Decision } from "../types/generated/Decision.js";

/** By parts that never change. */
const texts = new WeakMap<object, string>();

/** As `JSON.stringify` gives it. */
export function decisionText(decision: Decision): string {
  const { effect, code, mode, reasons, limits, approvals, shadow, policy_set } = decision;
  const first = `{"effect":"${effect}","code":"${code}","mode":"${mode}","reasons":${listText(reasons)}`;
  const lists = `"limits":${listText(limits)},"approvals":${listText(approvals)},"shadow":${listText(shadow)}`;
  return `${first},${lists},"policy_set":"${policy_set}"}`;
}

function listText(parts: readonly object[]): string {
  if (parts.length === 0) return "[]";
  let text = "";
  for (const part of parts) text += `${text === "" ? "[" : ","}${partText(part)}`;
  return `${text}]`;
}

function partText(part: object): string {
  const known = texts.get(part);
  if (known !== undefined) return known;
  const text = JSON.stringify(part);
  if (Object.isFrozen(part)) texts.set(part, text);
  return text;
}
