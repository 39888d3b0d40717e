/** Trees of conditions, mostly small. */
import type { Condition } from "../types.js";
import type { Ask } from "./ask.js";
import type { Context } from "./leaf.js";
import { generateBodyLeaf, generateLeaf } from "./leaf.js";
import type { FieldType } from "./universe.js";

export function generateCondition(context: Context): Condition {
  return tree(context, 3, () => generateLeaf(context));
}

export function generateBody(elementType: FieldType, context: Context, elements: Ask[]): Condition {
  return tree(context, 2, () => generateBodyLeaf(elementType, context, elements));
}

function tree(context: Context, depth: number, leaf: () => Condition): Condition {
  const { random } = context;
  const kind =
    depth === 0
      ? "leaf"
      : random.weighted([
          [11, "leaf"],
          [4, "all"],
          [4, "any"],
          [2, "not"],
        ]);
  const child = () => tree(context, depth - 1, leaf);
  switch (kind) {
    case "all":
      return { all: Array.from({ length: random.between(1, 3) }, child) };
    case "any":
      return { any: Array.from({ length: random.between(1, 3) }, child) };
    case "not":
      return { not: child() };
    default:
      return leaf();
  }
}
