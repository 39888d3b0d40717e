// Where the requests come from.
import { signal } from "@preact/signals";
import { bringFile, bringText, requestSet } from "../state/request-set.js";
import { brought, cases } from "../state/workspace.js";

/** Characters above which pasted requests are used at once: a text field takes seconds to show so many. */
const LARGE = 20_000;

const pasting = signal(false);

export function RequestSource() {
  return (
    <div class="source">
      <p>
        <span class="faint">Requests:</span> <strong>{requestSet.value.name}</strong>
      </p>
      <div class="actions">
        <button
          type="button"
          aria-expanded={pasting.value}
          onClick={() => {
            pasting.value = !pasting.value;
          }}
        >
          Paste requests
        </button>
        <label class="button">
          From a file
          <input type="file" class="hidden" accept=".json,.ndjson,.jsonl" onChange={takeFile} />
        </label>
        {brought.value !== undefined && (
          <button type="button" class="quiet" onClick={() => bringText("")}>
            {cases.value.length === 0 ? "Let go of these" : "Back to those of the example"}
          </button>
        )}
      </div>
      {pasting.value && <Paste />}
    </div>
  );
}

function takeFile(event: Event): void {
  const input = event.currentTarget as HTMLInputElement;
  const [file] = input.files ?? [];
  if (file !== undefined) bringFile(file);
  input.value = "";
}

function Paste() {
  const submit = (event: Event) => {
    event.preventDefault();
    const field = (event.currentTarget as HTMLFormElement).elements.namedItem("requests") as HTMLTextAreaElement;
    bringText(field.value);
    pasting.value = false;
  };
  const onPaste = (event: ClipboardEvent) => {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (text.length < LARGE) return;
    event.preventDefault();
    bringText(text);
    pasting.value = false;
  };
  return (
    <form class="paste" onSubmit={submit}>
      <label for="paste-requests">One request a line (NDJSON), or a JSON array</label>
      <textarea id="paste-requests" name="requests" rows={6} spellcheck={false} onPaste={onPaste} />
      <button type="submit" class="primary">
        Use these
      </button>
    </form>
  );
}
