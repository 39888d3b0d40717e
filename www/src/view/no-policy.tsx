import { openExample } from "../state/examples.js";
import { addPolicy } from "../state/form.js";
import { policyView } from "../state/views.js";

/** Where nothing is written yet, it is said how to begin. */
export function NoPolicy() {
  const begin = () => {
    addPolicy();
    policyView.value = "form";
  };
  return (
    <div class="begin">
      <strong>There is no policy yet</strong>
      <p>
        A policy says which calls it covers, under which condition it applies, and what follows: allow, deny, ask for
        approval, or restrict. Until one allows it, every call is denied. Write it below, as JSON or YAML with help as
        you type, or begin with one of these.
      </p>
      <div class="actions">
        <button type="button" class="primary" onClick={begin}>
          Write one in a form
        </button>
        <button type="button" onClick={() => openExample("first")}>
          Open the first example
        </button>
      </div>
    </div>
  );
}
