// TypeScript types of JSON Schemas: of what a catalogue reads of them. What can't be said is `unknown`.
import { docComment, type Names, property } from "./text.js";

type Schema = Record<string, unknown>;

/** Alternatives in one another; deeper ones are `unknown`. */
const DEEPEST = 32;

/** Makes types of the schemas of one document, and names those that `$ref`s lead to. */
export class SchemaTypes {
  readonly #root: unknown;
  readonly #names: Names;
  readonly #prefix: string;
  readonly #declared = new Map<string, string>();
  /** Declarations of what `$ref`s lead to, in the order in which they were met. */
  readonly declarations: string[] = [];

  constructor(root: unknown, prefix: string, names: Names) {
    this.#root = root;
    this.#prefix = prefix;
    this.#names = names;
  }

  /** The type of a schema, as an expression. */
  of(schema: unknown, indent = "", depth = 0): string {
    if (schema === false) return "never";
    if (!isObject(schema) || depth > DEEPEST) return "unknown";
    const { $ref, enum: members, const: only, anyOf, oneOf, allOf } = schema;
    if (typeof $ref === "string") return this.#reference($ref);
    if (Array.isArray(members)) return union(members.map(literal));
    if (only !== undefined) return literal(only);
    const parts: string[] = [];
    for (const alternatives of [anyOf, oneOf]) {
      if (!Array.isArray(alternatives)) continue;
      // Keywords beside alternatives hold for each of them.
      parts.push(union(alternatives.map((part) => this.of(beside(schema, part), indent, depth + 1))));
    }
    if (parts.length === 0) parts.push(this.#typed(schema, indent, depth));
    if (Array.isArray(allOf)) parts.push(...allOf.map((part) => this.of(part, indent, depth + 1)));
    return intersection(parts);
  }

  #typed(schema: Schema, indent: string, depth: number): string {
    const { type } = schema;
    const types = Array.isArray(type) ? type : [type ?? (isObject(schema["properties"]) ? "object" : undefined)];
    return union(types.map((name) => this.#ofType(name, schema, indent, depth)));
  }

  #ofType(type: unknown, schema: Schema, indent: string, depth: number): string {
    switch (type) {
      case "string":
      case "boolean":
      case "null":
      case "number":
        return type;
      case "integer":
        return "number";
      case "array":
        return this.#array(schema, indent, depth);
      case "object":
        return this.object(schema, indent, depth);
      default:
        return "unknown";
    }
  }

  #array({ items, prefixItems }: Schema, indent: string, depth: number): string {
    // Elements by position need not all be there, which TypeScript's tuples could only say roughly.
    if (Array.isArray(prefixItems) || Array.isArray(items)) return "ReadonlyArray<unknown>";
    const element = items === undefined ? "unknown" : this.of(items, indent, depth + 1);
    return `ReadonlyArray<${element}>`;
  }

  /** The type of an object. */
  object(schema: Schema, indent = "", depth = 0): string {
    const { properties, required, additionalProperties, patternProperties, allOf } = schema;
    const inside = `${indent}  `;
    const needed = new Set(Array.isArray(required) ? required : []);
    const lines = Object.entries(isObject(properties) ? properties : {}).map(([name, member]) => {
      const comment = docComment(isObject(member) ? member["description"] : undefined, inside);
      return `${comment}${inside}${property(name, needed.has(name))}: ${this.of(member, inside, depth + 1)};`;
    });
    // A schema that lists its members has no others, unless it says so.
    const listed = isObject(properties) && patternProperties === undefined && allOf === undefined;
    const open = additionalProperties === undefined ? !listed : additionalProperties !== false;
    if (lines.length === 0) {
      const values = isObject(additionalProperties) ? this.of(additionalProperties, indent, depth + 1) : "unknown";
      return `Readonly<Record<string, ${open ? values : "never"}>>`;
    }
    if (open) lines.push(`${inside}readonly [member: string]: unknown;`);
    return `{\n${lines.join("\n")}\n${indent}}`;
  }

  /** The name of what a reference within the document leads to; declared once, so that it may lead to itself. */
  #reference(reference: string): string {
    const known = this.#declared.get(reference);
    if (known !== undefined) return known;
    const target = resolved(this.#root, reference);
    if (target === undefined) return "unknown";
    const name = this.#names.take(`${this.#prefix} ${reference.slice(reference.lastIndexOf("/") + 1)}`);
    this.#declared.set(reference, name);
    const at = this.declarations.push("") - 1;
    // An alias of nothing but itself has no type.
    const type = isObject(target) && target["$ref"] === reference ? "unknown" : this.of(target);
    this.declarations[at] =
      `${docComment(isObject(target) ? target["description"] : undefined, "")}export type ${name} = ${type};`;
    return name;
  }
}

export function isObject(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a local reference leads to. */
function resolved(root: unknown, reference: string): unknown {
  if (reference !== "#" && !reference.startsWith("#/")) return undefined;
  let value: unknown = root;
  for (const part of reference.split("/").slice(1)) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Schema)[name];
  }
  return value;
}

/** An alternative with the type and the members that stand beside all of them. */
function beside(schema: Schema, part: unknown): unknown {
  if (!isObject(part) || part["$ref"] !== undefined) return part;
  const { type, properties, required, additionalProperties } = schema;
  const shared: Schema = {};
  if (part["type"] === undefined && type !== undefined) shared["type"] = type;
  if (isObject(properties)) {
    shared["properties"] = { ...properties, ...(isObject(part["properties"]) ? part["properties"] : {}) };
  }
  const needed = [required, part["required"]].filter(Array.isArray).flat();
  if (needed.length > 0) shared["required"] = needed;
  if (part["additionalProperties"] === undefined && additionalProperties !== undefined) {
    shared["additionalProperties"] = additionalProperties;
  }
  return { ...part, ...shared };
}

function literal(value: unknown): string {
  if (value === null || typeof value === "boolean" || typeof value === "number") return String(value);
  return typeof value === "string" ? JSON.stringify(value) : "unknown";
}

/** Any of these types. */
function union(types: readonly string[]): string {
  const distinct = [...new Set(types)];
  if (distinct.length === 0) return "never";
  if (distinct.includes("unknown")) return "unknown";
  return distinct.length === 1 ? (distinct[0] as string) : distinct.join(" | ");
}

/** All of these types. */
function intersection(types: readonly string[]): string {
  const distinct = [...new Set(types)].filter((type) => type !== "unknown");
  if (distinct.length <= 1) return distinct[0] ?? "unknown";
  return distinct.map((type) => (/^\w+$/.test(type) ? type : `(${type})`)).join(" & ");
}
