// JSON Schema (2020-12) in fewer words.

export type Schema = { readonly [key: string]: unknown };

export const text: Schema = { type: "string" };
export const integer: Schema = { type: "integer" };
export const boolean: Schema = { type: "boolean" };
export const nullableText: Schema = { type: ["string", "null"] };
export const anything: Schema = {};
export const time: Schema = { type: "string", format: "date-time" };

export function oneOf(...values: readonly string[]): Schema {
  return { type: "string", enum: values };
}

export function list(items: Schema, more: Schema = {}): Schema {
  return { type: "array", items, ...more };
}

/** An object with these members and no others, all there but those named. */
export function object(properties: Readonly<Record<string, Schema>>, optional: readonly string[] = []): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: "object", properties, ...(required.length > 0 && { required }), additionalProperties: false };
}

export function nullable(schema: Schema): Schema {
  return { anyOf: [schema, { type: "null" }] };
}

export function described(schema: Schema, description: string): Schema {
  return { ...schema, description };
}

/** A schema among the document's components. */
export function ref(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}
