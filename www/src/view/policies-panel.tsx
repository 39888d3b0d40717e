import { EditorView } from "@codemirror/view";
import { computed, signal } from "@preact/signals";
import { Builder } from "../builder/builder.js";
import { Editor, historyKeys } from "../editor/editor.js";
import { policyHelp } from "../editor/help.js";
import { formatOf } from "../source/source.js";
import { convertPolicies, findingsOf } from "../state/analysis.js";
import { chooseAt, isEmpty } from "../state/form.js";
import { policyView } from "../state/views.js";
import { texts } from "../state/workspace.js";
import { History } from "./history.js";
import { NoPolicy } from "./no-policy.js";
import { Problems } from "./problems.js";
import { Segments } from "./segments.js";
import { TabPanel, Tabs } from "./tabs.js";

type Tab = "policies" | "catalogue";

const tab = signal<Tab>("policies");
const other = computed(() => (formatOf(texts.policies.value) === "json" ? "YAML" : "JSON"));

export function PoliciesPanel() {
  return (
    <section class="panel policies" aria-label="Policies">
      <div class="panel-head">
        <Tabs
          id="left"
          label="What decides"
          tabs={[
            { id: "policies", title: <Title name="policies">Policies</Title> },
            { id: "catalogue", title: <Title name="catalogue">Catalogue</Title> },
          ]}
          selected={tab.value}
          onSelect={(next) => {
            tab.value = next;
          }}
        />
        <div class="panel-tools">
          <History name={tab.value} />
          {tab.value === "policies" && (
            <>
              {policyView.value !== "form" && (
                <button
                  type="button"
                  class="quiet"
                  onClick={convertPolicies}
                  title={`Write the policies as ${other.value}`}
                >
                  To {other.value}
                </button>
              )}
              <Segments
                label="How the policies are shown"
                options={VIEWS}
                value={policyView.value}
                onValue={(next) => {
                  policyView.value = next;
                }}
              />
            </>
          )}
        </div>
      </div>
      <TabPanel id="left" tab="policies" selected={tab.value}>
        <div class={`place ${policyView.value}`}>
          {isEmpty.value && <NoPolicy />}
          <div class={`views ${policyView.value}`}>
            {policyView.value !== "text" && (
              <div class="view-form" ref={keys}>
                <Builder />
              </div>
            )}
            <div class="view-text" hidden={policyView.value === "form"}>
              <Editor name="policies" label="Policies, JSON or YAML" extensions={extensions} />
            </div>
          </div>
          <Problems name="policies" />
        </div>
      </TabPanel>
      <TabPanel id="left" tab="catalogue" selected={tab.value}>
        <p class="hint">
          Optional. What requests look like: types of fields, and the tools. With it, a misspelt field is an error here
          and not a surprise later.
        </p>
        <div class="place text">
          <Editor name="catalogue" label="Catalogue, JSON or YAML" />
          <Problems name="catalogue" />
        </div>
      </TabPanel>
    </section>
  );
}

const VIEWS = [
  ["text", "Text"],
  ["form", "Form"],
  ["both", "Both"],
] as const;

const keys = historyKeys("policies");

/** Beside the text, the form shows the policy in which the cursor is. */
const follow = EditorView.updateListener.of(({ selectionSet, docChanged, state, view }) => {
  if (policyView.peek() === "both" && view.hasFocus && (selectionSet || docChanged))
    chooseAt(state.selection.main.head);
});
const extensions = [policyHelp, follow];

/** A tab says how many errors are behind it. */
function Title({ name, children }: { name: Tab; children: string }) {
  const count = findingsOf(name).filter(({ severity }) => severity === "error").length;
  return (
    <>
      {children}
      {count > 0 && (
        <span class="badge">
          {count}
          <span class="hidden"> {count === 1 ? "error" : "errors"}</span>
        </span>
      )}
    </>
  );
}
