import { useRef } from "preact/hooks";
import { parts } from "../connect/lazy.js";
import { analysis } from "../state/analysis.js";
import { LESSONS, TOOL_SETS } from "../state/example-list.js";
import { openExample, openPrevious } from "../state/examples.js";
import { share } from "../state/files.js";
import { hasPrevious } from "../state/storage.js";
import { theme, toggleTheme } from "../state/theme.js";
import { FileMenu } from "./file-menu.js";
import { verdictTitle } from "./verdict.js";

export function Header() {
  return (
    <header class="top">
      <div class="brand">
        <img src="./favicon.svg" alt="" width="26" height="26" />
        <span>Portcullis</span>
        <span class="sub">playground</span>
      </div>
      {parts.value !== undefined && <parts.value.ServerStatus />}
      <JumpToVerdict />
      <ExamplePicker />
      <FileMenu />
      <button type="button" class="primary" onClick={share}>
        Share
      </button>
      <button
        type="button"
        class="quiet icon"
        aria-label={theme.value === "dark" ? "Use light colours" : "Use dark colours"}
        onClick={toggleTheme}
      >
        {theme.value === "dark" ? "☀" : "☾"}
      </button>
    </header>
  );
}

/** On a narrow screen the verdict is far from the editors, so it is in sight here, and one press away. */
function JumpToVerdict() {
  const decision = analysis.value.result.outcome?.explanation.decision;
  return (
    <button
      type="button"
      class={`jump ${decision?.effect ?? ""}`}
      onClick={() => document.querySelector(".decision")?.scrollIntoView({ block: "start" })}
    >
      {decision === undefined ? "No verdict" : verdictTitle(decision.effect)}
    </button>
  );
}

/** A select that acts like a menu: it shows its own name again once an example is open. */
function ExamplePicker() {
  const select = useRef<HTMLSelectElement>(null);
  const choose = () => {
    const { current } = select;
    if (current === null) return;
    const [kind, id = ""] = current.value.split(":");
    current.value = "";
    if (kind === "example") openExample(id);
    if (kind === "previous") openPrevious();
  };
  return (
    <select class="examples" aria-label="Open an example" ref={select} onChange={choose}>
      <option value="">Examples…</option>
      <option value="example:">The first example</option>
      {hasPrevious.value && <option value="previous">My earlier work</option>}
      <optgroup label="Lessons">
        {LESSONS.map(({ id, title }) => (
          <option key={id} value={`example:${id}`}>
            {title}
          </option>
        ))}
      </optgroup>
      <optgroup label="Real tools">
        {TOOL_SETS.map(({ id, title }) => (
          <option key={id} value={`example:${id}`}>
            {title}
          </option>
        ))}
      </optgroup>
    </select>
  );
}
