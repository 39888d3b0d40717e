import { readFileSync } from "node:fs";

/** Reads a JSON file below `examples/`. */
export function load<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(`../${path}`, import.meta.url), "utf8")) as T;
}

export type Input = Record<string, unknown>;

export interface Call {
  tool: string;
  input: Input;
}

/** A file of `data/` that holds a suite of AgentDojo. */
export interface SuiteFile {
  tools: Tool[];
  user_tasks: { id: string; prompt: string; calls: Call[] }[];
  injection_tasks: { id: string; goal: string; calls: Call[] }[];
}

/** A tool as `tools/list` of an MCP server gives it. */
export interface Tool {
  name: string;
  description?: string;
  inputSchema: { properties?: Record<string, unknown>; required?: string[] };
  annotations?: { readOnlyHint?: boolean; destructiveHint?: boolean };
}

/** What an operator adds to a tool when they review it. */
export interface ToolReview {
  risk_level: string;
  side_effects: string[];
}

export interface Catalogue {
  entities: Record<string, object>;
  tools: (Tool & ToolReview)[];
}

/** Joins tools with their reviews. A tool that nobody has reviewed does not enter the catalogue. */
export function reviewed(tools: Tool[], review: (tool: Tool) => ToolReview | undefined): (Tool & ToolReview)[] {
  return tools.map((tool) => {
    const found = review(tool);
    if (!found) throw new Error(`nobody has reviewed the tool \`${tool.name}\``);
    return { ...tool, ...found };
  });
}

/** The attributes of the entity `tool` in a request: they come from the catalogue. */
export function toolEntity(catalogue: Catalogue, id: string) {
  const tool = catalogue.tools.find(({ name }) => name === id);
  if (!tool) return { id };
  const { risk_level, side_effects, annotations } = tool;
  return annotations ? { id, risk_level, side_effects, annotations } : { id, risk_level, side_effects };
}

/** The words of a text without the punctuation around them. The host takes them from what the user typed, and from nowhere else. */
export function words(text: string): string[] {
  return text
    .split(/\s+/)
    .map((word) => word.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, ""))
    .filter((word) => word !== "");
}
