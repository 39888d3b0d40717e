import { CallForm } from "../call/call-form.js";
import { Editor, historyKeys } from "../editor/editor.js";
import { Menu } from "../form/menu.js";
import { formatJson } from "../source/format.js";
import { callView } from "../state/views.js";
import { cases, texts } from "../state/workspace.js";
import { History } from "./history.js";
import { Problems } from "./problems.js";
import { Segments } from "./segments.js";

const VIEWS = [
  ["text", "JSON"],
  ["form", "Form"],
] as const;

const keys = historyKeys("request");

/** A list with more entries is of no use to anyone. */
const SHOWN = 300;

export function RequestPanel() {
  return (
    <section class="panel request" aria-label="The call">
      <div class="panel-head">
        <h2>The call</h2>
        <div class="panel-tools">
          <History name="request" />
          <CasePicker />
          <Segments
            label="How the call is shown"
            options={VIEWS}
            value={callView.value}
            onValue={(next) => {
              callView.value = next;
            }}
          />
        </div>
      </div>
      {callView.value === "form" && (
        <div class="view-form" ref={keys}>
          <CallForm />
        </div>
      )}
      <div class={`place ${callView.value}`}>
        <div class="view-text" hidden={callView.value === "form"}>
          <Editor name="request" label="The call, a request in JSON" />
        </div>
        <Problems name="request" />
      </div>
    </section>
  );
}

function CasePicker() {
  if (cases.value.length === 0) return null;
  const items = cases.value.slice(0, SHOWN).map(({ title, request }) => ({
    label: title.length > 90 ? `${title.slice(0, 89)}…` : title,
    run() {
      texts.request.value = `${formatJson(request)}\n`;
    },
  }));
  return <Menu label="Other calls" items={items} />;
}
