// ETag and If-Match: revisions as RFC 9110 writes them.
import type { Call } from "./call.js";
import { Problem } from "./problem.js";

export function etag(revision: number): { readonly etag: string } {
  return { etag: `"${revision}"` };
}

/** @throws Problem 428, 412. */
export function revisionOf(call: Call): number {
  const given = call.header("if-match");
  if (given === undefined) {
    throw new Problem({
      code: "revision_required",
      detail: "the change does not say which revision it is based on",
      remedy: "Read the policy, and send its ETag as `If-Match`.",
    });
  }
  const revision = Number(/^\s*"([1-9]\d{0,9})"\s*$/.exec(given)?.[1]);
  if (revision < 2 ** 31) return revision;
  // A mark that no revision has matches none: weak ones, lists and `*` included.
  throw new Problem({
    code: "revision_conflict",
    detail: "`If-Match` is the ETag of no revision",
    remedy: "Send the one ETag that the policy was read with, quotes included.",
  });
}
