import { useRef } from "preact/hooks";
import { askToConnect, parts } from "../connect/lazy.js";
import { Menu } from "../form/menu.js";
import { downloadAll, downloadPolicies, openFile } from "../state/files.js";

export function FileMenu() {
  const input = useRef<HTMLInputElement>(null);
  const take = () => {
    const [file] = input.current?.files ?? [];
    if (file !== undefined) openFile(file);
    if (input.current !== null) input.current.value = "";
  };
  const server = parts.value;
  const link =
    server?.session.value === undefined
      ? { label: "Connect to a server…", run: askToConnect }
      : { label: "Disconnect from the server", run: server.disconnect };
  const items = [
    { label: "Open a file…", run: () => input.current?.click() },
    { label: "Download the policies", run: downloadPolicies },
    { label: "Download everything", run: downloadAll },
    link,
  ];
  return (
    <>
      <Menu label="File" items={items} />
      <input
        ref={input}
        type="file"
        hidden
        aria-label="A file to open"
        accept=".json,.yaml,.yml,.ndjson,.jsonl"
        onChange={take}
      />
    </>
  );
}
