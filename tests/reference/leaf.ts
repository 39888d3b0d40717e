/** One leaf: walk, default, readable, derive, operator, in this order. */

import type { Scope } from "./condition.js";
import { evaluateQuantifier } from "./condition.js";
import { derive } from "./derive.js";
import type { Result } from "./kleene.js";
import { nameOf } from "./kleene.js";
import { matchesAny } from "./text.js";
import { parseTimestamp } from "./time.js";
import type { Derivation, FieldRef, Leaf, Operator, Scalar } from "./types.js";
import { operators } from "./types.js";
import {
  byteLength,
  elementsOf,
  Failure,
  fieldOf,
  isScalar,
  kindOf,
  MAX_STRING_BYTES,
  pathOf,
  readField,
  requireReadable,
  tooLongInArray,
  walk,
} from "./value.js";

/** A value and the path that errors about it name. */
interface Operand {
  value: unknown;
  path: string[];
  /** By element of an array in an element: whether its strings and those of the others are too long together. */
  tooLong?: boolean[] | undefined;
}

export function evaluateLeaf(leaf: Leaf, pointer: string, scope: Scope): Result {
  const operator = operators.find((name) => name in leaf) as Operator;
  let result: Result;
  try {
    result = apply(operator, leaf, pointer, scope);
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    result = { code: failure.code, field: fieldOf(failure.path), pointer };
    scope.trace(`error:${failure.code}`);
    if (Array.isArray(result.field)) scope.trace("error_field:array");
  }
  traceLeaf(operator, leaf, result, scope);
  return result;
}

function apply(operator: Operator, leaf: Leaf, pointer: string, scope: Scope): Result {
  if (operator === "exists") return exists(leaf, scope);
  const left = readLeft(leaf, operator, scope);
  switch (operator) {
    case "eq":
    case "ne": {
      const right = scalarOperands(left, leaf[operator] as Scalar | FieldRef, scope);
      return (left.value === right) === (operator === "eq");
    }
    case "lt":
    case "lte":
    case "gt":
    case "gte":
      return isInOrder(operator, left, leaf[operator] as Scalar | FieldRef, scope);
    case "in":
    case "not_in":
      return isIn(left, leaf[operator] as Scalar[] | FieldRef, scope) === (operator === "in");
    case "includes":
    case "includes_any":
    case "includes_all":
      return includes(operator, left, leaf[operator] as Scalar | Scalar[] | FieldRef, scope);
    case "starts_with":
    case "ends_with":
    case "contains":
    case "matches":
    case "within": {
      if (typeof left.value !== "string") throw new Failure("wrong_type", left.path);
      const patterns = [leaf[operator]].flat() as string[];
      if (patterns.length > 1) scope.trace(`patterns:${operator}`);
      return matchesAny(operator, left.value, patterns, leaf.ignore_case === true, left.path, scope);
    }
    case "some":
    case "every": {
      if (!Array.isArray(left.value)) throw new Failure("wrong_type", left.path);
      return evaluateQuantifier(
        operator,
        leaf[operator] as NonNullable<(typeof leaf)[typeof operator]>,
        left.value,
        left.path,
        pointer,
        scope,
      );
    }
  }
}

/** Where the leaf looks: below the element for `item` or no address, below the root for `field`. */
function walkLeft(leaf: Leaf, scope: Scope): Operand {
  if (leaf.field !== undefined) {
    const path = pathOf(leaf.field);
    if (Array.isArray(leaf.field)) scope.trace("path:array");
    if (scope.element) scope.trace("body:field");
    return { value: walk(scope.request, path, path), path };
  }
  const element = scope.element as NonNullable<typeof scope.element>;
  const itemPath = leaf.item === undefined ? [] : pathOf(leaf.item);
  scope.trace(leaf.item === undefined ? "body:element" : "body:item");
  const path = [...element.path, ...itemPath];
  return { value: walk(element.value, itemPath, path), path };
}

function exists(leaf: Leaf, scope: Scope): boolean {
  const { value, path } = walkLeft(leaf, scope);
  const kind = kindOf(value);
  if (kind === "unsupported") throw new Failure("unsupported", path);
  return (kind !== "absent") === leaf.exists;
}

function readLeft(leaf: Leaf, operator: Operator, scope: Scope): Operand {
  const { value: raw, path } = walkLeft(leaf, scope);
  const useDefault = kindOf(raw) === "absent" && leaf.default !== undefined;
  if (useDefault) scope.trace("default:used");
  const value = useDefault ? leaf.default : raw;
  requireReadableTraced(value, path, scope);
  if (typeof raw === "string" && scope.element?.tooLongFor.has(leaf)) {
    scope.trace("cap:too_long:sum_of_elements");
    throw new Failure("too_long", path);
  }
  const nested = useDefault ? undefined : scope.element?.nestedFor.get(leaf);
  if (nested?.tooMany) {
    scope.trace("cap:too_many:nested");
    throw new Failure("too_many", path);
  }
  const as = leaf.as ?? (operator === "within" ? "file_path" : undefined);
  return { value: as === undefined ? value : deriveTraced(as, value, path, scope), path, tooLong: nested?.tooLong };
}

