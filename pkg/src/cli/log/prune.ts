// `portcullis log prune`: removes old entries, and leaves what checks need.
import { type Context, OK } from "../command.js";
import { UsageError } from "../usage.js";
import { onDatabase, timeOf } from "./source.js";

export async function pruneLog(context: Context): Promise<number> {
  const before = timeOf(context, "before");
  if (before === undefined) throw new UsageError("`--before` is missing", "say what is too old, such as 2026-01-31");
  const gone = await onDatabase(context, (log) => log.prune(before));
  await context.out.write(`removed ${gone} entries of before ${new Date(before).toISOString()}\n`);
  return OK;
}
