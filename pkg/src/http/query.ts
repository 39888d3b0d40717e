// Queries, read by the schemas of their parameters.
import { checkOf, refuse } from "./check.js";
import type { Mistake } from "./problem.js";
import type { Parameter } from "./route.js";
import { object } from "./schemas/build.js";

export type Query = Readonly<Record<string, string | number | boolean>>;

/** @throws Problem 400. */
export function queryReader(parameters: Readonly<Record<string, Parameter>>): (query: string) => Query {
  const optional = Object.keys(parameters).filter((name) => !parameters[name]?.required);
  const schemas = Object.fromEntries(Object.entries(parameters).map(([name, { schema }]) => [name, schema]));
  const check = checkOf(object(schemas, optional));
  const needed = Object.keys(parameters).length > optional.length;
  return (query) => {
    if (query === "" && !needed) return {};
    const values: Record<string, string | number | boolean> = {};
    const mistakes: Mistake[] = [];
    for (const [name, value] of new URLSearchParams(query)) {
      const type = Object.hasOwn(schemas, name) ? schemas[name]?.["type"] : undefined;
      if (Object.hasOwn(values, name)) mistakes.push({ pointer: `/${name}`, message: "is given twice" });
      else Object.defineProperty(values, name, { value: valued(value, type), enumerable: true });
    }
    mistakes.push(...check(values));
    if (mistakes.length > 0) throw refuse("query", mistakes);
    return values;
  };
}

function valued(value: string, type: unknown): string | number | boolean {
  if (type === "integer" && /^-?\d{1,15}$/.test(value)) return Number(value);
  if (type === "boolean" && (value === "true" || value === "false")) return value === "true";
  return value;
}
