/** The small world of the generated cases: its fields, each of one type, and the ids of its entities. */

export type ScalarType =
  | "bool"
  | "number"
  | "string"
  | "millis"
  | "timestamp"
  | "numeral"
  | "url"
  | "file"
  | "email"
  | "choice";
export type FieldType = ScalarType | "strings" | "numbers" | "bools" | "urls" | "objects" | "object" | "anything";

export interface Field {
  path: string[];
  type: FieldType;
  /** Of a choice: the only values that it can have. */
  choices?: string[];
}

export const actions = ["run_start", "tool_call", "agent_step", "llm_call"];
export const ids: { [entity: string]: string[] } = {
  tenant: ["acme", "globex", "Acme"],
  app: ["support-console", "batch", "a*b"],
  user: ["u1", "u2", ""],
  workflow: ["triage", "triage-2", "refunds"],
  agent: ["planner", "writer", "Planner"],
  tool: ["db_write", "stripe.refund", "stripe.charge", "search", "natural_language_db_write"],
  run: ["r1", "r2"],
};
export const targets: { [entity: string]: string[] } = {
  tenant: ["acme", "*", "a?me", "glob*", "Acme"],
  app: ["support-console", "batch", "a\\*b", "*", "*-console", "????h"],
  workflow: ["triage", "triage*", "refunds", "*"],
  agent: ["planner", "writer", "*ner", "*"],
  tool: ["db_write", "stripe.*", "*write*", "search", "*", "s?arch", "\\search"],
};

const texts = [
  "input.name",
  "input.note",
  "user.department",
  "tool.risk_level",
  "tenant.plan",
  "app.channel",
  "workflow.stage",
  "agent.model",
];
const numbers = [
  "input.amount",
  "input.threshold",
  "run.cost_cents",
  "run.llm_calls",
  "usage.tool_calls_last_minute",
  "input.limits.max.value",
];

/** Paths with dots and empty keys, and names that a prototype would answer to. */
const oddTexts = [
  ["input", "env.name"],
  ["input", ""],
  ["input", "a.b", "c"],
  ["input", "__proto__"],
  ["input", "constructor"],
  ["user", "toString"],
  ["input", "näme"],
  ["input", "length"],
  ["input", "0"],
];

const dotted = (type: FieldType, paths: string[]): Field[] => paths.map((path) => ({ path: path.split("."), type }));

export const fields: Field[] = [
  ...dotted("string", texts),
  ...oddTexts.map((path): Field => ({ path, type: "string" })),
  ...dotted("number", numbers),
  ...dotted("bool", ["input.confirm", "input.dry_run", "user.mfa"]),
  ...dotted("strings", ["user.roles", "tool.side_effects", "input.tags", "input.to"]),
  ...dotted("numbers", ["input.counts", "usage.recent"]),
  ...dotted("bools", ["input.flags"]),
  ...dotted("objects", ["input.items", "input.steps"]),
  ...dotted("object", ["input", "input.args", "input.headers", "user"]),
  ...dotted("anything", ["agent", "run", "input.extra"]),
  ...dotted("millis", ["now", "input.due_ms", "run.started_ms"]),
  ...dotted("timestamp", ["input.due_at", "user.hired_at"]),
  ...dotted("numeral", ["input.amount_text"]),
  ...dotted("url", ["input.url", "input.callback"]),
  ...dotted("urls", ["input.urls"]),
  ...dotted("file", ["input.path", "input.target_path"]),
  ...dotted("email", ["input.email", "user.email"]),
  { path: ["action"], type: "choice", choices: actions },
  { path: ["run", "mode"], type: "choice", choices: ["draft", "auto"] },
  ...Object.entries(ids).map(([entity, choices]): Field => ({ path: [entity, "id"], type: "choice", choices })),
];

/** How often leaves are about a type. Uniformly over fields, texts would crowd out the rest. */
export const typeWeights: (readonly [number, FieldType])[] = [
  [7, "string"],
  [4, "number"],
  [2, "bool"],
  [5, "strings"],
  [2, "numbers"],
  [1, "bools"],
  [5, "objects"],
  [3, "object"],
  [1, "anything"],
  [4, "millis"],
  [3, "timestamp"],
  [2, "numeral"],
  [7, "url"],
  [1, "urls"],
  [3, "file"],
  [2, "email"],
  [2, "choice"],
];

/** What the objects in an array have. */
export const itemFields: Field[] = [
  ...dotted("string", ["sku", "owner.name"]),
  { path: ["a.b"], type: "string" },
  ...dotted("number", ["qty", "price.cents"]),
  ...dotted("bool", ["fragile"]),
  ...dotted("strings", ["tags"]),
  ...dotted("object", ["meta"]),
  ...dotted("url", ["link"]),
  ...dotted("file", ["file"]),
  ...dotted("timestamp", ["at"]),
  ...dotted("numeral", ["weight"]),
  ...dotted("email", ["contact"]),
];
