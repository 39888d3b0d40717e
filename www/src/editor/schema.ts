// The JSON Schema of policies, asked for what may stand at a place. It is fetched when it is first needed.

export interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly type?: string | readonly string[];
}

export interface Option {
  readonly name: string;
  readonly about: string;
}

let loading: Promise<Schema> | undefined;

export function policySchema(): Promise<Schema> {
  loading ??= fetch(new URL("generated/policies.schema.json", document.baseURI)).then((response) => {
    if (!response.ok) throw new Error(`the schema can't be loaded: ${response.status}`);
    return response.json();
  });
  loading.catch(() => {
    loading = undefined;
  });
  return loading;
}

/** All schemas that may hold at a path. */
export function schemasAt(root: Schema, path: readonly string[]): Schema[] {
  let found = unfolded(root, root);
  for (const name of path) {
    found = found
      .flatMap(({ items, properties }) => (name === "[]" ? items : properties?.[name]) ?? [])
      .flatMap((schema) => unfolded(root, schema));
  }
  return found;
}

/** The keys that an object at a path may have. */
export function keysAt(root: Schema, path: readonly string[]): Option[] {
  const options = new Map<string, Option>();
  for (const { properties = {} } of schemasAt(root, path)) {
    for (const [name, schema] of Object.entries(properties)) {
      if (!options.has(name)) options.set(name, { name, about: aboutOf(root, schema) });
    }
  }
  return [...options.values()];
}

/** The values of a closed list that may stand at a path. */
export function valuesAt(root: Schema, path: readonly string[]): Option[] {
  return schemasAt(root, path).flatMap((schema) => {
    const values = schema.const === undefined ? (schema.enum ?? []) : [schema.const];
    return values.map((value) => ({ name: String(value), about: schema.description ?? "" }));
  });
}

/** What the schema says of a key. */
export function aboutKey(root: Schema, path: readonly string[], name: string): string | undefined {
  return keysAt(root, path).find((option) => option.name === name)?.about;
}

function aboutOf(root: Schema, schema: Schema): string {
  return schema.description ?? unfolded(root, schema).find(({ description }) => description)?.description ?? "";
}

/** A schema with those that it refers to, or that it offers as alternatives. */
function unfolded(root: Schema, schema: Schema): Schema[] {
  const target = schema.$ref === undefined ? undefined : root.$defs?.[schema.$ref.replace("#/$defs/", "")];
  const parts = [...(target === undefined ? [] : [target]), ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  return [schema, ...parts.flatMap((part) => unfolded(root, part))];
}
