// Arguments: what a command takes, how it is read and how it is explained.
import { parseArgs } from "node:util";
import { nearest, UsageError } from "./usage.js";

/** An option of a command. */
export interface OptionSpec {
  readonly type: "string" | "boolean";
  /** How help shows its value. */
  readonly value?: string;
  readonly about: string;
  readonly multiple?: boolean;
  readonly required?: boolean;
  /** The only values there are. */
  readonly choices?: readonly string[];
}

/** What a command takes. */
export interface Spec {
  readonly name: string;
  readonly summary: string;
  /** Its arguments, as usage shows them. */
  readonly usage: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** How many files it takes. */
  readonly files: { readonly least: number; readonly most: number };
  /** Paragraphs of help after the options. */
  readonly notes: readonly string[];
}

/** Arguments that were read. */
export class Args {
  readonly files: readonly string[];
  readonly #values: ReadonlyMap<string, readonly string[]>;

  constructor(files: readonly string[], values: ReadonlyMap<string, readonly string[]>) {
    this.files = files;
    this.#values = values;
  }

  /** The same without the first file, where that is the name of a part of the command. */
  rest(): Args {
    return new Args(this.files.slice(1), this.#values);
  }

  flag(name: string): boolean {
    return this.#values.has(name);
  }

  value(name: string): string | undefined {
    return this.#values.get(name)?.[0];
  }

  values(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }
}

const HELP: OptionSpec = { type: "boolean", about: "say this, and end" };

/**
 * Reads arguments.
 *
 * @throws UsageError for what the command does not take.
 */
export function readArgs(args: readonly string[], spec: Spec): Args {
  const options = { ...spec.options, help: HELP };
  const values = new Map<string, string[]>();
  const files: string[] = [];
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(Object.entries(options).map(([name, { type }]) => [name, { type, multiple: true }])),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind === "positional") files.push(token.value);
    if (token.kind !== "option") continue;
    const name = token.name === "h" ? "help" : token.name;
    const option = Object.hasOwn(options, name) ? options[name as keyof typeof options] : undefined;
    if (option === undefined) throw unknown(`option \`${token.rawName}\``, name, Object.keys(options), "--", spec.name);
    values.set(name, [...(values.get(name) ?? []), checked(token.rawName, token.value, option, values.has(name))]);
  }
  const read = new Args(files, values);
  if (!read.flag("help")) complete(read, spec);
  return read;
}

/** The value of an option, where it is one that the option takes. */
function checked(name: string, value: string | undefined, option: OptionSpec, again: boolean): string {
  if (option.type === "boolean") {
    if (value !== undefined) throw new UsageError(`\`${name}\` takes no value`, `write \`${name}\` alone`);
    return "";
  }
  if (value === undefined || value === "" || (value.startsWith("-") && value !== "-")) {
    throw new UsageError(`\`${name}\` needs a value`, `write \`${name} ${option.value}\``);
  }
  if (again && !option.multiple) throw new UsageError(`\`${name}\` is given twice`, "give it once");
  if (option.choices !== undefined && !option.choices.includes(value)) {
    const meant = nearest(value, option.choices);
    const help = meant === undefined ? `one of: ${option.choices.join(", ")}` : `did you mean \`${meant}\`?`;
    throw new UsageError(`\`${name}\` does not take \`${value}\``, help);
  }
  return value;
}

function complete(args: Args, { name, usage, options, files }: Spec): void {
  const help = `usage: portcullis ${name} ${usage}`;
  for (const [option, { required }] of Object.entries(options)) {
    if (required && !args.flag(option)) throw new UsageError(`\`--${option}\` is missing`, help);
  }
  if (args.files.length < files.least) throw new UsageError("a file is missing", help);
  if (args.files.length > files.most) {
    throw new UsageError(`\`${args.files[files.most]}\` is one argument too many`, help);
  }
}

/** The error for a word that is not known, with the one that may be meant. */
export function unknown(
  what: string,
  word: string,
  words: readonly string[],
  prefix: string,
  command = "",
): UsageError {
  const meant = nearest(word, words);
  const ask = `see \`portcullis ${command === "" ? "" : `${command} `}--help\``;
  return new UsageError(`there is no ${what}`, meant === undefined ? ask : `did you mean \`${prefix}${meant}\`?`);
}

/** What `--help` of a command says. */
export function helpOf({ name, summary, usage, options, notes }: Spec): string {
  const rows = Object.entries({ ...options, help: HELP }).map(([option, { value, about, choices }]) => [
    `  --${option}${value === undefined ? "" : ` ${value}`}`,
    choices === undefined ? about : `${about}: ${choices.join(", ")}`,
  ]);
  const width = Math.max(...rows.map(([left]) => (left as string).length)) + 2;
  const table = rows.map(([left, right]) => `${(left as string).padEnd(width)}${right}`);
  const parts = [summary, `Usage: portcullis ${name} ${usage}`.trimEnd(), ["Options:", ...table].join("\n"), ...notes];
  return `${parts.join("\n\n")}\n`;
}
