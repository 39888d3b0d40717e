// Decisions that were logged, made again by policies: which of them would be others by now.
import type { Decision, Request } from "portcullis";
import { loadOr } from "./compare.js";
import type { Drift, Drifted, Logged, PolicyTexts } from "./protocol.js";

/** What the page lists; all are counted. */
const LISTED = 100;

/** @throws NotComparable */
export function recall(texts: PolicyTexts, logged: readonly Logged[]): Drift {
  const engine = loadOr(texts, "The server’s policies");
  const some: Drifted[] = [];
  let [drifted, granted] = [0, 0];
  try {
    for (const entry of logged) {
      const now = engine.decide(entry.request as Request);
      // Counters stand outside of the policies: what they refused, policies had let through to them.
      const before = entry.code === "limit_exceeded" ? "allow" : entry.effect;
      if (before === "allow" && wasApproved(entry, now)) granted++;
      else if (now.effect !== before || (now.mode !== entry.mode && now.effect !== "deny")) {
        drifted++;
        const mode = now.effect === before ? [` as ${entry.mode}`, ` as ${now.mode}`] : ["", ""];
        if (some.length < LISTED)
          some.push({ title: entry.title, from: `${before}${mode[0]}`, to: `${now.effect}${mode[1]}` });
      }
    }
    return { decided: logged.length, drifted, some, granted };
  } finally {
    engine.close();
  }
}

/** Whether each approval that is asked for now was one of the policies that applied when it went ahead. */
function wasApproved({ policies }: Logged, { effect, approvals }: Decision): boolean {
  return effect === "require_approval" && approvals.every(({ policy_id }) => policies.includes(policy_id));
}
