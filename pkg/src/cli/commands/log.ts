// `portcullis log`: what was decided, exported, checked, decided again, or removed.
import { PortcullisError } from "../../engine/errors.js";
import { unknown } from "../args.js";
import { type Command, type Context, FOUND } from "../command.js";
import { SET_OPTIONS } from "../load.js";
import { printable } from "../terminal.js";

type Part = (context: Context) => Promise<number>;

const PARTS: Readonly<Record<string, () => Promise<Part>>> = {
  export: async () => (await import("../log/export.js")).exportLog,
  verify: async () => (await import("../log/verify.js")).verifyLog,
  replay: async () => (await import("../log/replay.js")).replayLog,
  prune: async () => (await import("../log/prune.js")).pruneLog,
};

export const log: Command = {
  spec: {
    name: "log",
    summary: "Exports, checks, replays or shortens the log of decisions.",
    usage: "export|verify|replay|prune [OPTIONS] [FILES…]",
    options: {
      database: { type: "string", value: "URL", about: "`postgres://…` or `pglite:FOLDER`; else DATABASE_URL" },
      schema: { type: "string", value: "NAME", about: "where the tables are; default `portcullis`" },
      role: { type: "string", value: "NAME", about: "the role to run as, such as `portcullis_log`" },
      since: { type: "string", value: "TIME", about: "export, replay: from then on, such as 2026-01-31T12:00:00Z" },
      tenant: { type: "string", value: "ID", about: "export, replay: of one tenant" },
      anchors: { type: "string", value: "FILE", about: "verify: also against anchors that were kept" },
      "print-anchors": { type: "boolean", about: "verify: print where each chain has come to, to be kept elsewhere" },
      policies: { ...SET_OPTIONS.policies, required: false, about: "replay: policies, or a folder; may be repeated" },
      catalogue: { ...SET_OPTIONS.catalogue, about: "replay: what requests look like" },
      before: { type: "string", value: "TIME", about: "prune: what is older goes" },
      format: { type: "string", value: "FORMAT", about: "verify, replay", choices: ["text", "ndjson"] },
    },
    files: { least: 1, most: Number.POSITIVE_INFINITY },
    notes: [
      "verify and replay read FILES of NDJSON (`-` is standard input), in the order in which they are named; without any, the\ndatabase. An export of `--since` or `--tenant` has parts of chains, which can't be verified.",
      "verify exits with 1 if anything was changed, is missing, or stands elsewhere. replay exits with 0 whatever flips.",
    ],
  },

  async run(context) {
    const [name = ""] = context.args.files;
    const load = Object.hasOwn(PARTS, name) ? PARTS[name] : undefined;
    if (load === undefined) throw unknown(`part \`${name}\` of \`log\``, name, Object.keys(PARTS), "", "log");
    try {
      return await (await load())({ ...context, args: context.args.rest() });
    } catch (error) {
      if (!PortcullisError.is(error)) throw error;
      const { message, remedy, code } = error;
      const { err } = context;
      await err.write(`${err.style.red(`error[${code}]`)}: ${printable(message)}\n  help: ${printable(remedy)}\n`);
      return FOUND;
    }
  },
};
