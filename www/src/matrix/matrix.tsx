// A table of tools by users: what each may do before anyone knows the arguments.
import { computed, signal } from "@preact/signals";
import type { PreviewCell } from "portcullis";
import { useEffect, useRef } from "preact/hooks";
import { isEmpty } from "../state/form.js";
import { leftOut, matrix, type Shown, trouble, wanted } from "../state/matrix.js";
import { isRecord } from "../state/schema-types.js";
import { CellDialog } from "./cell-dialog.js";
import { Grid } from "./grid.js";
import { People } from "./people.js";
import { STATES, stateOf } from "./states.js";

const filter = signal("");
const editing = signal(false);

/** The matrix with the tools that one looks for. */
const shown = computed<Shown | undefined>(() => {
  const all = matrix.value;
  const words = filter.value.trim().toLowerCase();
  if (all === undefined || words === "") return all;
  const width = all.users.length;
  const rows = all.tools.map((tool, row) => ({ tool, row })).filter(({ tool }) => textOf(tool).includes(words));
  return {
    ...all,
    tools: rows.map(({ tool }) => tool),
    cells: rows.flatMap(({ row }) => all.cells.slice(row * width, (row + 1) * width)),
  };
});

function textOf(tool: Readonly<Record<string, unknown>>): string {
  return `${tool["id"]} ${tool["risk_level"] ?? ""} ${[tool["side_effects"] ?? []].flat().join(" ")}`.toLowerCase();
}

export function Matrix() {
  const section = useRef<HTMLElement>(null);
  useEffect(() => {
    if (section.current === null) return undefined;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) wanted.value = true;
      },
      { rootMargin: "300px" },
    );
    observer.observe(section.current);
    return () => observer.disconnect();
  }, []);
  const current = shown.value;
  const total = matrix.value?.tools.length ?? 0;
  return (
    <section class="panel matrix" aria-labelledby="matrix-title" ref={section}>
      <div class="panel-head">
        <h2 id="matrix-title">Who may do what</h2>
        <div class="actions">
          {total > 8 && (
            <input
              type="search"
              aria-label="Filter the tools"
              placeholder={`Filter ${total} tools…`}
              value={filter.value}
              onInput={(event) => {
                filter.value = event.currentTarget.value;
              }}
            />
          )}
          <button
            type="button"
            aria-expanded={editing.value}
            onClick={() => {
              editing.value = !editing.value;
            }}
          >
            Edit the people
          </button>
        </div>
      </div>
      <div class="matrix-body">
        {editing.value && <People />}
        <p class="hint">
          Each tool for each person, in the run and at the time of the call above, whatever the arguments. Press a cell
          to see why. {leftOut.value}
        </p>
        {trouble.value !== undefined && <p class={isEmpty.value ? "hint" : "fault"}>{trouble.value}</p>}
        {current === undefined ? (
          trouble.value === undefined && (
            <p class="hint">{wanted.value ? "There is nobody, or no tool, to show." : "…"}</p>
          )
        ) : (
          <>
            <Legend cells={current.cells} />
            <Grid shown={current} stale={trouble.value !== undefined} />
            {current.tools.length === 0 && <p class="hint">No tool is called that.</p>}
          </>
        )}
      </div>
      <CellDialog />
    </section>
  );
}

/** What the signs mean, and how many there are of each. */
function Legend({ cells }: { cells: readonly PreviewCell[] }) {
  const counts = new Map<string, number>();
  for (const cell of cells) counts.set(stateOf(cell), (counts.get(stateOf(cell)) ?? 0) + 1);
  return (
    <ul class="legend" aria-label="What the signs mean">
      {STATES.map(({ id, sign, word }) => (
        <li key={id}>
          <span class={`sign ${id}`} aria-hidden="true">
            {sign}
          </span>
          {word} <span class="faint">{counts.get(id) ?? 0}</span>
        </li>
      ))}
    </ul>
  );
}

export function nameOf(user: unknown): string {
  if (!isRecord(user)) return "nobody";
  return typeof user["id"] === "string" ? user["id"] : "without an id";
}

export function rolesOf(user: unknown): string {
  return isRecord(user) && Array.isArray(user["roles"]) ? user["roles"].join(", ") : "";
}
