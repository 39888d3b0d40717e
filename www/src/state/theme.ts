// Light or dark: as the system has it, until a person chooses.
import { effect, signal } from "@preact/signals";

export type Theme = "light" | "dark";

const KEY = "portcullis.theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

export const theme = signal<Theme>(chosen() ?? system());

export function toggleTheme(): void {
  theme.value = theme.value === "dark" ? "light" : "dark";
  try {
    localStorage.setItem(KEY, theme.value);
  } catch {
    // Then it is chosen for as long as the page is open.
  }
}

export function startTheme(): void {
  dark.addEventListener("change", () => {
    if (chosen() === undefined) theme.value = system();
  });
  effect(() => {
    document.documentElement.dataset["theme"] = theme.value;
  });
}

function system(): Theme {
  return dark.matches ? "dark" : "light";
}

function chosen(): Theme | undefined {
  try {
    const value = localStorage.getItem(KEY);
    return value === "light" || value === "dark" ? value : undefined;
  } catch {
    return undefined;
  }
}
