// The revisions of a policy: who, when and what, and the way back.
import { useEffect, useRef } from "preact/hooks";
import { marked } from "../view/marked.js";
import { DifferencesTable } from "./differences-table.js";
import { momentOf } from "./replay.js";
import { closeRevisions, explain, more, type Opened, opened, restore } from "./revisions.js";
import { changes } from "./rows.js";
import { session } from "./session.js";
import type { Revision } from "./wire.js";

const OPERATIONS = { create: "created", update: "changed", delete: "deleted" } as const;

export function RevisionsDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const current = opened.value;
  const isOpen = current !== undefined;
  useEffect(() => {
    const { current: element } = dialog;
    if (isOpen && !element?.open) element?.showModal();
    if (!isOpen && element?.open) element.close();
  }, [isOpen]);
  return (
    <dialog ref={dialog} class="cell-dialog revisions" aria-labelledby="revisions-title" onClose={closeRevisions}>
      {current !== undefined && <Revisions {...current} />}
    </dialog>
  );
}

function Revisions(current: Opened) {
  const { id, name, revisions, next, problem, busy } = current;
  const [latest] = revisions;
  const isEdited = changes.value.some((row) => row.id === id);
  return (
    <>
      <div class="dialog-head">
        <h3 id="revisions-title">
          <span class="faint">Revisions of</span> {name}
        </h3>
        <button type="button" class="quiet" aria-label="Close" onClick={closeRevisions}>
          ✕
        </button>
      </div>
      {problem !== undefined && (
        <p class="fault" role="alert">
          {marked(problem)}
        </p>
      )}
      {isEdited && (
        <p class="hint">
          You have edited it. Restoring puts what is restored into the editor; undo brings your text back.
        </p>
      )}
      <ul class="revision-list" aria-label="Revisions, the latest first">
        {revisions.map((revision) => (
          <RevisionRow key={revision.revision} revision={revision} current={current} isNow={revision === latest} />
        ))}
      </ul>
      {busy && <p class="hint">Reading…</p>}
      {next !== null && !busy && (
        <button type="button" onClick={more}>
          Show earlier ones
        </button>
      )}
    </>
  );
}

function RevisionRow({ revision, current, isNow }: { revision: Revision; current: Opened; isNow: boolean }) {
  const { revision: number, operation, policy, revised_at, revised_by } = revision;
  const found = current.differences.get(number);
  return (
    <li>
      <p>
        <strong>{number}</strong> {OPERATIONS[operation]} by {revised_by}, {momentOf(revised_at)}{" "}
        {isNow && <span class="chip off">as it is now</span>}
      </p>
      <div class="actions">
        {number > 1 && found === undefined && (
          <button
            type="button"
            class="quiet"
            aria-label={`What changed in revision ${number}`}
            onClick={() => explain(number)}
          >
            What changed
          </button>
        )}
        {!isNow && policy !== null && session.value?.caller.writes && (
          <button
            type="button"
            disabled={current.busy}
            aria-label={`Restore revision ${number}`}
            onClick={() => restore(number)}
          >
            Restore
          </button>
        )}
      </div>
      {found !== undefined && (
        <DifferencesTable
          label={`What changed in revision ${number}`}
          sides={["Before", "After"]}
          differences={found}
        />
      )}
    </li>
  );
}
