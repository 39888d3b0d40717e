// The catalogue and the request of the editors, as far as they can be read, and the fields that they tell of.
import { computed } from "@preact/signals";
import { read } from "../source/read.js";
import { formatOf } from "../source/source.js";
import { choicesOf, isRecord, type Kind, kindOf, kindOfValue, type ValueSchema } from "./schema-types.js";
import { texts } from "./workspace.js";

/** Characters of a text above which the forms do not read it: that would be felt while typing. */
const LARGEST = { json: 2_000_000, yaml: 200_000 };

export function isTooLong(text: string): boolean {
  return text.length > LARGEST[formatOf(text)];
}

export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly schema: ValueSchema;
  /** Attributes that the catalogue gives to the tool: its risk level, what it does. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface Known {
  readonly entities: Readonly<Record<string, ValueSchema>>;
  readonly actions: readonly string[];
  readonly tools: readonly Tool[];
}

export const ACTIONS = ["tool_call", "llm_call", "agent_step", "run_start"] as const;

/** What a text says, or nothing where it can't be read. */
export function readOrNot(text: string): unknown {
  if (isTooLong(text) || text.trim() === "") return undefined;
  try {
    return read(text).value;
  } catch {
    return undefined;
  }
}

export const catalogue = computed<Known>(() => {
  const whole = readOrNot(texts.catalogue.value);
  const value = isRecord(whole) && isRecord(whole["catalogue"]) ? whole["catalogue"] : whole;
  const { entities, actions, tools } = isRecord(value) ? value : ({} as Record<string, unknown>);
  return {
    entities: isRecord(entities) ? (entities as Known["entities"]) : {},
    actions: [...ACTIONS, ...(Array.isArray(actions) ? actions.filter((one) => typeof one === "string") : [])],
    tools: Array.isArray(tools) ? tools.flatMap(toolOf) : [],
  };
});

function toolOf(value: unknown): Tool[] {
  if (!isRecord(value) || typeof value["name"] !== "string") return [];
  const { name, description, inputSchema } = value;
  const attributes = Object.entries(value).filter(([key]) => ATTRIBUTES.includes(key));
  return [
    {
      name: name as string,
      description: typeof description === "string" ? description : "",
      schema: isRecord(inputSchema) ? inputSchema : {},
      attributes: Object.fromEntries(attributes),
    },
  ];
}

/** What of a tool a request carries. */
const ATTRIBUTES = ["risk_level", "side_effects", "annotations"];

export const request = computed(() => readOrNot(texts.request.value));

export interface Field {
  readonly path: string;
  readonly kind: Kind | undefined;
  /** Of the elements of a list. */
  readonly element: Kind | undefined;
  readonly choices: readonly string[] | undefined;
}

const FIXED: Readonly<Record<string, ValueSchema>> = {
  action: { type: "string", enum: ACTIONS },
  now: { type: "integer" },
  run: { type: "object", properties: { mode: { type: "string", enum: ["draft", "auto"] } } },
};

/** Fields that conditions may read: of the catalogue, of the call, and those that every request has. */
export const fields = computed<ReadonlyMap<string, Field>>(() => {
  const found = new Map<string, Field>();
  const { entities, tools } = catalogue.value;
  for (const [name, schema] of Object.entries(entities)) collect(found, name, schema);
  for (const { schema } of tools) collect(found, "input", schema);
  for (const [name, schema] of Object.entries(FIXED)) collect(found, name, schema);
  if (isRecord(request.value)) collectValue(found, "", request.value);
  return new Map([...found].sort(([a], [b]) => a.localeCompare(b)));
});

/** Levels of objects below an entity that are offered. */
const DEEPEST = 4;

function collect(found: Map<string, Field>, path: string, schema: ValueSchema, depth = 0): void {
  if (typeof schema !== "object" || schema === null) return;
  const kind = kindOf(schema);
  if (depth > 0 && !found.has(path) && !path.split(".").includes("")) {
    found.set(path, {
      path,
      kind,
      element: kindOf(schema.items),
      choices: choicesOf(schema) ?? choicesOf(schema.items),
    });
  }
  if (depth === 0 && kind !== "object" && kind !== undefined) {
    found.set(path, { path, kind, element: kindOf(schema.items), choices: choicesOf(schema) });
  }
  if (depth === DEEPEST) return;
  for (const [name, member] of Object.entries(schema.properties ?? {})) {
    if (!name.includes(".")) collect(found, `${path}.${name}`, member, depth + 1);
  }
}

function collectValue(found: Map<string, Field>, prefix: string, value: Readonly<Record<string, unknown>>): void {
  for (const [name, member] of Object.entries(value)) {
    if (name === "" || name.includes(".")) continue;
    const path = prefix === "" ? name : `${prefix}.${name}`;
    if (isRecord(member)) {
      if (path.split(".").length <= DEEPEST) collectValue(found, path, member);
    } else if (!found.has(path) && member !== null) {
      const element = Array.isArray(member) ? kindOfValue(member[0]) : undefined;
      found.set(path, { path, kind: kindOfValue(member), element, choices: undefined });
    }
  }
}
