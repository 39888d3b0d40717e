// JSON or YAML, by what the text begins with; it follows the text as one types.
import { json } from "@codemirror/lang-json";
import { yaml } from "@codemirror/lang-yaml";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import { type Format, formatOf } from "../source/source.js";

const LANGUAGES: Readonly<Record<Format, Extension>> = { json: json(), yaml: yaml() };
/** Enough to tell the format by. */
const HEAD = 1024;

export function followingLanguage(text: string): Extension {
  const compartment = new Compartment();
  let current = formatOf(text);
  const follow = EditorState.transactionExtender.of((transaction) => {
    if (!transaction.docChanged) return null;
    const next = formatOf(transaction.newDoc.sliceString(0, HEAD));
    if (next === current) return null;
    current = next;
    return { effects: compartment.reconfigure(LANGUAGES[next]) };
  });
  return [compartment.of(LANGUAGES[current]), follow];
}
