// Completion and hover for policies, from their schema and the catalogue.
import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from "@codemirror/autocomplete";
import { type EditorView, hoverTooltip } from "@codemirror/view";
import { aboutName, namesAt } from "./names.js";
import { type Place, placeAt } from "./path.js";
import { aboutKey, keysAt, type Option, policySchema, valuesAt } from "./schema.js";

async function complete(context: CompletionContext): Promise<CompletionResult | null> {
  const place = placeAt(context.state, context.pos);
  if (place === undefined || (place.from === place.to && !context.explicit)) return null;
  const schema = await policySchema();
  const options =
    place.what === "key" ? keysAt(schema, place.path) : [...valuesAt(schema, place.path), ...namesAt(place.path)];
  if (options.length === 0) return null;
  const quoted = place.format === "json";
  return { from: place.from, to: place.to, options: options.map((option) => completion(option, place, quoted)) };
}

function completion({ name, about }: Option, { what }: Place, quoted: boolean): Completion {
  const label = quoted ? JSON.stringify(name) : name;
  const base = { label, displayLabel: name, ...(about === "" ? {} : { info: about }) };
  if (what === "value") return { ...base, type: "enum" };
  return { ...base, type: "property", apply: (view, _, from, to) => insertKey(view, label, from, to) };
}

/** With the colon, unless there is one already. */
function insertKey(view: EditorView, label: string, from: number, to: number): void {
  const colon = /^\s*:/.test(view.state.sliceDoc(to, to + 20)) ? "" : ": ";
  const insert = `${label}${colon}`;
  view.dispatch({ changes: { from, to, insert }, selection: { anchor: from + insert.length } });
}

const hover = hoverTooltip(async (view, at) => {
  const place = placeAt(view.state, at);
  if (place === undefined || place.from === place.to) return null;
  const name = view.state.sliceDoc(place.from, place.to).replaceAll('"', "");
  const path = place.what === "key" ? place.path : ownKey(place, name);
  const about = path === undefined ? aboutName(place.path, name) : aboutKey(await policySchema(), path, name);
  if (about === undefined || about === "") return null;
  return {
    pos: place.from,
    end: place.to,
    create() {
      const dom = document.createElement("div");
      const key = document.createElement("code");
      dom.className = "doc";
      key.textContent = name;
      dom.append(key, ` ${about}`);
      return { dom };
    },
  };
});

/** In YAML the cursor within a finished key is told apart from a value by the key's own name. */
function ownKey({ path, format }: Place, name: string): readonly string[] | undefined {
  return format === "yaml" && path.at(-1) === name ? path.slice(0, -1) : undefined;
}

export const policyHelp = [autocompletion({ override: [complete], icons: false }), hover];
