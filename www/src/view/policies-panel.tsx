import { computed, signal } from "@preact/signals";
import { Editor } from "../editor/editor.js";
import { policyHelp } from "../editor/help.js";
import { formatOf } from "../source/source.js";
import { convertPolicies, findingsOf } from "../state/analysis.js";
import { texts } from "../state/workspace.js";
import { Problems } from "./problems.js";
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
        {tab.value === "policies" && (
          <button type="button" class="quiet" onClick={convertPolicies}>
            Write as {other.value}
          </button>
        )}
      </div>
      <TabPanel id="left" tab="policies" selected={tab.value}>
        <Editor name="policies" label="Policies, JSON or YAML" extensions={policyHelp} />
        <Problems name="policies" />
      </TabPanel>
      <TabPanel id="left" tab="catalogue" selected={tab.value}>
        <p class="hint">
          Optional. What requests look like: types of fields, and the tools. With it, a misspelt field is an error here
          and not a surprise later.
        </p>
        <Editor name="catalogue" label="Catalogue, JSON or YAML" />
        <Problems name="catalogue" />
      </TabPanel>
    </section>
  );
}

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
