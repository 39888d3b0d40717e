import { signal } from "@preact/signals";
import type { Cause, Comparison, Flip, Verdict } from "../engine/protocol.js";
import { number } from "./effect.js";
import { effectWords } from "./verdict.js";

/** Rows at first, and how many more with each press. */
const PAGE = 25;
const shown = signal(PAGE);

export function Flips({ comparison }: { comparison: Comparison }) {
  const { flips, flipped, moves } = comparison;
  if (flipped === 0) return null;
  const sorted = Object.entries(moves).sort(([, a], [, b]) => b - a);
  return (
    <>
      <ul class="moves" aria-label="From what to what">
        {sorted.map(([move, count]) => (
          <li key={move}>
            <strong>{number(count)}</strong> <Move move={move} />
          </li>
        ))}
      </ul>
      <ul class="flips" aria-label="Requests decided otherwise">
        {flips.slice(0, shown.value).map((flip) => (
          <FlipRow key={flip.at} flip={flip} />
        ))}
      </ul>
      {flips.length > shown.value && (
        <button
          type="button"
          onClick={() => {
            shown.value += PAGE;
          }}
        >
          Show more
        </button>
      )}
      {flipped > flips.length && shown.value >= flips.length && (
        <p class="hint">
          The first {number(flips.length)} are listed; all {number(flipped)} are counted.
        </p>
      )}
    </>
  );
}

function Move({ move }: { move: string }) {
  const [from = "", to = ""] = move.split(">");
  return (
    <>
      <Chip name={from} /> <span aria-hidden="true">→</span>
      <span class="hidden">becomes</span> <Chip name={to} />
    </>
  );
}

function Chip({ name }: { name: string }) {
  return <span class={`chip ${name.startsWith("allow") ? "allow" : name}`}>{name.replace("_", " ")}</span>;
}

function nameOf({ effect, mode }: Verdict): string {
  return effect === "allow" && mode === "draft" ? "allow as a draft" : effect;
}

function FlipRow({ flip }: { flip: Flip }) {
  const { at, title, before, after, causes } = flip;
  return (
    <li>
      <span class="at">{at}</span>
      <span class="what">
        {title}
        <span class="because">{causes.length === 0 ? "the mode alone" : causes.map(causeWords).join("; ")}</span>
      </span>
      <span class="turn">
        <Move move={`${nameOf(before)}>${nameOf(after)}`} />
      </span>
    </li>
  );
}

function causeWords({ side, policy, effect }: Cause): string {
  return side === "after" ? `“${policy}” now ${effectWords(effect)}` : `“${policy}” no longer ${effectWords(effect)}`;
}
