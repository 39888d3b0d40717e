// In the head of the page: that one is connected, and how much is not saved.
import { changes } from "./rows.js";
import { session } from "./session.js";

export function ServerStatus() {
  if (session.value === undefined) return null;
  const { length } = changes.value;
  const words = length === 0 ? "as saved" : `${length} ${length === 1 ? "change" : "changes"}`;
  return (
    <button
      type="button"
      class={`connected ${length === 0 ? "" : "unsaved"}`}
      onClick={() => document.querySelector(".server")?.scrollIntoView({ block: "start" })}
    >
      <span class="hidden">Connected to the server: </span>
      <span class="dot" aria-hidden="true" />
      {words}
    </button>
  );
}
