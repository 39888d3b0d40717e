// Where the parts of `portcullis log` read from: files, or a database.
import { createReadStream } from "node:fs";
import type { DatabaseLog } from "../../store/log.js";
import type { Context } from "../command.js";
import { readLines } from "../requests/lines.js";
import { displayed, STDIN, unreadable } from "../source/document.js";
import { UsageError } from "../usage.js";

/** Runs work on the log of the database that is named. */
export async function onDatabase<T>({ args, env }: Context, work: (log: DatabaseLog) => Promise<T>): Promise<T> {
  const address = args.value("database") ?? env["DATABASE_URL"];
  if (!address)
    throw new UsageError("no database is named", "write `--database URL`, set DATABASE_URL, or name a file");
  const [{ openDatabase }, { DatabaseLog }] = await Promise.all([
    import("../../store/open.js"),
    import("../../store/log.js"),
  ]);
  const database = await openDatabase(address);
  try {
    return await work(new DatabaseLog({ database, schema: args.value("schema"), role: args.value("role") }));
  } finally {
    await database.close?.();
  }
}

/** A line of a file; nothing where it is no text. */
export interface FileLine {
  readonly place: string;
  readonly text: string | undefined;
}

/** The lines of files, but blank ones. */
export async function* fileLines({ args, stdin }: Context): AsyncGenerator<FileLine> {
  for (const file of args.files) {
    const stream = file === STDIN ? stdin : createReadStream(file);
    try {
      for await (const { first, lines } of readLines(stream)) {
        for (const [i, line] of lines.entries()) {
          if (line === "") continue;
          yield { place: `${displayed(file)}:${first + i}`, text: typeof line === "string" ? line : undefined };
        }
      }
    } catch (error) {
      if ((error as { syscall?: string }).syscall === undefined) throw error;
      throw unreadable(file, error);
    }
  }
}

/** Milliseconds of a time that an option gives. */
export function timeOf({ args }: Context, name: string): number | undefined {
  const text = args.value(name);
  if (text === undefined) return undefined;
  const time = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/.test(text)
    ? Date.parse(text)
    : NaN;
  if (Number.isNaN(time)) throw new UsageError(`\`--${name}\` is no time`, "write one such as 2026-01-31T12:00:00Z");
  return time;
}
