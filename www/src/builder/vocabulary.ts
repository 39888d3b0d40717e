// What conditions are made of, in words and by what each operator takes.
import type { Kind } from "../state/schema-types.js";
import { OPERATORS } from "../view/leaf-words.js";

/** What stands on the right of an operator. */
export type Right = "literal" | "bound" | "members" | "literals" | "patterns" | "presence" | "element";

interface Operator {
  readonly right: Right;
  /** Of which kinds the left side may be. */
  readonly on: readonly Kind[];
  /** Whether another field may stand on the right. */
  readonly fields: boolean;
}

const SCALARS: readonly Kind[] = ["string", "number", "boolean"];

export const OPERATOR: Readonly<Record<string, Operator>> = {
  eq: { right: "literal", on: SCALARS, fields: true },
  ne: { right: "literal", on: SCALARS, fields: true },
  lt: { right: "bound", on: ["number"], fields: true },
  lte: { right: "bound", on: ["number"], fields: true },
  gt: { right: "bound", on: ["number"], fields: true },
  gte: { right: "bound", on: ["number"], fields: true },
  in: { right: "members", on: SCALARS, fields: true },
  not_in: { right: "members", on: SCALARS, fields: true },
  includes: { right: "literal", on: ["list"], fields: true },
  includes_any: { right: "literals", on: ["list"], fields: false },
  includes_all: { right: "literals", on: ["list"], fields: false },
  starts_with: { right: "patterns", on: ["string"], fields: false },
  ends_with: { right: "patterns", on: ["string"], fields: false },
  contains: { right: "patterns", on: ["string"], fields: false },
  matches: { right: "patterns", on: ["string"], fields: false },
  within: { right: "patterns", on: ["string"], fields: false },
  exists: { right: "presence", on: ["string", "number", "boolean", "list", "object"], fields: false },
  some: { right: "element", on: ["list"], fields: false },
  every: { right: "element", on: ["list"], fields: false },
};

export const FOLDS: readonly string[] = ["starts_with", "ends_with", "contains", "matches"];

interface Derivation {
  readonly words: string;
  readonly from: readonly Kind[];
  readonly gives: Kind;
  readonly choices?: readonly string[];
}

export const DERIVATION: Readonly<Record<string, Derivation>> = {
  size: { words: "its size", from: ["string", "list"], gives: "number" },
  keys: { words: "the names in it", from: ["object"], gives: "list" },
  lower: { words: "in lower case", from: ["string"], gives: "string" },
  timestamp: { words: "as a time", from: ["string"], gives: "number" },
  number: { words: "as a number", from: ["string"], gives: "number" },
  url_scheme: { words: "its URL scheme", from: ["string"], gives: "string" },
  url_host: { words: "its URL host", from: ["string"], gives: "string" },
  url_path: { words: "its URL path", from: ["string"], gives: "string" },
  host_class: {
    words: "where its host leads",
    from: ["string"],
    gives: "string",
    choices: ["domain", "public_ip", "private_ip", "loopback"],
  },
  file_path: { words: "as a file path", from: ["string"], gives: "string" },
  email_domain: { words: "its mail domain", from: ["string"], gives: "string" },
  utc_hour: { words: "its hour (UTC)", from: ["number"], gives: "number" },
  utc_weekday: {
    words: "its weekday (UTC)",
    from: ["number"],
    gives: "string",
    choices: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
  },
};

/** Operators with their words: those that fit a kind, and the one that is there. */
export function operatorsFor(kind: Kind | undefined, current: string, nested: boolean): [string, string][] {
  return Object.entries(OPERATOR)
    .filter(
      ([name, { on, right }]) =>
        name === current || ((kind === undefined || on.includes(kind)) && !(nested && right === "element")),
    )
    .map(([name]) => [name, name === "exists" ? "is present or not" : (OPERATORS[name] ?? name)]);
}

export function derivationsFor(kind: Kind | undefined, current: string): [string, string][] {
  return Object.entries(DERIVATION)
    .filter(([name, { from }]) => name === current || kind === undefined || from.includes(kind))
    .map(([name, { words }]) => [name, words]);
}

export const SCOPES: readonly (readonly [string, string])[] = [
  ["global", "everything"],
  ["tool", "tools"],
  ["agent", "agents"],
  ["workflow", "workflows"],
  ["app", "apps"],
  ["tenant", "tenants"],
];

export const EFFECTS: readonly (readonly [string, string])[] = [
  ["allow", "Allow"],
  ["deny", "Deny"],
  ["require_approval", "Ask for approval"],
  ["modify", "Restrict"],
];

export const ACTION_WORDS: Readonly<Record<string, string>> = {
  tool_call: "tool calls",
  llm_call: "LLM calls",
  agent_step: "agent steps",
  run_start: "starts of runs",
};
