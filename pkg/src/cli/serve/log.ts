// The decision log of `portcullis serve`: kept in the database that has the policies.
import { hostname } from "node:os";
import { PortcullisError } from "../../engine/errors.js";
import { DecisionLog } from "../../log/log.js";
import type { DatabaseLogOptions } from "../../store/entries.js";
import { caused } from "../../store/errors.js";
import { DatabaseLog } from "../../store/log.js";
import type { Sink } from "../terminal.js";

/** What is logged; `requests` are kept whole, so that they can be decided again. */
export const LOG_MODES = ["off", "decisions", "requests"] as const;
export type LogMode = (typeof LOG_MODES)[number];

/**
 * Begins a log; nothing where it is off.
 * @throws PortcullisError where the database's user may not write it: nobody would see that until the log is needed.
 */
export async function begunLog(mode: LogMode, stored: DatabaseLogOptions): Promise<DecisionLog | undefined> {
  if (mode === "off") return undefined;
  const sink = new DatabaseLog(stored);
  await sink.anchors().catch((error: unknown) => {
    // What passes by itself is tried again with each write.
    if (PortcullisError.is(error) && error.retryable) return;
    throw refused(error);
  });
  return new DecisionLog({ sink, name: hostname(), ...(mode === "requests" && { request: { omit: [] } }) });
}

/** Writes what waits, and says what was not written. */
export async function endedLog(log: DecisionLog | undefined, err: Sink): Promise<void> {
  if (log === undefined) return;
  const { unwritten } = await log.close();
  const lost = Object.values(unwritten).reduce((sum, count) => sum + count, 0);
  if (lost > 0) await err.write(`${err.style.red("error")}: decisions that were not written to the log: ${lost}\n`);
}

function refused(cause: unknown): unknown {
  if (!PortcullisError.is(cause) || cause.code !== "database_refused") return cause;
  const error = new PortcullisError({
    code: cause.code,
    message: "the database's user may not write the decision log",
    remedy: "Make it a member of the role that `portcullis migrate --roles` makes for the log, or say `--log off`.",
    retryable: false,
  });
  return caused(error, cause);
}
