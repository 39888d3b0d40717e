// How the policies and the call are shown, kept over a reload.
import { effect, type Signal, signal } from "@preact/signals";

export type PolicyView = "text" | "form" | "both";
export type CallView = "text" | "form";

export const policyView = kept<PolicyView>("policies", ["text", "form", "both"]);
export const callView = kept<CallView>("call", ["text", "form"]);

function kept<T extends string>(name: string, all: readonly [T, ...T[]]): Signal<T> {
  const key = `portcullis.view.${name}`;
  const view = signal(all.find((one) => one === stored(key)) ?? all[0]);
  effect(() => {
    try {
      localStorage.setItem(key, view.value);
    } catch {
      // Then it is so for as long as the page is open.
    }
  });
  return view;
}

function stored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
