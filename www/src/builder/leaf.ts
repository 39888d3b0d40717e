// A leaf taken apart, where the form knows its shape, and put together again.
import type { Field } from "../state/catalogue.js";
import { isRecord, type Kind, kindOfValue } from "../state/schema-types.js";
import { DERIVATION, FOLDS, OPERATOR } from "./vocabulary.js";

export type Condition = Readonly<Record<string, unknown>>;

export interface Leaf {
  /** Where the value comes from: the call, or under a quantifier the element or a member of it. */
  readonly address: "field" | "item" | "element";
  readonly path: string;
  readonly operator: string;
  readonly right: unknown;
  readonly as: string | undefined;
  readonly fallback: unknown;
  readonly ignoresCase: boolean;
}

const SIDE = new Set(["field", "item", "default", "as", "ignore_case"]);

/** None for what the form does not know: that is shown as JSON. */
export function leafOf(condition: unknown, nested: boolean): Leaf | undefined {
  if (!isRecord(condition)) return undefined;
  const operators = Object.keys(condition).filter((key) => !SIDE.has(key));
  const [operator] = operators;
  if (operators.length !== 1 || operator === undefined || !Object.hasOwn(OPERATOR, operator)) return undefined;
  const { field, item, default: fallback, as, ignore_case } = condition;
  const address = field !== undefined ? "field" : item !== undefined ? "item" : "element";
  const path = field ?? item ?? "";
  if (typeof path !== "string" || (field !== undefined && item !== undefined)) return undefined;
  if (address !== "field" && !nested) return undefined;
  if (as !== undefined && (typeof as !== "string" || !Object.hasOwn(DERIVATION, as))) return undefined;
  if (ignore_case !== undefined && (ignore_case !== true || !FOLDS.includes(operator))) return undefined;
  if (fallback !== undefined && !isScalar(fallback) && !isScalars(fallback)) return undefined;
  const right = condition[operator];
  if (!fits(operator, right)) return undefined;
  return { address, path, operator, right, as, fallback, ignoresCase: ignore_case === true };
}

function fits(operator: string, right: unknown): boolean {
  switch (OPERATOR[operator]?.right) {
    case "literal":
      return isScalar(right) || isFieldRef(right);
    case "bound":
      return typeof right === "number" || typeof right === "string" || isFieldRef(right);
    case "members":
      return isScalars(right) || isFieldRef(right);
    case "literals":
      return isScalars(right);
    case "patterns":
      return typeof right === "string" || isScalars(right);
    case "presence":
      return typeof right === "boolean";
    default:
      return isRecord(right);
  }
}

export function isFieldRef(value: unknown): value is { readonly field: string } {
  return isRecord(value) && Object.keys(value).length === 1 && typeof value["field"] === "string";
}

function isScalar(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

function isScalars(value: unknown): boolean {
  return Array.isArray(value) && value.every(isScalar) && new Set(value.map((one) => typeof one)).size <= 1;
}

/** The leaf as a policy states it. */
export function conditionOf({ address, path, operator, right, as, fallback, ignoresCase }: Leaf): Condition {
  return {
    ...(address === "element" ? {} : { [address]: path }),
    ...(fallback === undefined ? {} : { default: fallback }),
    ...(as === undefined ? {} : { as }),
    [operator]: right,
    ...(ignoresCase && FOLDS.includes(operator) ? { ignore_case: true } : {}),
  };
}

/** Of which kind the value is that the operator sees. */
export function seenKind({ as, address }: Leaf, field: Field | undefined): Kind | undefined {
  if (as !== undefined) return DERIVATION[as]?.gives;
  return address === "field" ? field?.kind : undefined;
}

/** The leaf with another operator, its right side carried over as far as it can be. */
export function withOperator(leaf: Leaf, operator: string, kind: Kind | undefined, element: Kind | undefined): Leaf {
  const shape = OPERATOR[operator]?.right;
  const { right } = leaf;
  if (fits(operator, right) && shape !== "element") return { ...leaf, operator };
  const one = Array.isArray(right) ? right[0] : right;
  const scalar = isScalar(one) && shape !== "presence" ? one : sample(kind === "list" ? element : kind);
  const keep = isFieldRef(right) && OPERATOR[operator]?.fields === true;
  const next = {
    literal: keep ? right : scalar,
    bound: keep ? right : typeof scalar === "number" ? scalar : 0,
    members: keep ? right : [scalar],
    literals: Array.isArray(right) ? right : [scalar],
    patterns: typeof scalar === "string" && scalar !== "" ? scalar : "text",
    presence: true,
    element: kind === undefined || element === undefined ? { eq: sample(element) } : startOf(element),
  }[shape ?? "literal"];
  // Presence is asked of the value as it stands.
  const bare = shape === "presence" ? { as: undefined, fallback: undefined } : {};
  return { ...leaf, ...bare, operator, right: next };
}

function startOf(kind: Kind): Condition {
  return kind === "object" ? { item: "id", exists: true } : kind === "list" ? { exists: true } : { eq: sample(kind) };
}

function sample(kind: Kind | undefined): string | number | boolean {
  return kind === "number" ? 0 : kind === "boolean" ? true : "text";
}

/** The leaf for another field: what can't be asked of it gives way. */
export function withField(leaf: Leaf, path: string, field: Field | undefined): Leaf {
  const moved = { ...leaf, path };
  const kind = field?.kind;
  if (kind === undefined) return moved;
  const as = leaf.as !== undefined && DERIVATION[leaf.as]?.from.includes(kind) ? leaf.as : undefined;
  const seen = as === undefined ? kind : DERIVATION[as]?.gives;
  const keepsOperator = seen !== undefined && OPERATOR[leaf.operator]?.on.includes(seen);
  const wanted = kind === "list" ? (field?.element ?? "string") : seen;
  const first = Array.isArray(leaf.right) ? leaf.right[0] : leaf.right;
  const keepsRight = isFieldRef(first) || leaf.operator === "exists" || kindOfValue(first) === wanted;
  const isChoice = as !== undefined || field?.choices === undefined || field.choices.includes(String(first));
  const fallback = kindOfValue(leaf.fallback) === kind ? leaf.fallback : undefined;
  if (keepsOperator && keepsRight && (isChoice || isFieldRef(first))) return { ...moved, as, fallback };
  const start = field?.choices?.[0] ?? sample(wanted);
  if (kind === "list") return { ...moved, as, fallback, operator: "includes", right: start, ignoresCase: false };
  if (kind === "object")
    return { ...moved, as: undefined, fallback: undefined, operator: "exists", right: true, ignoresCase: false };
  return {
    ...moved,
    as,
    fallback,
    operator: kind === "number" && as === undefined ? "gt" : "eq",
    right: start,
    ignoresCase: false,
  };
}
