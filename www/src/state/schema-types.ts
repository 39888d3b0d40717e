// What a JSON Schema of the catalogue says of a value, as far as the forms use it.

export interface ValueSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly items?: ValueSchema;
  readonly properties?: Readonly<Record<string, ValueSchema>>;
  readonly required?: readonly string[];
  readonly description?: string;
}

export type Kind = "string" | "number" | "boolean" | "list" | "object";

const KINDS: Readonly<Record<string, Kind>> = {
  string: "string",
  number: "number",
  integer: "number",
  boolean: "boolean",
  array: "list",
  object: "object",
};

/** The one kind that a schema allows beside null; none where it allows several or does not say. */
export function kindOf(schema: ValueSchema | undefined): Kind | undefined {
  const types = [schema?.type ?? []].flat().filter((type) => type !== "null");
  if (types.length === 0 && schema?.enum !== undefined) return kindOfValue(schema.enum[0]);
  const kinds = new Set(types.map((type) => KINDS[type]));
  return kinds.size === 1 ? [...kinds][0] : undefined;
}

export function kindOfValue(value: unknown): Kind | undefined {
  if (Array.isArray(value)) return "list";
  if (value === null || value === undefined) return undefined;
  return KINDS[typeof value];
}

/** The texts that a value may be, where they are a closed list. */
export function choicesOf(schema: ValueSchema | undefined): readonly string[] | undefined {
  const all = schema?.enum;
  return all?.every((one) => typeof one === "string") ? (all as string[]) : undefined;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
