// `portcullis decide`: requests from files or standard input, one on each line, each with its decision.
import { createReadStream } from "node:fs";
import type { PolicyEngine } from "../../engine/engine.js";
import type { Request } from "../../types/inputs.js";
import { type Command, type Context, FOUND, OK } from "../command.js";
import { loadEngine, requestFiles, SET_OPTIONS } from "../load.js";
import { type Answers, ndjson, table } from "../requests/answers.js";
import { type BadLine, LONGEST_LINE, readLines } from "../requests/lines.js";
import { Progress } from "../requests/progress.js";
import { displayed, STDIN, unreadable } from "../source/document.js";
import { printable } from "../terminal.js";

/** Characters that are printed at a time, at least. */
const FLUSH = 131_072;
/** Bytes that are read at a time. */
const READ = 262_144;

export const decide: Command = {
  spec: {
    name: "decide",
    summary: "Decides requests, one on each line, as they come.",
    usage: "--policies FILE [OPTIONS] [REQUESTS…]",
    options: {
      ...SET_OPTIONS,
      format: {
        type: "string",
        value: "FORMAT",
        about: "how decisions are printed (table on a terminal, else ndjson)",
        choices: ["table", "ndjson"],
      },
      "fail-on-deny": { type: "boolean", about: "exit with 1 if a request was denied" },
    },
    files: { least: 0, most: Number.POSITIVE_INFINITY },
    notes: [
      "REQUESTS are files of NDJSON; without any, standard input is read. Several files of policies are named by\nrepeating --policies, or by their folder.",
      `A line that is no JSON or no UTF-8, or longer than ${LONGEST_LINE} bytes, is reported on stderr and denied with the\ncode invalid_request. Blank lines are passed over.`,
    ],
  },

  async run(context) {
    const { args, stdin, out, err } = context;
    for (const file of args.files) refusePolicies(file);
    const engine = await loadEngine(context);
    if (engine === undefined) return FOUND;
    const format = args.value("format") ?? (out.isTerminal ? "table" : "ndjson");
    const answers = format === "table" ? table(out.style) : ndjson();
    const progress = new Progress(err, err.isTerminal && !out.isTerminal && !(stdin.isTTY && args.files.length === 0));
    for (const file of requestFiles(args)) {
      if (!out.closed) await decideFile(file, engine, answers, progress, context);
    }
    if (!out.closed) await progress.summary();
    // Where the reader has gone, not everything was decided, so nothing says that all of it was allowed.
    return args.flag("fail-on-deny") && (progress.denied > 0 || out.closed) ? FOUND : OK;
  },
};

/** A shell makes several arguments of `--policies *.yaml`, of which all but the first would be requests. */
function refusePolicies(file: string): void {
  if (!/\.ya?ml$/i.test(file)) return;
  throw unreadable(file, new Error("requests are lines of JSON. For several files of policies repeat `--policies`"));
}

async function decideFile(
  file: string,
  engine: PolicyEngine,
  answers: Answers,
  progress: Progress,
  { stdin, out }: Context,
): Promise<void> {
  const stream = file === STDIN ? stdin : createReadStream(file, { highWaterMark: READ });
  const named = file === STDIN ? undefined : file;
  let printed = answers.heading(named);
  try {
    for await (const { first, lines } of readLines(stream)) {
      for (let i = 0; i < lines.length; i++) {
        const line = lines[i] as string | BadLine;
        const number = first + i;
        const request = parsed(line);
        if (request === BLANK) continue;
        if (request instanceof Unreadable)
          await progress.bad(`${printable(displayed(file))}:${number}`, request.problem);
        // What is no request at all is denied as one that is amiss.
        const decision = engine.decide((request instanceof Unreadable ? undefined : request) as Request);
        progress.count(decision.effect);
        printed += answers.answer(named, number, decision);
        if (printed.length < FLUSH) continue;
        await out.write(printed);
        printed = "";
        if (out.closed) return;
      }
      // What has come is answered before more is awaited.
      if (printed !== "") await out.write(printed);
      printed = "";
      if (out.closed) return;
      progress.show();
    }
    await out.write(printed);
  } catch (error) {
    if ((error as { syscall?: string }).syscall === undefined) throw error;
    throw unreadable(file, error);
  }
}

const BLANK = Symbol("blank");

class Unreadable {
  readonly problem: string;

  constructor(problem: string) {
    this.problem = problem;
  }
}

function parsed(line: string | BadLine): unknown {
  if (typeof line !== "string") return new Unreadable(line.problem);
  try {
    return JSON.parse(line);
  } catch (error) {
    return line.trim() === "" ? BLANK : new Unreadable(`it is no JSON: ${printable((error as Error).message)}`);
  }
}
