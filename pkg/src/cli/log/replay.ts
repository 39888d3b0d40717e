// `portcullis log replay`: which logged decisions other policies would have taken otherwise.
import type { DecisionEntry } from "../../log/entry.js";
import { readLine } from "../../log/read.js";
import { type Flip, Replay } from "../../log/replay.js";
import { type Context, FOUND, OK } from "../command.js";
import { loadEngine } from "../load.js";
import { printable } from "../terminal.js";
import { UsageError } from "../usage.js";
import { fileLines, onDatabase, timeOf } from "./source.js";

export async function replayLog(context: Context): Promise<number> {
  const { args, out, err } = context;
  if (!args.flag("policies")) throw new UsageError("`--policies` is missing", "name the policies to decide by");
  const [since, tenant] = [timeOf(context, "since"), args.value("tenant")];
  const engine = await loadEngine(context);
  if (engine === undefined) return FOUND;
  const replay = new Replay((request) => engine.decide(request));
  let unreadable = 0;
  const each = async (line: string | undefined) => {
    const read = line === undefined ? "" : readLine(line);
    if (typeof read === "string") {
      unreadable++;
      return;
    }
    if ("anchors" in read || read.entry.kind !== "decision") return;
    const { time, tenant: owner } = read.entry;
    if ((since !== undefined && time < since) || (tenant !== undefined && owner !== tenant)) return;
    const flip = replay.entry(read.entry as DecisionEntry);
    if (flip !== undefined)
      await out.write(args.value("format") === "ndjson" ? `${JSON.stringify(flip)}\n` : row(flip));
  };
  if (args.files.length > 0) for await (const { text } of fileLines(context)) await each(text);
  else {
    const filter = { ...(since !== undefined && { since }), ...(tenant !== undefined && { tenant }) };
    await onDatabase(context, async (log) => {
      for await (const lines of log.matching(filter)) for (const line of lines) await each(line);
    });
  }
  const { replayed, flipped, notReplayable } = replay;
  const bad = unreadable === 0 ? "" : `; ${unreadable} lines are no entries: see \`portcullis log verify\``;
  await err.write(`${replayed} replayed: ${flipped} would flip; ${notReplayable} can't be replayed${bad}\n`);
  return unreadable === 0 ? OK : FOUND;
}

function row({ time, tenant, action, id, run, from, to, gained, lost }: Flip): string {
  const modes = from.effect === to.effect && from.mode !== to.mode;
  const said = ({ effect, mode }: Flip["from"] | Flip["to"]) => (modes ? `${effect} in ${mode}` : effect);
  const whose = [tenant, run].filter((part) => part !== null).join("/");
  const why = [...gained.map((policy) => `+${policy}`), ...lost.map((policy) => `-${policy}`)].join(" ");
  const what = `${action ?? "?"} ${id ?? ""}`.trimEnd();
  return `${new Date(time).toISOString()}  ${printable(`${whose}  ${what}: ${said(from)} → ${said(to)}  ${why}`)}\n`;
}
