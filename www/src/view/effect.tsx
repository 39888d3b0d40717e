// What an edit does: which of many requests are decided otherwise than by the pinned policies.
import { backToBaseline, comparison, edited, pin, refusal, running, stop } from "../state/comparison.js";
import { isEmpty } from "../state/form.js";
import { Flips } from "./flips.js";
import { RequestSource } from "./request-source.js";

export function Effect() {
  return (
    <section class="panel effect" aria-labelledby="effect-title">
      <div class="panel-head">
        <h2 id="effect-title">What your edit changes</h2>
        <div class="actions">
          {edited.value && (
            <button type="button" class="quiet" onClick={backToBaseline}>
              Back to the baseline
            </button>
          )}
          <button type="button" onClick={pin} disabled={!edited.value}>
            Pin as baseline
          </button>
        </div>
      </div>
      <div class="effect-body">
        <RequestSource />
        <Result />
      </div>
    </section>
  );
}

function Result() {
  const result = comparison.value;
  if (isEmpty.value)
    return <p class="hint">Once there is a policy, you see here which requests it decides otherwise.</p>;
  if (refusal.value !== undefined) return <p class="fault">{refusal.value}</p>;
  if (!edited.value) {
    return (
      <p class="hint">
        These policies are the baseline. Edit them, and you see here which requests are then decided otherwise.
      </p>
    );
  }
  if (result === undefined) return <p class="hint">{running.value ? "Comparing…" : "Bring requests to compare."}</p>;
  return (
    <>
      {(running.value || !result.done) && (
        <div class="progress">
          <progress max={result.total} value={result.decided + result.unreadableCount} aria-label="Requests decided" />
          <span>
            {number(result.decided)} of {number(result.total)}
            {running.value ? "" : ", stopped"}
          </span>
          {running.value && (
            <button type="button" onClick={stop}>
              Stop
            </button>
          )}
        </div>
      )}
      <p class="summary" role="status">
        <strong>{number(result.flipped)}</strong> of {number(result.decided)} requests{" "}
        {result.flipped === 1 ? "is" : "are"} decided otherwise
        {running.value ? " so far" : ""}.
      </p>
      {result.unreadableCount > 0 && (
        <p class="fault">
          {number(result.unreadableCount)} {result.unreadableCount === 1 ? "line is" : "lines are"} no request and left
          out: {result.unreadable.map(({ at, message }) => `${at} (${message})`).join(", ")}
          {result.unreadableCount > result.unreadable.length ? ", …" : ""}
        </p>
      )}
      <Flips comparison={result} />
    </>
  );
}

export function number(value: number): string {
  return value.toLocaleString("en-GB");
}
