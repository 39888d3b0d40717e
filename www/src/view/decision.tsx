import { computed, signal } from "@preact/signals";
import type { ExplanationReader } from "portcullis";
import { analysis, errors, failure } from "../state/analysis.js";
import { openExample } from "../state/examples.js";
import { addPolicy } from "../state/form.js";
import { policyView } from "../state/views.js";
import { texts } from "../state/workspace.js";
import { ChangeHint } from "./change-hint.js";
import { PolicyTree } from "./policy-tree.js";
import { TabPanel, Tabs } from "./tabs.js";
import { Terms } from "./terms.js";
import { sentenceOf, Verdict } from "./verdict.js";

type View = "why" | ExplanationReader;

const VIEWS: readonly { readonly id: View; readonly title: string; readonly about: string }[] = [
  { id: "why", title: "Why", about: "" },
  { id: "agent", title: "To the agent", about: "No thresholds and no values: nothing that it could creep under." },
  { id: "approver", title: "To the approver", about: "What they are asked, and why." },
  { id: "author", title: "To the author", about: "Every clause and its value." },
];

const view = signal<View>("why");

/** What a screen reader hears once the decision has changed. */
const spoken = computed(() => {
  const { outcome } = analysis.value.result;
  if (failure.value !== undefined) return `No verdict: ${failure.value}`;
  if (outcome !== undefined) return sentenceOf(outcome.explanation.decision);
  const { length } = errors.value;
  return length > 0 ? `No verdict: ${length} ${length === 1 ? "error" : "errors"} to mend` : "";
});

export function Decision() {
  const { outcome } = analysis.value.result;
  return (
    <section class="panel decision" aria-label="The decision">
      <p class="hidden" role="status" data-testid="spoken">
        {spoken.value}
      </p>
      {outcome === undefined ? (
        <NoVerdict />
      ) : (
        <>
          <Verdict decision={outcome.explanation.decision} />
          <Terms decision={outcome.explanation.decision} />
          <ChangeHint explanation={outcome.explanation} />
          <Tabs
            id="voices"
            label="The decision, explained"
            tabs={VIEWS}
            selected={view.value}
            onSelect={(next) => {
              view.value = next;
            }}
          />
          {VIEWS.map(({ id, about }) => (
            <TabPanel key={id} id="voices" tab={id} selected={view.value}>
              {id === "why" ? (
                <PolicyTree explanation={outcome.explanation} />
              ) : (
                <>
                  <p class="hint">{about}</p>
                  {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
                  <pre class="voice" tabIndex={0}>
                    {outcome.voices[id]}
                  </pre>
                </>
              )}
            </TabPanel>
          ))}
        </>
      )}
    </section>
  );
}

/** Texts that don't load decide nothing. */
function NoVerdict() {
  const { length } = errors.value;
  if (failure.value !== undefined) {
    return (
      <div class="verdict none">
        <strong>No verdict</strong>
        <p>Nothing can be decided: {failure.value}.</p>
      </div>
    );
  }
  if (texts.policies.value.trim() === "") return <NoPolicy />;
  if (length === 0) return <p class="hint">The engine is loading…</p>;
  return (
    <div class="verdict none">
      <strong>No verdict</strong>
      <p>
        {length === 1 ? "One error stands" : `${length} errors stand`} in the way. Policies load whole or not at all: a
        host goes on with those it had.
      </p>
    </div>
  );
}

/** Where nothing is written yet, it is said how to begin. */
function NoPolicy() {
  const begin = () => {
    addPolicy();
    policyView.value = "form";
  };
  return (
    <div class="verdict none">
      <strong>There is no policy yet</strong>
      <p>
        A policy says which calls it covers, under which condition it applies, and what follows: allow, deny, ask for
        approval, or restrict. Until one allows it, every call is denied.
      </p>
      <div class="actions">
        <button type="button" class="primary" onClick={begin}>
          Write one in a form
        </button>
        <button type="button" onClick={() => openExample("")}>
          Open the first example
        </button>
      </div>
    </div>
  );
}
