import { useRef } from "preact/hooks";
import { downloadAll, downloadPolicies, openFile } from "../state/files.js";

export function FileMenu() {
  const menu = useRef<HTMLDetailsElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const close = () => {
    if (menu.current !== null) menu.current.open = false;
  };
  const pick = (action: () => void) => () => {
    close();
    action();
  };
  const take = () => {
    const [file] = input.current?.files ?? [];
    if (file !== undefined) openFile(file);
    if (input.current !== null) input.current.value = "";
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    close();
    menu.current?.querySelector("summary")?.focus();
  };
  return (
    <details class="menu" ref={menu} onKeyDown={onKey}>
      <summary>File</summary>
      <div class="menu-items">
        <button type="button" class="item" onClick={pick(() => input.current?.click())}>
          Open a file…
        </button>
        <button type="button" class="item" onClick={pick(downloadPolicies)}>
          Download the policies
        </button>
        <button type="button" class="item" onClick={pick(downloadAll)}>
          Download everything
        </button>
      </div>
      <input
        ref={input}
        type="file"
        hidden
        aria-label="A file to open"
        accept=".json,.yaml,.yml,.ndjson,.jsonl"
        onChange={take}
      />
    </details>
  );
}
