import type { Policy, Request } from "portcullis";
import { type Input, load, reviewed, type Tool, type ToolReview, toolEntity } from "./load.js";

const file = load<{ tools: Tool[] }>("data/github-mcp-tools.json");
const review = load<{
  entities: Record<string, object>;
  classes: Record<ToolClass, ToolReview>;
  tools: Record<string, ToolReview>;
}>("github/review.json");

export const toolClasses = ["read", "write", "unmarked", "destructive"] as const;
export type ToolClass = (typeof toolClasses)[number];

/** What the annotations say of a tool. One that writes and does not say whether it destroys is unmarked. */
export function toolClass({ annotations = {} }: Tool): ToolClass {
  if (annotations.readOnlyHint) return "read";
  if (annotations.destructiveHint === undefined) return "unmarked";
  return annotations.destructiveHint ? "destructive" : "write";
}

export const catalogue = {
  entities: review.entities,
  tools: reviewed(file.tools, (tool) => review.tools[tool.name] ?? review.classes[toolClass(tool)]),
};
export const policies = load<Policy[]>("github/policies.json");

interface Schema {
  type?: string | string[];
  enum?: unknown[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
}

/** The least value that a schema takes. */
function sample(schema: Schema): unknown {
  if (schema.enum) return schema.enum[0];
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  switch (type) {
    case "object":
      return Object.fromEntries((schema.required ?? []).map((key) => [key, sample(schema.properties?.[key] ?? {})]));
    case "array":
      return [sample(schema.items ?? {})];
    case "number":
    case "integer":
      return 1;
    case "boolean":
      return false;
    default:
      return "example";
  }
}

/** A call of a tool with the least input that its schema takes, changed by `input`. */
export function request(tool: string, input: Input = {}, roles: string[] = ["developer"]): Request {
  const schema = catalogue.tools.find(({ name }) => name === tool)?.inputSchema as Schema | undefined;
  return {
    action: "tool_call",
    now: Date.parse("2026-01-12T10:00:00Z"),
    tenant: { id: "acme" },
    app: { id: "editor" },
    user: { id: "dana", roles },
    workflow: null,
    agent: { id: "coder" },
    tool: toolEntity(catalogue, tool),
    run: { id: "r1", root_id: "r1", mode: "auto" },
    input: { ...(sample({ type: "object", ...schema }) as Input), ...input },
  };
}
