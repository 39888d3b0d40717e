import { computed, signal } from "@preact/signals";
import type { ExplanationReader } from "portcullis";
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { analysis, errors, failure } from "../state/analysis.js";
import { isEmpty } from "../state/form.js";
import { opened } from "../state/workspace.js";
import { ChangeHint } from "./change-hint.js";
import { PolicyTree } from "./policy-tree.js";
import { useSteadyHeight } from "./steady.js";
import { TabPanel, Tabs } from "./tabs.js";
import { Terms } from "./terms.js";
import { sentenceOf, Verdict } from "./verdict.js";

type View = "why" | ExplanationReader;

/** On a narrow screen there is room for the reader alone. */
const to = (reader: string) => (
  <>
    <span class="to">To the </span>
    {reader}
  </>
);

const VIEWS: readonly { readonly id: View; readonly title: ComponentChildren; readonly about: string }[] = [
  { id: "why", title: "Why", about: "" },
  { id: "agent", title: to("agent"), about: "No thresholds and no values: nothing that it could creep under." },
  { id: "approver", title: to("approver"), about: "What they are asked, and why." },
  { id: "author", title: to("author"), about: "Every clause and its value." },
];

const view = signal<View>("why");

/** Which work is decided: one that is opened shows the decision of the one before for a moment. */
const work = computed(() => (analysis.value.of === undefined ? 0 : opened.peek()));

/** What a screen reader hears once the decision has changed. */
const spoken = computed(() => {
  const { outcome } = analysis.value.result;
  if (failure.value !== undefined) return `No verdict: ${failure.value}`;
  if (outcome !== undefined) return sentenceOf(outcome.explanation.decision);
  if (isEmpty.value) return "No verdict: there is no policy yet";
  const { length } = errors.value;
  return length > 0 ? `No verdict: ${length} ${length === 1 ? "error" : "errors"} to mend` : "";
});

export function Decision() {
  const { outcome } = analysis.value.result;
  const section = useRef<HTMLElement>(null);
  useSteadyHeight(section, `${view.value} ${work.value}`);
  return (
    <section class="panel decision" aria-label="The decision" ref={section}>
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
  const words = whyNone();
  if (words === undefined) return <p class="hint awaited">The engine is loading…</p>;
  return (
    <div class="verdict none">
      <strong>No verdict</strong>
      <p>{words}</p>
    </div>
  );
}

function whyNone(): string | undefined {
  const { length } = errors.value;
  if (failure.value !== undefined) return `Nothing can be decided: ${failure.value}.`;
  if (isEmpty.value) return "There is nothing to decide by. A host without policies denies every call.";
  if (length === 0) return undefined;
  const what = length === 1 ? "One error stands" : `${length} errors stand`;
  return `${what} in the way. Policies load whole or not at all: a host goes on with those it had.`;
}
