// A button that opens a list of things to do, as the ARIA practices have it: nothing is done before it is chosen.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";

export interface MenuItem {
  readonly label: string;
  /** What tells it from others of the same name. */
  readonly note?: string;
  run(): void;
}

export interface MenuGroup {
  readonly name: string;
  readonly items: readonly MenuItem[];
}

interface Props {
  readonly label: ComponentChildren;
  readonly name?: string;
  readonly class?: string;
  readonly items?: readonly MenuItem[];
  readonly groups?: readonly MenuGroup[];
}

export function Menu({ label, name, class: more = "", items = [], groups = [] }: Props) {
  const id = useId();
  const menu = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  /** Which item has the focus once it is open; none while it is closed. */
  const [first, setFirst] = useState<"first" | "last" | undefined>(undefined);
  const isOpen = first !== undefined;
  const close = () => setFirst(undefined);
  const back = () => {
    close();
    button.current?.focus();
  };
  const choose = ({ run }: MenuItem) => {
    back();
    run();
  };

  useLayoutEffect(() => {
    const list = menu.current;
    if (first === undefined || list === null || button.current === null) return undefined;
    place(list, button.current);
    const all = itemsOf(list);
    (first === "first" ? all[0] : all.at(-1))?.focus({ preventScroll: true });
    const away = ({ target }: Event) => {
      if (!list.contains(target as Node) && !button.current?.contains(target as Node)) close();
    };
    const moved = ({ target }: Event) => {
      if (!list.contains(target as Node)) close();
    };
    document.addEventListener("pointerdown", away);
    document.addEventListener("scroll", moved, true);
    addEventListener("resize", close);
    return () => {
      document.removeEventListener("pointerdown", away);
      document.removeEventListener("scroll", moved, true);
      removeEventListener("resize", close);
    };
  }, [first]);
  const search = useRef({ text: "", at: 0 });
  useEffect(() => {
    if (!isOpen) search.current = { text: "", at: 0 };
  }, [isOpen]);

  const onButtonKey = (event: KeyboardEvent) => {
    const which = ({ ArrowDown: "first", ArrowUp: "last" } as const)[event.key];
    if (which === undefined) return;
    event.preventDefault();
    setFirst(which);
  };
  const onKey = (event: KeyboardEvent) => {
    const all = itemsOf(event.currentTarget as HTMLElement);
    const at = all.indexOf(event.target as HTMLElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1 + all.length, Home: 0, End: all.length - 1 }[event.key];
    if (next !== undefined) all[next % all.length]?.focus();
    else if (event.key === "Escape") back();
    else if (event.key === "Tab") return close();
    else if (event.key.length !== 1 || event.key === " " || event.ctrlKey || event.metaKey || event.altKey) return;
    else byLetters(event.key, all, at, search.current, event.timeStamp);
    event.preventDefault();
    event.stopPropagation();
  };
  const row = (item: MenuItem, index: number) => (
    <button key={index} type="button" role="menuitem" tabIndex={-1} class="item" onClick={() => choose(item)}>
      <span>{item.label}</span>
      {item.note !== undefined && <span class="note">{item.note}</span>}
    </button>
  );
  return (
    <div class={`menu ${more}`}>
      <button
        type="button"
        class="opener"
        ref={button}
        aria-label={name}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onKeyDown={onButtonKey}
        onClick={() => setFirst(isOpen ? undefined : "first")}
      >
        {label}
      </button>
      {isOpen && (
        <div
          class="menu-items"
          role="menu"
          id={id}
          aria-label={name ?? String(label)}
          ref={menu}
          popover="manual"
          onKeyDown={onKey}
        >
          {items.map(row)}
          {groups.map((group) => (
            // biome-ignore lint/a11y/useSemanticElements: a fieldset is none of a menu
            <div key={group.name} role="group" aria-label={group.name}>
              <p class="group-name" aria-hidden="true">
                {group.name}
              </p>
              {group.items.map(row)}
            </div>
          ))}
        </div>
      )}
    </div>
  );
}

/** Milliseconds after which letters begin a new word. */
const WORD = 700;

/** Letters lead to the item that begins with them. */
function byLetters(
  key: string,
  all: HTMLElement[],
  at: number,
  search: { text: string; at: number },
  now: number,
): void {
  search.text = (now - search.at < WORD ? search.text : "") + key.toLowerCase();
  search.at = now;
  const from = search.text.length === 1 ? at + 1 : at;
  const turned = [...all.slice(from), ...all.slice(0, from)];
  turned.find((item) => item.textContent?.toLowerCase().startsWith(search.text))?.focus();
}

function itemsOf(menu: HTMLElement): HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>("[role=menuitem]")];
}

/** Pixels to the edge of the window. */
const EDGE = 8;

/** In the top layer, where no panel cuts it off: under its button, or above where there is more room. */
function place(list: HTMLElement, button: HTMLElement): void {
  list.showPopover();
  const at = button.getBoundingClientRect();
  const { clientWidth } = document.documentElement;
  const below = innerHeight - at.bottom - 2 * EDGE;
  const above = at.top - 2 * EDGE;
  const isBelow = list.offsetHeight <= below || below >= above;
  list.style.maxHeight = `${isBelow ? below : above}px`;
  list.style.left = `${Math.max(EDGE, Math.min(at.left, clientWidth - list.offsetWidth - EDGE))}px`;
  list.style.top = isBelow ? `${at.bottom + 4}px` : `${at.top - 4 - list.offsetHeight}px`;
}
