// All policies of the editor and the server, each with its state.
import { signal } from "@preact/signals";
import { StateChip, show } from "./change-row.js";
import { openRevisions } from "./revisions.js";
import { ownerWords, type Row, rows } from "./rows.js";

/** Rows at first, and how many more with each press. */
const PAGE = 50;

const filter = signal("");
const shown = signal(PAGE);

export function PolicyList() {
  const all = rows.value;
  if ("problem" in all) return <p class="fault">{all.problem}</p>;
  const wanted = filter.value.trim().toLowerCase();
  const found = all.filter(({ id, name }) => `${id} ${name}`.toLowerCase().includes(wanted));
  return (
    <div class="policy-list">
      <input
        class="plain"
        type="search"
        aria-label="Filter the policies"
        placeholder="Filter by name or id"
        value={filter.value}
        onInput={(event) => {
          filter.value = event.currentTarget.value;
          shown.value = PAGE;
        }}
      />
      <ul aria-label="Policies and their states">
        {found.slice(0, shown.value).map((row, index) => (
          <PolicyRow key={`${row.id}:${row.own?.index ?? index}`} row={row} />
        ))}
      </ul>
      {found.length === 0 && <p class="hint">There is none.</p>}
      {found.length > shown.value && (
        <button
          type="button"
          onClick={() => {
            shown.value += PAGE;
          }}
        >
          Show more ({found.length - shown.value})
        </button>
      )}
    </div>
  );
}

function PolicyRow({ row }: { row: Row }) {
  const { id, name, state, own, base, readOnly, conflict } = row;
  const said = own?.value ?? (base?.policy as Readonly<Record<string, unknown>> | undefined) ?? {};
  return (
    <li>
      <div class="policy-line">
        <StateChip state={state} />
        {conflict !== undefined && <span class="chip require_approval">changed there too</span>}
        <strong>{name}</strong> <code>{id}</code>
        <span class="faint">
          {[
            base === undefined
              ? "not on the server"
              : `${ownerWords(base.policy.tenant_id)}, revision ${base.policy.revision}`,
            said["enabled"] === false ? "switched off" : "",
            said["enforcement"] === "shadow" ? "in shadow" : "",
            readOnly ? "read-only" : "",
          ]
            .filter((word) => word !== "")
            .join(", ")}
        </span>
      </div>
      <div class="actions">
        {own !== undefined && (
          <button type="button" class="quiet" aria-label={`Show ${name} in the text`} onClick={() => show(own.index)}>
            Show
          </button>
        )}
        {base !== undefined && base.policy.updated_by !== null && (
          <button
            type="button"
            class="quiet"
            aria-label={`Revisions of ${name}`}
            onClick={() => openRevisions(id, base.policy.name)}
          >
            Revisions
          </button>
        )}
      </div>
    </li>
  );
}
