// The cells, as the ARIA practices have grids: one is in the tab order, and arrow keys lead to the others.
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Shown } from "../state/matrix.js";
import { opened } from "../state/workspace.js";
import { openCell } from "./cell-dialog.js";
import { nameOf, rolesOf } from "./matrix.js";
import { detailOf, STATES, stateOf } from "./states.js";

/** Rows that are shown at first, and how many more with each press. */
const PAGE = 300;

const active = signal({ row: 0, column: 0 });
const pages = signal(1);

const STEPS: Readonly<Record<string, readonly [rows: number, columns: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  PageUp: [-10, 0],
  PageDown: [10, 0],
  Home: [0, -Number.MAX_SAFE_INTEGER],
  End: [0, Number.MAX_SAFE_INTEGER],
};

export function Grid({ shown, stale }: { shown: Shown; stale: boolean }) {
  const { users, tools, cells, work } = shown;
  // One of the work before stays in sight until there is the next, so that nothing jumps, and opens nothing.
  const isPast = work !== opened.value;
  const table = useRef<HTMLTableElement>(null);
  const rows = tools.slice(0, PAGE * pages.value);
  const at = {
    row: Math.min(active.value.row, rows.length - 1),
    column: Math.min(active.value.column, users.length - 1),
  };
  useEffect(() => {
    const { current } = table;
    const move = (event: KeyboardEvent) => {
      const step = STEPS[event.key];
      if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      const row = clamp(active.peek().row + step[0], rows.length);
      const column = clamp(active.peek().column + step[1], users.length);
      active.value = { row, column };
      current?.querySelector<HTMLElement>(`[data-cell="${row}:${column}"]`)?.focus();
    };
    current?.addEventListener("keydown", move);
    return () => current?.removeEventListener("keydown", move);
  }, [rows.length, users.length]);
  if (rows.length === 0) return null;
  return (
    <>
      <div class={`matrix-scroll${stale || isPast ? " stale" : ""}`} inert={isPast}>
        <table
          ref={table}
          // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table whose cells are pressed is a grid
          role="grid"
          aria-label="Tools by people"
          aria-rowcount={tools.length + 1}
          style={`--people: ${users.length}`}
        >
          <thead>
            <tr>
              <th scope="col">Tool</th>
              {users.map((user, column) => (
                <th scope="col" key={column}>
                  <span class="who">{nameOf(user)}</span>
                  <span class="roles">{rolesOf(user)}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((tool, row) => (
              <tr key={String(tool["id"])}>
                <th scope="row">
                  <code>{breakable(String(tool["id"]))}</code>
                  {typeof tool["risk_level"] === "string" && <span class="risk">{tool["risk_level"]} risk</span>}
                </th>
                {users.map((user, column) => {
                  const cell = cells[row * users.length + column];
                  if (cell === undefined) return null;
                  const state = stateOf(cell);
                  const { sign, word } = STATES.find(({ id }) => id === state) ?? { sign: "", word: "" };
                  const detail = detailOf(cell);
                  const isActive = row === at.row && column === at.column;
                  return (
                    <td key={column}>
                      <button
                        type="button"
                        class={`cell ${state}`}
                        data-cell={`${row}:${column}`}
                        tabIndex={isActive ? 0 : -1}
                        onFocus={() => {
                          active.value = { row, column };
                        }}
                        onClick={() => openCell(user, tool)}
                      >
                        <span class="sign" aria-hidden="true">
                          {sign}
                        </span>
                        <span class="word">
                          {word}
                          {detail !== "" && <span class="detail">{detail}</span>}
                        </span>
                      </button>
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {tools.length > rows.length && (
        <button
          type="button"
          onClick={() => {
            pages.value++;
          }}
        >
          Show more tools
        </button>
      )}
    </>
  );
}

/** A long name may break behind its underscores. */
function breakable(name: string) {
  return name.split(/(?<=[_.-])/).map((part, index) => (
    <span key={index}>
      {index > 0 && <wbr />}
      {part}
    </span>
  ));
}

function clamp(value: number, length: number): number {
  return Math.max(0, Math.min(value, length - 1));
}
