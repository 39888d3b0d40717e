// What came of the last save, policy by policy.
import { useEffect, useRef } from "preact/hooks";
import { marked } from "../view/marked.js";
import { Finding } from "./change-row.js";
import { type Outcome, outcomes, saving, undelete } from "./save.js";

export function Outcomes() {
  const box = useRef<HTMLDivElement>(null);
  const all = saving.value ? [] : [...outcomes.value];
  const isThere = all.length > 0;
  // The button that was pressed may be gone with the changes; then one goes on from here.
  useEffect(() => {
    if (!isThere) return;
    if (document.activeElement === document.body) box.current?.focus();
    box.current?.scrollIntoView({ block: "nearest" });
  }, [isThere]);
  const written = all.filter(([, { kind }]) => kind === "saved" || kind === "deleted").length;
  return (
    <div ref={box} class={isThere ? "outcomes" : "hidden"} tabIndex={-1}>
      <p role="status">
        {isThere && (
          <>
            <strong>
              {written} of {all.length}
            </strong>{" "}
            {all.length === 1 ? "change is" : "changes are"} saved.
            {written < all.length && " What is not saved is still in the editor."}
          </>
        )}
      </p>
      {isThere && (
        <>
          <ul aria-label="What came of it">
            {all.map(([id, outcome]) => (
              <li key={id} class={outcome.kind}>
                <Words id={id} outcome={outcome} />
              </li>
            ))}
          </ul>
          <button
            type="button"
            class="quiet"
            onClick={() => {
              outcomes.value = new Map();
            }}
          >
            Close this
          </button>
        </>
      )}
    </div>
  );
}

function Words({ id, outcome }: { id: string; outcome: Outcome }) {
  const { kind, name } = outcome;
  if (kind === "waiting") {
    return (
      <p>
        <strong>{name}</strong> was not tried, since one before it was not saved.
      </p>
    );
  }
  if (kind === "saved") {
    return (
      <p>
        <strong>{name}</strong> is saved, as revision {outcome.revision}.
      </p>
    );
  }
  if (kind === "deleted") {
    return (
      <p>
        <strong>{name}</strong> is deleted.{" "}
        <button type="button" onClick={() => undelete(id)}>
          Restore it
        </button>
      </p>
    );
  }
  const { error } = outcome;
  return (
    <>
      <p class="fault">
        <strong>{name}</strong> {error.isOpen ? "may not be saved" : "is not saved"}: {marked(error.message)}{" "}
        <code>{error.code}</code>
        {error.remedy !== "" && <span class="help"> → {marked(error.remedy)}</span>}
        {error.isOpen && <span class="help"> → Look for changes: they tell whether it was.</span>}
      </p>
      {error.diagnostics.map((finding) => (
        <Finding key={`${finding.pointer}:${finding.code}`} {...finding} />
      ))}
    </>
  );
}
