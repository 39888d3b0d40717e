// A button that opens a list of things to do.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

export interface MenuItem {
  readonly label: string;
  run(): void;
}

interface Props {
  readonly label: ComponentChildren;
  readonly name?: string;
  readonly class?: string;
  readonly items: readonly MenuItem[];
}

export function Menu({ label, name, class: more = "", items }: Props) {
  const menu = useRef<HTMLDetailsElement>(null);
  const close = () => {
    if (menu.current !== null) menu.current.open = false;
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !menu.current?.open) return;
    event.stopPropagation();
    close();
    menu.current.querySelector("summary")?.focus();
  };
  /** Focus that goes elsewhere closes it. One that goes nowhere may be a press on an item. */
  const onLeave = (event: FocusEvent) => {
    if (event.relatedTarget instanceof Node && !menu.current?.contains(event.relatedTarget)) close();
  };
  useEffect(() => {
    const press = ({ target }: Event) => {
      if (!menu.current?.contains(target as Node)) close();
    };
    document.addEventListener("pointerdown", press);
    return () => document.removeEventListener("pointerdown", press);
  }, []);
  return (
    <details class={`menu ${more}`} ref={menu} onKeyDown={onKey} onFocusOut={onLeave}>
      <summary aria-label={name}>{label}</summary>
      <div class="menu-items">
        {items.map(({ label, run }) => (
          <button
            key={label}
            type="button"
            class="item"
            onClick={() => {
              close();
              run();
            }}
          >
            {label}
          </button>
        ))}
      </div>
    </details>
  );
}
