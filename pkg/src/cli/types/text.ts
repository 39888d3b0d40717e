// How TypeScript is written: names, properties, comments.

/** Words that name no type. */
const RESERVED = new Set([
  "Action",
  "CatalogueRequest",
  "Entity",
  "OtherRequest",
  "Request",
  "RequestFacts",
  "ToolCall",
  "ToolId",
  "ToolInputs",
]);

/** Names of declarations, each given once. */
export class Names {
  readonly #taken = new Set(RESERVED);

  /** A name made of words, unlike all before. */
  take(words: string): string {
    const parts = words.split(/[^A-Za-z0-9]+/).filter((part) => part !== "");
    const joined = parts.map((part) => `${(part[0] as string).toUpperCase()}${part.slice(1)}`).join("");
    const base = /^[A-Za-z]/.test(joined) ? joined : `Type${joined}`;
    let name = base;
    for (let n = 2; this.#taken.has(name); n++) name = `${base}${n}`;
    this.#taken.add(name);
    return name;
  }
}

/** A property, up to its colon. */
export function property(name: string, required: boolean): string {
  const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
  return `readonly ${key}${required ? "" : "?"}`;
}

/** A comment of what a schema says in words; nothing where it says nothing. */
export function docComment(description: unknown, indent: string): string {
  if (typeof description !== "string" || description.trim() === "") return "";
  const lines = description
    .trim()
    .replaceAll("*/", "* /")
    .split(/[\r\n\u2028\u2029]+/);
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line.trim()}`.trimEnd()).join("\n")}\n${indent} */\n`;
}
