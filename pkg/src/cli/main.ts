// The command: which one is asked for, and what becomes of mistakes.
import manifest from "../../package.json" with { type: "json" };
import { helpOf, readArgs, unknown } from "./args.js";
import { type Command, type Engine, OK, USAGE } from "./command.js";
import { type Output, printable, Sink } from "./terminal.js";
import { UsageError } from "./usage.js";

/** Commands by name, each loaded when it is asked for, with what it does. */
const COMMANDS: Readonly<Record<string, { about: string; load: () => Promise<Command> }>> = {
  validate: {
    about: "say what is wrong with policies, with file, line and column",
    load: async () => (await import("./commands/validate.js")).validate,
  },
  decide: {
    about: "decide requests, one on each line",
    load: async () => (await import("./commands/decide.js")).decide,
  },
  explain: {
    about: "explain the decision on one request",
    load: async () => (await import("./commands/explain.js")).explain,
  },
  types: {
    about: "print TypeScript types of a catalogue",
    load: async () => (await import("./commands/types.js")).types,
  },
  migrate: {
    about: "bring the schema of a database up to date, or print what would",
    load: async () => (await import("./commands/migrate.js")).migrate,
  },
  keys: {
    about: "make, list and revoke API keys",
    load: async () => (await import("./commands/keys.js")).keys,
  },
  serve: {
    about: "serve policies and decisions over HTTP",
    load: async () => (await import("./commands/serve.js")).serve,
  },
  log: {
    about: "export, check, replay or shorten the log of decisions",
    load: async () => (await import("./commands/log.js")).log,
  },
  schema: {
    about: "print the JSON Schema of policies, for editors",
    load: async () => (await import("./commands/schema.js")).schema,
  },
  import: {
    about: "translate rules with priorities, of which the first match decides",
    load: async () => (await import("./commands/import.js")).importRules,
  },
};

/** What a process gives to the command. */
export interface Host {
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
  engine(): Promise<Engine>;
}

/** Runs the command; answers its exit code. */
export async function main({ argv, env, stdin, stdout, stderr, engine }: Host): Promise<number> {
  const out = new Sink(stdout, env);
  const err = new Sink(stderr, env);
  const [name, ...rest] = argv;
  try {
    if (name === undefined) throw new UsageError("a command is missing", "see `portcullis --help`");
    if (name === "--version" || name === "-v") {
      await out.write(`${manifest.version}\n`);
      return OK;
    }
    if (name === "--help" || name === "-h" || name === "help") {
      await out.write(help());
      return OK;
    }
    const found = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (found === undefined) {
      const words = [...Object.keys(COMMANDS), "--help", "--version"];
      throw unknown(name.startsWith("-") ? `option \`${name}\`` : `command \`${name}\``, name, words, "");
    }
    const command = await found.load();
    const args = readArgs(rest, command.spec);
    if (args.flag("help")) {
      await out.write(helpOf(command.spec));
      return OK;
    }
    return await command.run({ args, env, stdin, out, err, engine });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    await err.write(`${err.style.red("error")}: ${printable(error.message)}\n  help: ${printable(error.help)}\n`);
    return USAGE;
  }
}

function help(): string {
  const rows = Object.entries(COMMANDS).map(([name, { about }]) => `  ${name.padEnd(10)} ${about}`);
  const parts = [
    "Decides, explains and checks by policies of Portcullis.",
    "Usage: portcullis COMMAND [OPTIONS] [FILES…]",
    ["Commands:", ...rows].join("\n"),
    "`portcullis COMMAND --help` says more of each; `portcullis --version` says which this is.",
    "Exit codes: 0; 1 where something was found, or denied under --fail-on-deny; 2 where the command was called wrongly.",
  ];
  return `${parts.join("\n\n")}\n`;
}
