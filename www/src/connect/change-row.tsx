// One difference from the server: what it is, what stands against it, and what can be done.
import type { Diagnostic } from "portcullis";
import { reveal } from "../editor/editor.js";
import { offsetOf } from "../state/form.js";
import { policyView } from "../state/views.js";
import { marked } from "../view/marked.js";
import { keepMine, putBack, takeTheirs } from "./conflict.js";
import { DifferencesTable } from "./differences-table.js";
import { contentOf, differences } from "./policies.js";
import { isTicked, review, tick } from "./review.js";
import { ownerWords, type Row } from "./rows.js";
import { setMember } from "./text.js";
import { attempted } from "./text-edit.js";

const STATES = {
  new: { word: "new", tone: "allow" },
  changed: { word: "changed", tone: "modify" },
  removed: { word: "removed", tone: "deny" },
  unchanged: { word: "unchanged", tone: "off" },
} as const;

export function StateChip({ state }: { state: Row["state"] }) {
  const { word, tone } = STATES[state];
  return <span class={`chip ${tone}`}>{word}</span>;
}

export function ChangeRow({ row }: { row: Row }) {
  const { id, name, state, obstacle, conflict } = row;
  const findings = conflict === undefined ? review.value?.get(id)?.diagnostics : undefined;
  return (
    <li class={conflict === undefined ? "" : "conflicting"}>
      <label class="change-head">
        <input
          class="tick"
          type="checkbox"
          checked={isTicked(row)}
          disabled={obstacle !== undefined}
          onChange={(event) => tick(id, event.currentTarget.checked)}
        />
        <span class="hidden">Save </span>
        <StateChip state={state} />
        <strong>{name === "" ? "without a name" : name}</strong> <code>{id}</code>
      </label>
      {state === "removed" && obstacle === undefined && !isTicked(row) && (
        <p class="hint">It stays on the server unless you tick it.</p>
      )}
      {obstacle !== undefined && (
        <p class="fault">
          {obstacle.words}
          {obstacle.owner !== undefined && (
            <button type="button" onClick={attempted(() => setMember(id, "tenant_id", obstacle.owner))}>
              Make it {ownerWords(obstacle.owner)}
            </button>
          )}
        </p>
      )}
      {findings?.map((finding) => (
        <Finding key={`${finding.pointer}:${finding.code}`} {...finding} />
      ))}
      {findings?.length === 0 && <p class="fine">The server would take it.</p>}
      {conflict === undefined ? <Change row={row} /> : <Conflict row={row} />}
    </li>
  );
}

export function Finding({ severity, pointer, message, help, code }: Diagnostic) {
  return (
    <p class={severity === "error" ? "fault" : "caution"}>
      {severity === "error" ? "Error" : "Warning"}
      {pointer === "" ? "" : ` at ${pointer.slice(1)}`}: {marked(message)} <code>{code}</code>
      {help !== "" && <span class="help"> → {marked(help)}</span>}
    </p>
  );
}

function Change({ row }: { row: Row }) {
  const { own, base, state } = row;
  return (
    <>
      {state === "changed" && own !== undefined && base !== undefined && (
        <details>
          <summary>What differs</summary>
          <DifferencesTable
            label={`What differs in ${row.name}`}
            sides={["On the server", "Here"]}
            differences={differences(contentOf(base.policy), contentOf(own.value))}
          />
        </details>
      )}
      <div class="actions">
        {own !== undefined && (
          <button type="button" onClick={() => show(own.index)}>
            Show in the text
          </button>
        )}
        <button type="button" class="quiet" onClick={attempted(() => putBack(row))}>
          {state === "new" ? "Take it out" : "Put it back"}
        </button>
      </div>
    </>
  );
}

function Conflict({ row }: { row: Row }) {
  const { own, name, conflict } = row;
  const theirs = conflict?.theirs ?? null;
  return (
    <>
      {theirs !== null && own !== undefined && (
        <DifferencesTable
          label={`Theirs and mine of ${name}`}
          sides={[`Theirs${theirs.updated_by === null ? "" : `, by ${theirs.updated_by}`}`, "Mine"]}
          differences={differences(contentOf(theirs), contentOf(own.value))}
        />
      )}
      {theirs === null && <p>Theirs: it was deleted.</p>}
      {own === undefined && <p>Mine: it is removed.</p>}
      <div class="actions">
        <button type="button" onClick={() => keepMine(row)}>
          {theirs === null ? "Keep mine: bring it back" : "Keep mine"}
        </button>
        <button type="button" onClick={attempted(() => takeTheirs(row))}>
          Take theirs
        </button>
        {own !== undefined && (
          <button type="button" class="quiet" onClick={() => show(own.index)}>
            Keep editing
          </button>
        )}
      </div>
      <p class="hint">Nothing is written by choosing. Mine is saved with the next save, over what is there now.</p>
    </>
  );
}

/** Puts the cursor at a policy of the text. */
export function show(index: number): void {
  if (policyView.peek() === "form") policyView.value = "both";
  const offset = offsetOf(index);
  // Once the text is in sight.
  setTimeout(() => reveal("policies", offset), 0);
}
