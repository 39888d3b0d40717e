// What differs from the server, what the server says of it, and the way to save it.
import { comparison, edited, refusal, running } from "../state/comparison.js";
import { requestSet } from "../state/request-set.js";
import { texts } from "../state/workspace.js";
import { number } from "../view/effect.js";
import { ChangeRow } from "./change-row.js";
import { Outcomes } from "./outcomes.js";
import { textOf } from "./policies.js";
import { check, checking, chosen, isChecked, sound } from "./review.js";
import { astray, changes, rows } from "./rows.js";
import { save, saving } from "./save.js";
import { bases, session } from "./session.js";

export function Changes() {
  const all = rows.value;
  return (
    <div class="changes">
      <Outcomes />
      {"problem" in all && <p class="fault">{all.problem} Until then nothing can be saved.</p>}
      {texts.catalogue.value !== session.value?.catalogue && <OtherCatalogue />}
      {astray.value && (
        <div class="note">
          <p>Nothing of the server’s policies is in the editor: something else was opened. Nothing of it is ticked.</p>
          <button type="button" onClick={backToServer}>
            Back to the server’s policies
          </button>
        </div>
      )}
      {changes.value.length === 0 ? (
        !("problem" in all) && (
          <p class="hint">
            The editor holds what the server has. Edit the policies, and you see here what would be saved.
          </p>
        )
      ) : (
        <>
          <ul class="change-list" aria-label="What differs from the server">
            {changes.value.map((row, index) => (
              <ChangeRow key={`${row.id}:${row.own?.index ?? index}`} row={row} />
            ))}
          </ul>
          {session.value?.caller.writes && <Steps />}
        </>
      )}
    </div>
  );
}

function OtherCatalogue() {
  const take = () => {
    texts.catalogue.value = session.peek()?.catalogue ?? "";
  };
  return (
    <div class="note">
      <p>
        The catalogue here is not the server’s. It is tried here and not saved: servers are given theirs as they start.
      </p>
      <button type="button" onClick={take}>
        Take the server’s
      </button>
    </div>
  );
}

/** First checked, then saved, by one button: whoever stands on it stays there. */
function Steps() {
  const { length } = chosen.value;
  const ready = sound.value.length;
  if (length === 0) return <p class="hint">Nothing that can be saved is ticked.</p>;
  const words = isChecked.value
    ? `Save ${ready === length ? "" : `${ready} of `}${counted(length)}`
    : `Check ${counted(length)} with the server`;
  return (
    <>
      {isChecked.value && <EffectLine />}
      <div class="actions">
        <button
          type="button"
          class="primary"
          disabled={isChecked.value && ready === 0}
          onClick={isChecked.value ? save : check}
        >
          {checking.value ? "Checking…" : saving.value ? "Saving…" : words}
        </button>
        {!isChecked.value && <span class="hint">Nothing is written by this.</span>}
        {isChecked.value && ready > 1 && (
          <span class="hint">What restricts goes first. It ends with the first that the server refuses.</span>
        )}
      </div>
    </>
  );
}

function counted(count: number): string {
  return `${count} ${count === 1 ? "change" : "changes"}`;
}

/** What the edit does to the requests at hand. */
function EffectLine() {
  const result = comparison.value;
  const show = () => document.querySelector(".effect")?.scrollIntoView({ block: "start" });
  if (refusal.value !== undefined) return <p class="fault">The effect can’t be told. {refusal.value}</p>;
  if (requestSet.value.blob.size === 0) {
    return (
      <p class="hint">
        There are no requests to try this on. Bring some, or take logged decisions, to see which would be decided
        otherwise.
      </p>
    );
  }
  if (result === undefined) return <p class="hint">{running.value || edited.value ? "Comparing…" : ""}</p>;
  return (
    <p class="effect-line" role="status">
      <strong>{number(result.flipped)}</strong> of {number(result.decided)} requests ({requestSet.value.name}){" "}
      {result.flipped === 1 ? "is" : "are"} decided otherwise{running.value ? " so far" : ""}
      {chosen.value.length < changes.value.length ? ", if all that differs here counts, also what is not ticked" : ""}.{" "}
      {result.flipped > 0 && (
        <button type="button" class="quiet" onClick={show}>
          Show them
        </button>
      )}
    </p>
  );
}

function backToServer(): void {
  texts.policies.value = textOf([...bases.peek().values()].map(({ policy }) => policy));
}
