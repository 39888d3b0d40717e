// TypeScript types of a catalogue: its actions, entities and tools, and the requests that speak of them.
import type { Catalogue } from "../../types/generated/Catalogue.js";
import type { CatalogueTool } from "../../types/generated/CatalogueTool.js";
import { isObject, SchemaTypes } from "./schema.js";
import { docComment, Names, property } from "./text.js";

const ACTIONS = ["run_start", "tool_call", "agent_step", "llm_call"];
const ENTITIES = ["tenant", "app", "user", "workflow", "agent", "tool", "run"];
/** Members of a request that no entity declares. */
const FIXED = ["action", "now", "input"];

const HEADER = "// Written by `portcullis types` from a catalogue. Don't edit it: write it again.\n";
const STRING = { type: "string" };

/** A module of types. The catalogue is a valid one. */
export function typesOf({ actions, entities, tools }: Catalogue): string {
  const names = new Names();
  const declarations: string[] = [];
  const schemas = (isObject(entities) ? entities : {}) as Record<string, unknown>;
  const all = [...new Set([...ACTIONS, ...(actions ?? [])])];
  declarations.push(
    `/** What is asked to be done. */\nexport type Action = ${all.map((a) => JSON.stringify(a)).join(" | ")};`,
  );

  const entityNames = new Map<string, string>();
  const others = Object.keys(schemas).filter((name) => !ENTITIES.includes(name) && !FIXED.includes(name));
  for (const entity of [...ENTITIES, ...others]) {
    const name = names.take(entity === "tool" ? "tool entity" : `${entity} facts`);
    entityNames.set(entity, name);
    declarations.push(...entityType(entity, schemas[entity], name, names));
  }

  const inputs = (tools ?? []).map((tool) => inputType(tool, names));
  declarations.push(...inputs.flatMap(({ declared }) => declared));
  const rows = inputs.map(({ tool, type }) => {
    return `${docComment(tool.description, "  ")}  ${property(tool.name, true)}: ${type};`;
  });
  declarations.push(
    `/** The arguments of each tool, by its id. */\nexport type ToolInputs = ${rows.length === 0 ? "Readonly<Record<never, never>>" : `{\n${rows.join("\n")}\n}`};`,
    requestTypes(entityNames, others),
  );
  return `${HEADER}\n${declarations.join("\n\n")}\n`;
}

/** An entity: always with an id where it is one of the engine's own. */
function entityType(entity: string, schema: unknown, name: string, names: Names): string[] {
  const types = new SchemaTypes(schema, entity, names);
  const comment = docComment(isObject(schema) ? schema["description"] : undefined, "");
  if (!ENTITIES.includes(entity)) {
    return [`${comment}export type ${name} = ${types.of(schema)};`, ...types.declarations];
  }
  const { properties, required, ...rest } = isObject(schema) ? schema : {};
  const known = isObject(properties) ? properties : undefined;
  const run = entity === "run" ? { root_id: STRING, mode: { enum: ["draft", "auto"] } } : {};
  const members = { ...run, ...known, id: isObject(known?.["id"]) ? known["id"] : STRING };
  const needed = [...(Array.isArray(required) ? required : []), "id"];
  // Without a list of properties nothing is said of what else there is.
  const open = known === undefined ? { additionalProperties: true } : {};
  const whole = { ...open, ...rest, properties: members, required: needed };
  return [`${comment}export type ${name} = ${types.object(whole)};`, ...types.declarations];
}

function inputType(tool: CatalogueTool, names: Names): { tool: CatalogueTool; type: string; declared: string[] } {
  if (tool.inputSchema === undefined || tool.inputSchema === null) return { tool, type: "unknown", declared: [] };
  const types = new SchemaTypes(tool.inputSchema, tool.name, names);
  const name = names.take(`${tool.name} input`);
  const body = types.of(tool.inputSchema);
  return { tool, type: name, declared: [`export type ${name} = ${body};`, ...types.declarations] };
}

function requestTypes(entityNames: ReadonlyMap<string, string>, others: readonly string[]): string {
  const nullable = ["app", "user", "workflow", "agent"];
  const facts = [
    "  /** Milliseconds since 1970 in UTC. */\n  readonly now: number;",
    `  readonly tenant: ${entityNames.get("tenant")};`,
    ...nullable.map((entity) => `  readonly ${entity}: ${entityNames.get(entity)} | null;`),
    `  readonly run?: ${entityNames.get("run")} | null;`,
    ...others.map((fact) => `  ${property(fact, false)}: ${entityNames.get(fact)} | null;`),
  ];
  return `/** The id of a tool. */
export type ToolId = keyof ToolInputs;

/** What every request says. \`null\` says that there is none. */
export type RequestFacts = {
${facts.join("\n")}
};

/** A call of one tool, or, without an id, of any of them. */
export type ToolCall<Id extends ToolId = ToolId> = Id extends ToolId
  ? RequestFacts & {
      readonly action: "tool_call";
      readonly tool: ${entityNames.get("tool")} & { readonly id: Id };
      readonly input: ToolInputs[Id];
    }
  : never;

/** A request for anything but a call of a tool. */
export type OtherRequest = RequestFacts & {
  readonly action: Exclude<Action, "tool_call">;
  readonly tool: (${entityNames.get("tool")} & { readonly id: ToolId }) | null;
  readonly input?: unknown;
};

/** A request that fits the catalogue; the engine takes it as its \`Request\`. */
export type CatalogueRequest = ToolCall | OtherRequest;`;
}
