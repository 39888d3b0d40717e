import { signal } from "@preact/signals";
import type { Cause, Comparison, Difference, Flip, Move } from "../engine/protocol.js";
import { number } from "./effect.js";
import { effectWords } from "./verdict.js";

/** Rows at first, and how many more with each press. */
const PAGE = 25;
const shown = signal(PAGE);

export function Flips({ comparison }: { comparison: Comparison }) {
  const { flips, flipped, moves } = comparison;
  if (flipped === 0) return null;
  return (
    <>
      <ul class="moves" aria-label="From what to what">
        {moves.map((move) => (
          <li key={`${move.what}:${move.from}>${move.to}`}>
            <strong>{number(move.count)}</strong> <MoveWords move={move} />
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

function MoveWords({ move }: { move: Move }) {
  const { what, from, to, count } = move;
  if (what === "limits" || what === "approvals") {
    return <span>{count === 1 ? `has other ${what}` : `have other ${what}`}</span>;
  }
  return <Turn what={what} from={from} to={to} />;
}

function Turn({ what, from, to }: Difference) {
  return (
    <>
      {what === "mode" && <span class="faint">mode </span>}
      <Chip name={from} /> <span aria-hidden="true">→</span>
      <span class="hidden">becomes</span> <Chip name={to} />
    </>
  );
}

function Chip({ name }: { name: string }) {
  const tone = { auto: "off", draft: "modify" }[name] ?? name;
  return <span class={`chip ${tone}`}>{name.replace("_", " ")}</span>;
}

/** What is other in limits or approvals. */
function Others({ what, from, to }: Difference) {
  const name = what === "limits" ? "limit" : "approval";
  if (from === "") return <>{`${name} comes: ${to}`}</>;
  return <>{to === "" ? `${name} goes: ${from}` : `${name}: ${from} → ${to}`}</>;
}

function FlipRow({ flip }: { flip: Flip }) {
  const { at, title, differences, causes } = flip;
  const turns = differences.filter(({ what }) => what === "effect" || what === "mode");
  const others = differences.filter(({ what }) => what === "limits" || what === "approvals");
  return (
    <li>
      <span class="at">{at}</span>
      <span class="what">
        {title}
        <span class="because">{causes.length === 0 ? "no policy by itself" : causes.map(causeWords).join("; ")}</span>
        {others.map((difference) => (
          <span class="because" key={difference.what}>
            <Others {...difference} />
          </span>
        ))}
      </span>
      <span class="turn">
        {turns.map((difference) => (
          <span key={difference.what}>
            <Turn {...difference} />
          </span>
        ))}
        {turns.length === 0 && <span class="faint">{others.map(({ what }) => what).join(", ")}</span>}
      </span>
    </li>
  );
}

function causeWords({ side, policy, effect }: Cause): string {
  const does = effectWords(effect);
  if (side === "both") return `“${policy}” ${does} otherwise`;
  return side === "after" ? `“${policy}” now ${does}` : `“${policy}” no longer ${does}`;
}
