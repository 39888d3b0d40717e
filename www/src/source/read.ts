import { readJson } from "./json.js";
import { formatOf, type Source } from "./source.js";
import { readYaml } from "./yaml.js";

/** Reads JSON or YAML. @throws SourceError */
export function read(text: string): Source {
  return formatOf(text) === "json" ? readJson(text) : readYaml(text);
}