function readRight(right: FieldRef, scope: Scope): Operand {
  return { value: readField(scope.request, right.field), path: pathOf(right.field) };
}

function isFieldRef(right: unknown): right is FieldRef {
  return kindOf(right) === "object";
}

function requireScalar({ value, path }: Operand): void {
  if (!isScalar(value)) throw new Failure("wrong_type", path);
}

/** The right side of an equality, after the checks of both. Two scalars of different types are the fault of the left. */
function scalarOperands(left: Operand, literal: Scalar | FieldRef, scope: Scope): Scalar {
  requireScalar(left);
  const right = isFieldRef(literal) ? readRight(literal, scope) : { value: literal, path: left.path };
  requireScalar(right);
  if (typeof left.value !== typeof right.value) throw new Failure("wrong_type", left.path);
  return right.value as Scalar;
}

function isInOrder(
  operator: "lt" | "lte" | "gt" | "gte",
  left: Operand,
  literal: Scalar | FieldRef,
  scope: Scope,
): boolean {
  const l = requireNumber(left);
  let r: number;
  if (isFieldRef(literal)) r = requireNumber(readRight(literal, scope));
  else r = typeof literal === "string" ? (parseTimestamp(literal) as number) : (literal as number);
  switch (operator) {
    case "lt":
      return l < r;
    case "lte":
      return l <= r;
    case "gt":
      return l > r;
    case "gte":
      return l >= r;
  }
}

function requireNumber({ value, path }: Operand): number {
  if (typeof value !== "number") throw new Failure("wrong_type", path);
  return value;
}

function isIn(left: Operand, right: Scalar[] | FieldRef, scope: Scope): boolean {
  requireScalar(left);
  const list = isFieldRef(right) ? uniformScalars(readRight(right, scope), scope) : right;
  if (list.length === 0) return false;
  if (typeof list[0] !== typeof left.value) throw new Failure("wrong_type", left.path);
  return list.includes(left.value as Scalar);
}

function includes(
  operator: "includes" | "includes_any" | "includes_all",
  left: Operand,
  literal: Scalar | Scalar[] | FieldRef,
  scope: Scope,
): boolean {
  const elements = uniformScalars(left, scope);
  const right = isFieldRef(literal) ? readRight(literal, scope) : undefined;
  if (right) requireScalar(right);
  const wanted = right ? [right.value as Scalar] : ([literal].flat() as Scalar[]);
  if (elements.length === 0) return false;
  if (typeof elements[0] !== typeof wanted[0]) throw new Failure("wrong_type", left.path);
  if (operator === "includes_all") return wanted.every((scalar) => elements.includes(scalar));
  return wanted.some((scalar) => elements.includes(scalar));
}

/** The elements of an array that are all scalars of one type. The first that is not decides the error, named by the array. */
function uniformScalars({ value, path, tooLong: nested }: Operand, scope: Scope): Scalar[] {
  if (!Array.isArray(value)) throw new Failure("wrong_type", path);
  const elements = elementsOf(value);
  const tooLong = nested ?? tooLongInArray(elements);
  elements.forEach((element, index) => {
    if (kindOf(element) === "unsupported") throw new Failure("unsupported", path);
    if (tooLong[index]) {
      scope.trace(
        byteLength(element as string) > MAX_STRING_BYTES ? "cap:too_long:of_array" : "cap:too_long:sum_of_array",
      );
      throw new Failure("too_long", path);
    }
    if (!isScalar(element) || typeof element !== typeof elements[0]) throw new Failure("wrong_type", path);
  });
  return elements as Scalar[];
}

function requireReadableTraced(value: unknown, path: string[], scope: Scope): void {
  try {
    requireReadable(value, path);
  } catch (failure) {
    const code = (failure as Failure).code;
    if (code === "too_long") scope.trace("cap:too_long:string");
    if (code === "too_many") scope.trace("cap:too_many:array");
    throw failure;
  }
}

function deriveTraced(as: Derivation, value: unknown, path: string[], scope: Scope): unknown {
  try {
    const derived = derive(as, value, path);
    scope.trace(`as:${as}:ok`);
    if (as === "host_class") scope.trace(`host_class:${derived as string}`);
    return derived;
  } catch (failure) {
    const code = (failure as Failure).code;
    scope.trace(`as:${as}:${code}`);
    if (code === "too_many") scope.trace("cap:too_many:keys");
    throw failure;
  }
}

function traceLeaf(operator: Operator, leaf: Leaf, result: Result, scope: Scope): void {
  const name = nameOf(result);
  scope.trace(`operator:${operator}:${name}`);
  const right = leaf[operator];
  if (isFieldRef(right) && "field" in right && operator !== "some" && operator !== "every") {
    scope.trace(`right_field:${operator}:${name}`);
  }
  if (["lt", "lte", "gt", "gte"].includes(operator) && typeof right === "string")
    scope.trace(`right_timestamp:${operator}:${name}`);
  if (leaf.ignore_case) scope.trace(`ignore_case:${operator}:${name}`);
}
