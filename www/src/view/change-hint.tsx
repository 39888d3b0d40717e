// The smallest change of the call that turns the decision, to be tried by one press.
import type { Change, Explanation } from "portcullis";
import { formatJson } from "../source/format.js";
import { texts } from "../state/workspace.js";
import { fieldText, valueText } from "./field.js";

const RESULT = { allow: "is allowed", deny: "is denied", require_approval: "needs approval" } as const;

export function ChangeHint({ explanation }: { explanation: Explanation }) {
  const change = explanation.smallest_change;
  if (change === null) return <NoChange explanation={explanation} />;
  const next = changed(texts.request.value, change);
  return (
    <div class="change">
      <p>
        <span class="label">Smallest change</span> If <code>{fieldText(change.field)}</code> were{" "}
        <code>{valueText(change.to)}</code> in place of <code>{valueText(change.from)}</code>, it{" "}
        {RESULT[change.effect]}.
      </p>
      {next !== undefined && (
        <button
          type="button"
          onClick={() => {
            texts.request.value = next;
          }}
        >
          Try it
        </button>
      )}
    </div>
  );
}

/** A call that is none has nothing to be changed by a field. */
function NoChange({ explanation: { decision, search_capped } }: { explanation: Explanation }) {
  if (decision.code === "invalid_request") return null;
  return (
    <p class="change none">
      <span class="label">Smallest change</span>{" "}
      {search_capped
        ? "None found. There are too many to try them all; those that were tried do not turn the verdict."
        : "None found: another value of one field alone does not turn the verdict."}
    </p>
  );
}

/** The request with the change in it; none where it is no JSON, or has no such place. */
function changed(text: string, { field, to }: Change): string | undefined {
  try {
    const request = JSON.parse(text);
    const names = typeof field === "string" ? field.split(".") : [...field];
    const last = names.pop();
    let at = request;
    for (const name of names) at = at[name];
    if (last === undefined || typeof at !== "object" || at === null) return undefined;
    // Not by assignment, which would set the prototype where the name is `__proto__`.
    Object.defineProperty(at, last, { value: to, enumerable: true, configurable: true, writable: true });
    return `${formatJson(request)}\n`;
  } catch {
    return undefined;
  }
}
