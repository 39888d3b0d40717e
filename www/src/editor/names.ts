// The names that a policy may use: fields, tools and actions, as the catalogue and the call of the page have them.
import { catalogue, type Field, fields } from "../state/catalogue.js";
import type { Option } from "./schema.js";

/** What may stand at a place of a policy, by the keys that lead there. */
export function namesAt(path: readonly string[]): Option[] {
  const keys = path.filter((name) => name !== "[]");
  const last = keys.at(-1);
  if (last === "field")
    return [...fields.peek().values()].map((field) => ({ name: field.path, about: aboutField(field) }));
  if (keys.at(-2) !== "rule_expr") return [];
  if (last === "target") return catalogue.peek().tools.map(({ name, description }) => ({ name, about: description }));
  return last === "actions" ? catalogue.peek().actions.map((name) => ({ name, about: "" })) : [];
}

/** What is known of a name that stands at a place. */
export function aboutName(path: readonly string[], name: string): string | undefined {
  return namesAt(path).find((option) => option.name === name)?.about;
}

function aboutField({ kind, element, choices }: Field): string {
  const what = kind === "list" && element !== undefined ? `list of ${element}s` : (kind ?? "of an unknown type");
  return choices === undefined ? what : `${what}: ${choices.join(", ")}`;
}
