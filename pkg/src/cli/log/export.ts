// `portcullis log export`: entries of a database as NDJSON.
import { canonical, type Json } from "../../log/canonical.js";
import { type Context, OK } from "../command.js";
import { UsageError } from "../usage.js";
import { onDatabase, timeOf } from "./source.js";

export async function exportLog(context: Context): Promise<number> {
  const { args, out } = context;
  if (args.files.length > 0) throw new UsageError("`log export` takes no file", "redirect its output");
  const [since, tenant] = [timeOf(context, "since"), args.value("tenant")];
  await onDatabase(context, async (log) => {
    if (since === undefined && tenant === undefined) {
      for await (const part of log.chains()) {
        const lines = "lines" in part ? part.lines : [canonical(part as unknown as Json)];
        await out.write(lines.map((line) => `${line}\n`).join(""));
        if (out.closed) return;
      }
      return;
    }
    const filter = { ...(since !== undefined && { since }), ...(tenant !== undefined && { tenant }) };
    for await (const lines of log.matching(filter)) {
      await out.write(lines.map((line) => `${line}\n`).join(""));
      if (out.closed) return;
    }
  });
  return OK;
}
