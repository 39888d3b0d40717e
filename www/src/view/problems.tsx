// What is wrong with a text, in a list: each line leads to its place.
import { reveal } from "../editor/editor.js";
import type { Texts } from "../engine/protocol.js";
import { findingsOf } from "../state/analysis.js";
import { texts } from "../state/workspace.js";

/** A text can have thousands; the first ones are enough to begin with. */
const SHOWN = 50;

export function Problems({ name }: { name: keyof Texts }) {
  const findings = findingsOf(name);
  if (findings.length === 0) return null;
  const sorted = [...findings].sort((a, b) => a.severity.localeCompare(b.severity) || a.from - b.from);
  return (
    <ul class="problems" aria-label={`Problems of the ${name}`}>
      {sorted.slice(0, SHOWN).map((finding) => (
        <li key={`${finding.from}:${finding.code}:${finding.message}`} class={finding.severity}>
          <button type="button" onClick={() => reveal(name, finding.from)}>
            <span class="where">
              {finding.severity === "error" ? "Error" : "Warning"}, line {lineOf(name, finding.from)}
            </span>
            <span>
              {finding.message} <code>{finding.code}</code>
            </span>
            {finding.help !== "" && <span class="help">→ {finding.help}</span>}
          </button>
        </li>
      ))}
      {findings.length > SHOWN && <li class="more">and {findings.length - SHOWN} more</li>}
    </ul>
  );
}

function lineOf(name: keyof Texts, offset: number): number {
  const text = texts[name].value;
  let line = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) line++;
  return line;
}
