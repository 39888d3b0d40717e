import { parts } from "../connect/lazy.js";
import { Menu, type MenuItem } from "../form/menu.js";
import { BUILT_IN, type Example, LESSONS, TOOL_SETS } from "../state/example-list.js";
import { openExample } from "../state/examples.js";
import { share } from "../state/files.js";
import { theme, toggleTheme } from "../state/theme.js";
import { earlier, openEarlier } from "../state/works.js";
import { FileMenu } from "./file-menu.js";

export function Header() {
  return (
    <header class="top">
      <div class="brand">
        <img src="./favicon.svg" alt="" width="26" height="26" />
        <span class="word">Portcullis</span>
        <span class="sub">playground</span>
      </div>
      {parts.value !== undefined && <parts.value.ServerStatus />}
      <ExamplePicker />
      <FileMenu />
      <button type="button" class="primary" onClick={share}>
        Share
      </button>
      <button
        type="button"
        class="quiet icon"
        aria-label={theme.value === "dark" ? "Use light colours" : "Use dark colours"}
        onClick={toggleTheme}
      >
        {theme.value === "dark" ? "☀" : "☾"}
      </button>
    </header>
  );
}

/** Works that are offered; more are kept. */
const OFFERED = 8;

function ExamplePicker() {
  const open = ({ id, title }: Example): MenuItem => ({ label: title, run: () => openExample(id) });
  const works = earlier.value.slice(0, OFFERED).map((about) => ({
    label: about.name,
    note: whenOf(about.at),
    run: () => openEarlier(about),
  }));
  const groups = [
    { name: "To begin with", items: BUILT_IN.map(open) },
    { name: "Lessons", items: LESSONS.map(open) },
    { name: "Real tools", items: TOOL_SETS.map(open) },
    ...(works.length === 0 ? [] : [{ name: "My earlier work", items: works }]),
  ];
  return <Menu label="Examples" groups={groups} />;
}

function whenOf(at: number): string {
  const then = new Date(at);
  const isToday = then.toDateString() === new Date().toDateString();
  const time = then.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  return isToday ? time : `${then.toLocaleDateString("en-GB", { day: "numeric", month: "short" })}, ${time}`;
}
