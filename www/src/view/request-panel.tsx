import { useRef } from "preact/hooks";
import { Editor } from "../editor/editor.js";
import { formatJson } from "../source/format.js";
import { cases, texts } from "../state/workspace.js";
import { Problems } from "./problems.js";

/** A select with more entries is of no use to anyone. */
const SHOWN = 300;

export function RequestPanel() {
  return (
    <section class="panel request" aria-label="The call">
      <div class="panel-head">
        <h2>The call</h2>
        <CasePicker />
      </div>
      <Editor name="request" label="The call, a request in JSON" />
      <Problems name="request" />
    </section>
  );
}

function CasePicker() {
  const select = useRef<HTMLSelectElement>(null);
  if (cases.value.length === 0) return null;
  const choose = () => {
    const { current } = select;
    const chosen = cases.value[Number(current?.value)];
    if (chosen !== undefined) texts.request.value = `${formatJson(chosen.request)}\n`;
    if (current !== null) current.value = "";
  };
  return (
    <select aria-label="Choose another call" ref={select} onChange={choose}>
      <option value="">Another call…</option>
      {cases.value.slice(0, SHOWN).map(({ title }, index) => (
        <option key={index} value={index}>
          {title.length > 90 ? `${title.slice(0, 89)}…` : title}
        </option>
      ))}
    </select>
  );
}
