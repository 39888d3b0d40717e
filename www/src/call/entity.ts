// Tools of the catalogue as requests carry them, and arguments that fit them.
import type { Tool } from "../state/catalogue.js";
import type { ValueSchema } from "../state/schema-types.js";

export function entityOf({ name, attributes }: Tool): Readonly<Record<string, unknown>> {
  return { id: name, ...attributes };
}

/** What was given under names that the tool has too, and the least value of what it requires beside that. */
export function inputFor(
  schema: ValueSchema,
  old: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const properties = schema.properties ?? {};
  const names = Object.keys(properties).filter((name) => Object.hasOwn(old, name) || schema.required?.includes(name));
  return Object.fromEntries(
    names.map((name) => [name, Object.hasOwn(old, name) ? old[name] : sample(properties[name])]),
  );
}

function sample(schema: ValueSchema | undefined): unknown {
  if (schema?.enum !== undefined) return schema.enum[0];
  switch ([schema?.type].flat()[0]) {
    case "object":
      return inputFor(schema ?? {}, {});
    case "array":
      return [];
    case "number":
    case "integer":
      return 1;
    case "boolean":
      return false;
    default:
      return "example";
  }
}
