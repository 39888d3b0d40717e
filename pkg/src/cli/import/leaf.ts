// One old condition as a condition of Portcullis that decides alike: a missing field is false, and never an error.
import type { Condition } from "../../types/generated/Condition.js";
import type { FieldPath } from "../../types/generated/FieldPath.js";
import { nearest } from "../usage.js";
import { textTest } from "./pattern.js";
import type { OldCondition, Remark } from "./rules.js";

/** A condition, or what it always comes to. */
export type Translated = Condition | boolean;

/** A condition that can't be said here, and why. */
class Untranslatable extends Error {
  readonly code: string;
  readonly help: string;

  constructor(code: string, message: string, help: string) {
    super(message);
    this.code = code;
    this.help = help;
  }
}

type Scalar = string | number | boolean;

const COMPARE = { eq: "eq", neq: "ne" } as const;
const ORDERS = { gt: "gt", gte: "gte", lt: "lt", lte: "lte" } as const;
const LISTS = { in: "in", not_in: "not_in" } as const;
const AFFIXES = { starts_with: "starts_with", ends_with: "ends_with" } as const;
const OPERATORS = [...Object.keys({ ...COMPARE, ...ORDERS, ...LISTS, ...AFFIXES }), "contains", "exists", "regex"];

/** Fields of the engine that hold lists of text, so that `contains` asks for an element. */
const LIST_FIELDS = new Set(["user.roles", "tool.side_effects"]);
/** Text that another type would have become, where the older engine converted. */
const CONVERTIBLE = /^(?:\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*|true|false|null|)$/;

/** Translates a condition; nothing where that can't be done, which is remarked. */
export function translateLeaf(old: OldCondition, pointer: string, remarks: Remark[]): Translated | undefined {
  try {
    const field = path(old.field);
    const warn = (code: string, message: string, help: string) =>
      remarks.push({ code, severity: "warning", pointer, message, help });
    return ask(field, old, warn);
  } catch (error) {
    if (!(error instanceof Untranslatable)) throw error;
    remarks.push({ code: error.code, severity: "error", pointer, message: error.message, help: error.help });
    return undefined;
  }
}

function path(field: string): FieldPath {
  if (field.split(".").every((name) => name !== "")) return field;
  throw new Untranslatable("invalid_rule", `\`${field}\` is no path`, "write names with dots between them");
}

type Warn = (code: string, message: string, help: string) => void;

function ask(field: FieldPath, { operator, value }: OldCondition, warn: Warn): Translated {
  if (operator === "exists") return { field, exists: existence(value) };
  if (has(LISTS, operator)) return among(field, LISTS[operator], value, warn);
  if (has(ORDERS, operator)) return there(field, { [ORDERS[operator]]: numeric(value, operator) });
  if (operator === "regex") return pattern(field, value);
  const literal = scalar(value, operator);
  if (has(COMPARE, operator)) {
    warnOfConversion([literal], warn);
    return there(field, { [COMPARE[operator]]: literal });
  }
  if (operator === "contains" && (typeof literal !== "string" || LIST_FIELDS.has(String(field)))) {
    return there(field, { includes: literal });
  }
  if (operator !== "contains" && !has(AFFIXES, operator)) throw unknownOperator(operator);
  if (typeof literal !== "string") throw wrongValue(operator, "text");
  if (operator === "contains") {
    warn(
      "assumed_text",
      `\`${field}\` is taken for text: \`contains\` looks for a part of it`,
      "if it holds a list, write `includes` in place of `contains`",
    );
  }
  // Every text begins with the empty one, and what is no text does not.
  return there(field, literal === "" ? { matches: "*" } : { [operator]: literal });
}

/** A leaf on a field that may be missing, which is then false. */
function there(field: FieldPath, test: Condition): Condition {
  return {
    all: [
      { field, exists: true },
      { field, ...test },
    ],
  };
}

function among(field: FieldPath, operator: "in" | "not_in", value: unknown, warn: Warn): Translated {
  if (!Array.isArray(value)) throw wrongValue(operator, "a list");
  const literals = [...new Set(value.map((element) => scalar(element, operator)))];
  if (literals.length === 0) return operator === "in" ? false : { field, exists: true };
  if (new Set(literals.map((literal) => typeof literal)).size > 1) {
    throw new Untranslatable(
      "mixed_list",
      `the list of \`${operator}\` holds values of several types`,
      "write a condition for each type, joined by OR",
    );
  }
  warnOfConversion(literals, warn);
  return there(field, { [operator]: literals });
}

function pattern(field: FieldPath, value: unknown): Translated {
  const test = typeof value === "string" ? textTest(value) : undefined;
  if (test !== undefined) return there(field, test);
  throw new Untranslatable(
    "regex",
    "Portcullis has no regular expressions",
    "say it by starts_with, ends_with, contains, in or matches (a glob); for hosts, paths and addresses there is `as`",
  );
}

function existence(value: unknown): boolean {
  if (value === undefined) return true;
  if (typeof value === "boolean") return value;
  throw wrongValue("exists", "true or false");
}

function numeric(value: unknown, operator: string): number {
  if (typeof value === "number") return value;
  throw new Untranslatable(
    "type_coercion",
    `\`${operator}\` compares with something that is no number, and Portcullis orders numbers only`,
    'write a number; for times write policies with `"as": "timestamp"`',
  );
}

function scalar(value: unknown, operator: string): Scalar {
  if (value === null || value === undefined) {
    throw new Untranslatable("null_value", `\`${operator}\` compares with null`, "use `exists` with the value false");
  }
  if (!["string", "number", "boolean"].includes(typeof value))
    throw wrongValue(operator, "text, a number or a boolean");
  return value as Scalar;
}

function warnOfConversion(literals: readonly Scalar[], warn: Warn): void {
  const found = literals.find((literal) => typeof literal === "string" && CONVERTIBLE.test(literal));
  if (found === undefined) return;
  warn(
    "type_coercion",
    `\`${found}\` is compared with text only`,
    "if the older engine also took a number or a boolean for it, write a condition for that as well",
  );
}

function wrongValue(operator: string, wanted: string): Untranslatable {
  return new Untranslatable("invalid_rule", `the value of \`${operator}\` is not ${wanted}`, `give ${wanted}`);
}

function unknownOperator(operator: string): Untranslatable {
  const meant = nearest(operator, OPERATORS);
  const help = meant === undefined ? `one of: ${OPERATORS.join(", ")}` : `did you mean \`${meant}\`?`;
  return new Untranslatable("unknown_operator", `there is no operator \`${operator}\``, help);
}

function has<T extends object>(table: T, key: string): key is Extract<keyof T, string> {
  return Object.hasOwn(table, key);
}
