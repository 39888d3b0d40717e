import { useRef } from "preact/hooks";
import { CallForm } from "../call/call-form.js";
import { Editor, historyKeys } from "../editor/editor.js";
import { formatJson } from "../source/format.js";
import { callView } from "../state/views.js";
import { cases, texts } from "../state/workspace.js";
import { Problems } from "./problems.js";
import { Segments } from "./segments.js";

const VIEWS = [
  ["text", "JSON"],
  ["form", "Form"],
] as const;

const keys = historyKeys("request");

/** A select with more entries is of no use to anyone. */
const SHOWN = 300;

export function RequestPanel() {
  return (
    <section class="panel request" aria-label="The call">
      <div class="panel-head">
        <h2>The call</h2>
        <div class="panel-tools">
          <Segments
            label="How the call is shown"
            options={VIEWS}
            value={callView.value}
            onValue={(next) => {
              callView.value = next;
            }}
          />
          <CasePicker />
        </div>
      </div>
      {callView.value === "form" && (
        <div class="view-form" ref={keys}>
          <CallForm />
        </div>
      )}
      <div hidden={callView.value === "form"}>
        <Editor name="request" label="The call, a request in JSON" />
      </div>
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
