import { analysis, failure } from "../state/analysis.js";
import { request } from "../state/catalogue.js";
import { isRecord } from "../state/schema-types.js";
import { verdictSign, verdictTitle } from "./verdict.js";

/** On a narrow screen the verdict is far from the editors: its headline stays in sight, and leads to all of it. */
export function Headline() {
  const decision = analysis.value.result.outcome?.explanation.decision;
  const isLoading = analysis.value.of === undefined && failure.value === undefined;
  return (
    <button
      type="button"
      class={`headline ${decision?.effect ?? ""}`}
      onClick={() => document.querySelector(".decision")?.scrollIntoView({ block: "start" })}
    >
      <span class="sign" aria-hidden="true">
        {decision === undefined ? "–" : verdictSign(decision.effect)}
      </span>
      <strong>
        {decision === undefined ? (isLoading ? "Deciding…" : "No verdict") : verdictTitle(decision.effect)}
      </strong>
      <span class="call">{callInWords(request.value)}</span>
      <span class="on" aria-hidden="true">
        ↓
      </span>
    </button>
  );
}

/** Who calls what, as far as the call says. */
function callInWords(call: unknown): string {
  if (!isRecord(call)) return "";
  const idOf = (name: string) => (isRecord(call[name]) ? call[name]["id"] : undefined);
  const words = [idOf("user") ?? idOf("agent"), idOf("tool") ?? idOf("workflow") ?? call["action"]];
  return words.filter((one) => typeof one === "string").join(" → ");
}
