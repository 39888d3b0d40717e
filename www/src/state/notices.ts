// What the page has to tell: one message at a time, which stays until it is closed or replaced.
import { signal } from "@preact/signals";

export interface Notice {
  readonly kind: "info" | "error";
  readonly text: string;
  readonly action?: { readonly label: string; run(): void } | undefined;
}

export const notice = signal<Notice | undefined>(undefined);

export function notify(kind: Notice["kind"], text: string, action?: Notice["action"]): void {
  notice.value = { kind, text, action };
}

export function dismiss(): void {
  notice.value = undefined;
}
