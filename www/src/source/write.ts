// Values as text in the middle of other text, in JSON and in YAML.
import { stringify } from "yaml";
import { formatJson, inOneLine, WIDTH } from "./format.js";
import type { Format } from "./source.js";

export interface Style {
  key(name: string): string;
  /** A scalar. */
  inline(value: unknown): string;
  /** Between brackets, where lines are indented so far and the column is already reached. */
  flow(value: unknown, indent: string, column: number): string;
  /** By indentation; the first line is not indented. */
  block(value: unknown, indent: string): string;
  /** Behind the colon of a key that is indented so far. */
  member(value: unknown, indent: string): string;
}

const JSON_STYLE: Style = {
  key: (name) => JSON.stringify(name),
  inline: (value) => JSON.stringify(value),
  flow: (value, indent, column) => {
    const flat = inOneLine(value) ?? "null";
    return flat.length + column <= WIDTH ? flat : formatJson(value, indent);
  },
  block: (value, indent) => formatJson(value, indent),
  member: (value, indent) => ` ${formatJson(value, indent)}`,
};

const YAML_STYLE: Style = {
  key: inlineYaml,
  inline: inlineYaml,
  flow: inlineYaml,
  block: blockYaml,
  member(value, indent) {
    const isNested = typeof value === "object" && value !== null && Object.keys(value).length > 0;
    return isNested ? `\n${indent}  ${blockYaml(value, `${indent}  `)}` : ` ${inlineYaml(value)}`;
  },
};

export function styleOf(format: Format): Style {
  return format === "json" ? JSON_STYLE : YAML_STYLE;
}

/** On one line, fit to stand between brackets as well. */
function inlineYaml(value: unknown): string {
  // Text of several lines would be written as a block, which brackets can't hold.
  if (typeof value === "string" && /[\n\r]/.test(value)) return JSON.stringify(value);
  const listed = stringify([value], { collectionStyle: "flow", lineWidth: 0 }).trim();
  return listed.includes("\n") ? JSON.stringify(value) : listed.replace(/^\[\s*|\s*\]$/g, "");
}

function blockYaml(value: unknown, indent: string): string {
  return stringify(value, { lineWidth: 0 })
    .trimEnd()
    .replaceAll(/\n(?=.)/g, `\n${indent}`);
}
