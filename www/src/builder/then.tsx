// What a policy restricts: the mode of the run, and limits.
import { Check, Choice, Row } from "../form/choice.js";
import { DraftInput } from "../form/draft-input.js";
import { JsonField } from "../form/json-field.js";
import type { Path } from "../source/tree.js";
import { change } from "../state/form.js";
import { isRecord } from "../state/schema-types.js";
import { listOf, TextField, textOf } from "./head.js";
import { Drop } from "./leaf-editor.js";
import { NumberInput } from "./literal.js";

const PER = ["run", "tenant", "user", "app", "agent", "tool", "workflow"];
const METERS = ["tool_calls", "llm_calls", "cost_cents", "tokens"];
const KINDS = [
  ["budget", "in all, or by day or month"],
  ["rate", "by a span of time"],
  ["concurrent", "at the same time"],
] as const;
const EXCEEDED = [
  ["deny", "it is denied"],
  ["require_approval", "people are asked"],
] as const;
const FIRST_LIMIT = { meter: "tool_calls", per: ["user"], window: "1d", max: 100 };

export function Then({ path, value }: { path: Path; value: unknown }) {
  const then = isRecord(value) ? value : {};
  const limits = listOf(then["limits"]);
  const isDraft = then["mode"] === "draft";
  const limitsPath = [...path, "limits"];
  const add = () =>
    change(limits.length === 0 ? { path: limitsPath, set: [FIRST_LIMIT] } : { path: limitsPath, append: FIRST_LIMIT });
  return (
    <fieldset class="part">
      <legend>What it restricts</legend>
      <Check
        label="The run goes on as a draft: nothing takes effect before a person looks at it"
        checked={isDraft}
        onValue={(on) =>
          change(on ? { path: [...path, "mode"], set: "draft" } : { path: [...path, "mode"], remove: true })
        }
      />
      {limits.map((limit, index) => (
        <LimitForm
          key={index}
          path={[...limitsPath, index]}
          value={limit}
          onDrop={() =>
            change(
              limits.length === 1 ? { path: limitsPath, remove: true } : { path: [...limitsPath, index], remove: true },
            )
          }
        />
      ))}
      <div class="actions">
        <button type="button" class="quiet" onClick={add}>
          + Limit
        </button>
      </div>
    </fieldset>
  );
}

function LimitForm({ path, value, onDrop }: { path: Path; value: unknown; onDrop(): void }) {
  const limit = isRecord(value) ? value : {};
  const { meter, per, window: span, max, kind, on_exceed, burst } = limit;
  if (typeof meter !== "string" || burst !== undefined) {
    return (
      <div class="limit">
        <div class="leaf-line">
          <span class="faint">There is no form for this limit; it is kept as it is.</span>
          <Drop label="Remove this limit" onDrop={onDrop} />
        </div>
        <JsonField label="The limit, as JSON" value={value} onValue={(next) => change({ path, set: next })} />
      </div>
    );
  }
  const names = listOf(per);
  return (
    <fieldset class="limit" aria-label="Limit">
      <div class="leaf-line">
        <span>at most</span>
        <NumberInput
          label="The most there may be"
          value={typeof max === "number" ? max : undefined}
          onValue={(next) => change({ path: [...path, "max"], set: next })}
        />
        <DraftInput
          label="What is counted"
          class="operator"
          mono
          list="known-meters"
          when="done"
          value={meter}
          onText={(text) =>
            text.trim() === "" ? "A name is needed." : void change({ path: [...path, "meter"], set: text.trim() })
          }
        />
        <Choice
          label="Over which time"
          value={textOf(kind) || "budget"}
          options={KINDS}
          onValue={(next) => change({ path, set: ofKind(limit, next) })}
        />
        <Drop label="Remove this limit" onDrop={onDrop} />
      </div>
      <div class="rows">
        {kind !== "concurrent" && (
          <Row label="For each span of" hint={kind === "rate" ? "Such as 1m or 1h." : "1d or 1mo; empty: in all."}>
            {(id) => (
              <TextField
                id={id}
                label="For each span of"
                path={[...path, "window"]}
                value={span}
                optional={kind !== "rate"}
              />
            )}
          </Row>
        )}
        <Row label="Past it">
          {(id) => (
            <Choice
              id={id}
              label="Past it"
              value={textOf(on_exceed) || "deny"}
              options={EXCEEDED}
              onValue={(next) => change({ path: [...path, "on_exceed"], set: next })}
            />
          )}
        </Row>
        <fieldset class="row wide plain">
          <legend>Counted for each</legend>
          <div class="checks">
            {PER.map((name) => (
              <Check
                key={name}
                label={name}
                checked={names.includes(name)}
                onValue={(on) => {
                  const next = on ? [...names, name] : names.filter((one) => one !== name);
                  if (next.length > 0) change({ path: [...path, "per"], set: next });
                }}
              />
            ))}
          </div>
        </fieldset>
      </div>
      <datalist id="known-meters">
        {METERS.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </fieldset>
  );
}

/** Each kind has windows of its own. */
function ofKind(limit: Readonly<Record<string, unknown>>, kind: string): unknown {
  const { window: _, ...rest } = limit;
  return { ...rest, kind, ...(kind === "concurrent" ? {} : { window: kind === "rate" ? "1m" : "1d" }) };
}
