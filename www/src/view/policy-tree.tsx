// Every policy that covers the request, with its clauses, the values they met, and what came of them.
import type { Clause, Explanation, PolicyExplanation } from "portcullis";
import { fieldText } from "./field.js";
import { asked, found } from "./leaf-words.js";
import { effectWords } from "./verdict.js";

const SIGNS: Readonly<Record<Clause["value"], { readonly sign: string; readonly words: string }>> = {
  true: { sign: "✓", words: "holds" },
  false: { sign: "✕", words: "does not hold" },
  error: { sign: "!", words: "can’t be told" },
};

const SHOWN = 100;

export function PolicyTree({ explanation }: { explanation: Explanation }) {
  const { policies } = explanation;
  if (policies.length === 0) return <p class="hint">No policy covers this call: none has it as its target.</p>;
  return (
    <ul class="tree">
      {policies.slice(0, SHOWN).map((policy) => (
        <PolicyNode key={policy.policy_id} policy={policy} />
      ))}
      {policies.length > SHOWN && <li class="hint">and {policies.length - SHOWN} more</li>}
    </ul>
  );
}

function PolicyNode({ policy }: { policy: PolicyExplanation }) {
  const { policy_name, policy_id, effect, enforcement, applies, clauses, error } = policy;
  return (
    <li class={applies ? "applies" : "misses"}>
      <div class="policy-line">
        <span class={`chip ${applies ? effect : "off"}`}>{effect.replace("_", " ")}</span>
        <strong>{policy_name}</strong>
        <span class="faint">
          {applies ? effectWords(effect) : "does not apply"}
          {enforcement === "shadow" ? ", in shadow" : ""}
        </span>
        {policy_id !== policy_name && <code>{policy_id}</code>}
      </div>
      {error !== null && <p class="fault">{error.message}</p>}
      {clauses.length === 0 ? (
        <p class="clause always">whatever the call holds</p>
      ) : (
        <ul>
          {clauses.map((clause) => (
            <ClauseNode key={clause.pointer} clause={clause} wanted={!clause.pointer.endsWith("/unless")} />
          ))}
        </ul>
      )}
    </li>
  );
}

/** `wanted` is what the policy needs the clause to come to in order to apply: what is under `unless` or `not` must fail. */
function ClauseNode({ clause, wanted }: { clause: Clause; wanted: boolean }) {
  const { kind, value, pointer, element, leaf, children, omitted } = clause;
  const lead = /\/rule_expr\/(when|unless)$/.exec(pointer)?.[1];
  const { sign, words } = SIGNS[value];
  const fits = value === "error" ? "unknown" : (value === "true") === wanted ? "fits" : "misfits";
  return (
    <li>
      <div class={`clause ${fits}`}>
        <span class="truth" title={words}>
          <span aria-hidden="true">{sign}</span>
          <span class="hidden">{words}: </span>
        </span>
        <span>
          {element !== null && <span class="faint">element {element}: </span>}
          {lead !== undefined && <span class="lead">{lead} </span>}
          {leaf === null ? (
            <span>{{ all: "all of", any: "any of", not: "not", leaf: "", some: "", every: "" }[kind]}</span>
          ) : (
            <>
              {leaf.as !== null && <span class="faint">{leaf.as} of </span>}
              <code>{fieldText(leaf.field)}</code> {asked(leaf)}
              <span class="found">
                {" "}
                — {found(leaf)}
                {value !== "true" && <span class="outcome">, so it {words}</span>}
              </span>
            </>
          )}
        </span>
      </div>
      {children.length > 0 && (
        <ul>
          {children.map((child) => (
            <ClauseNode
              key={`${child.pointer}:${child.element}`}
              clause={child}
              wanted={kind === "not" ? !wanted : wanted}
            />
          ))}
          {omitted > 0 && <li class="hint">and {omitted} more elements</li>}
        </ul>
      )}
    </li>
  );
}
