/** Conditions: the three connectives, and the two quantifiers with the scope of their bodies. */

import type { Result } from "./kleene.js";
import { all, any, isError, nameOf, not } from "./kleene.js";
import { evaluateLeaf } from "./leaf.js";
import type { Condition, Leaf, Trace } from "./types.js";
import { elementsOf, Failure, type Nested, nestedIn, pathOf, tooLongInArray, walk } from "./value.js";

const MAX_CELLS = 100_000;

export interface Scope {
  request: object;
  trace: Trace;
  /** Inside the body of a quantifier only. */
  element?: Element;
}

export interface Element {
  value: unknown;
  /** The path of the array with the index of this element. */
  path: string[];
  /** Of how many: they share the step budget of the quantifier. */
  count: number;
  /** The leaves for which this element takes the strings of the array past their cap. */
  tooLongFor: Set<Leaf>;
  /** For the leaves that look into an array or an object in this element: what they can't read there. */
  nestedFor: Map<Leaf, Nested>;
}

export function evaluate(condition: Condition, pointer: string, scope: Scope): Result {
  if ("all" in condition) {
    const results = condition.all.map((child, i) => evaluate(child, `${pointer}/all/${i}`, scope));
    const result = all(results);
    scope.trace(`all:${result === false && results.some(isError) ? "false_over_error" : nameOf(result)}`);
    return result;
  }
  if ("any" in condition) {
    const results = condition.any.map((child, i) => evaluate(child, `${pointer}/any/${i}`, scope));
    const result = any(results);
    scope.trace(`any:${result === true && results.some(isError) ? "true_over_error" : nameOf(result)}`);
    return result;
  }
  if ("not" in condition) {
    const result = not(evaluate(condition.not, `${pointer}/not`, scope));
    scope.trace(`not:${nameOf(result)}`);
    return result;
  }
  return evaluateLeaf(condition, pointer, scope);
}

/** `some` or `every` over the array that `path` led to. */
export function evaluateQuantifier(
  quantifier: "some" | "every",
  body: Condition,
  array: unknown[],
  path: string[],
  pointer: string,
  scope: Scope,
): Result {
  const elements = elementsOf(array);
  const leaves = leavesOf(body);
  if (elements.length * leaves.length > MAX_CELLS) {
    scope.trace("cap:too_many:cells");
    throw new Failure("too_many", path);
  }
  const tooLong = leaves.map((leaf) => tooLongElements(leaf, elements));
  const nested = leaves.map((leaf) => nestedElements(leaf, elements));
  const results = elements.map((value, index) => {
    const element: Element = {
      value,
      path: [...path, String(index)],
      count: elements.length,
      tooLongFor: new Set(leaves.filter((_, l) => tooLong[l]?.[index])),
      nestedFor: new Map(
        leaves.flatMap((leaf, l) => {
          const within = nested[l]?.[index];
          return within ? [[leaf, within] as const] : [];
        }),
      ),
    };
    return evaluate(body, `${pointer}/${quantifier}`, { ...scope, element });
  });
  scope.trace(`${quantifier}:${elements.length === 0 ? "empty" : "elements"}`);
  return quantifier === "some" ? any(results) : all(results);
}

function leavesOf(condition: Condition): Leaf[] {
  if ("all" in condition) return condition.all.flatMap(leavesOf);
  if ("any" in condition) return condition.any.flatMap(leavesOf);
  if ("not" in condition) return leavesOf(condition.not);
  return [condition];
}

/** The strings of one array, or at one item path of its elements, are counted together. */
function tooLongElements(leaf: Leaf, elements: unknown[]): boolean[] {
  return leaf.field === undefined ? tooLongInArray(valuesAt(leaf, elements)) : [];
}

/** So are the arrays there, by those who look into them. */
function nestedElements(leaf: Leaf, elements: unknown[]): (Nested | undefined)[] {
  const isReader = "includes" in leaf || "includes_any" in leaf || "includes_all" in leaf;
  return leaf.field === undefined && isReader ? nestedIn(valuesAt(leaf, elements), leaf.as === "keys") : [];
}

function valuesAt(leaf: Leaf, elements: unknown[]): unknown[] {
  const path = leaf.item === undefined ? [] : pathOf(leaf.item);
  return elements.map((element) => walkOrAbsent(element, path));
}

function walkOrAbsent(start: unknown, path: string[]): unknown {
  try {
    return walk(start, path, path);
  } catch (failure) {
    if (failure instanceof Failure) return undefined;
    throw failure;
  }
}
