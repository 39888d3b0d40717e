// A box that does not shrink while one types: what is below it stays where it is.
import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/** Keeps the greatest height that a box has had since `since` was another, or the window had another width. */
export function useSteadyHeight(box: RefObject<HTMLElement | null>, since: string): void {
  const known = useRef("");
  useLayoutEffect(() => {
    const { current } = box;
    if (current === null) return;
    const now = `${since} ${innerWidth}`;
    if (now !== known.current) current.style.minHeight = "";
    known.current = now;
    current.style.minHeight = `${current.offsetHeight}px`;
  });
}
