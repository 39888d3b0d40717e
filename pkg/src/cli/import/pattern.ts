// Regular expressions that say no more than Portcullis' operators do: literal text, anchored or not, or a choice of such.

/** A test that takes the same strings. */
export type TextTest = { readonly [operator in "in" | "starts_with" | "ends_with" | "contains"]?: string[] };

const CHOICE = /^(\^)?\((?:\?:)?([^()]*)\)(\$)?$/s;
const PLAIN = /^(\^)?(.*?)(\$)?$/s;
/** A character that stands for itself, or one that a backslash makes stand for itself. */
const LITERAL = /^(?:[^\\^$.|?*+()[\]{}]|\\[\\^$.|?*+()[\]{}/-])*$/s;

/** The operator that a regular expression amounts to; nothing where it says more. */
export function textTest(source: string): TextTest | undefined {
  const [, from, body = "", to] = CHOICE.exec(source) ?? PLAIN.exec(source) ?? [];
  const choices = CHOICE.test(source) ? body.split(/(?<!\\)\|/) : [body];
  if (!choices.every((choice) => choice !== "" && LITERAL.test(choice))) return undefined;
  // A backslash before the dollar makes it text, which it then is no anchor.
  if (to !== undefined && /(?<!\\)(?:\\\\)*\\$/.test(body)) return undefined;
  const texts = [...new Set(choices.map((choice) => choice.replace(/\\(.)/gs, "$1")))];
  if (from !== undefined && to !== undefined) return { in: texts };
  return { [from !== undefined ? "starts_with" : to !== undefined ? "ends_with" : "contains"]: texts };
}
