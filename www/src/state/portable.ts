// A work as text, as files and links hold it.
import { newId } from "./ids.js";
import type { Workspace } from "./workspace.js";

/** Bytes of requests that are read into a file; a file of their own holds more. */
const MOST = 64 * 1024 * 1024;

export type Portable = Omit<Workspace, "requests"> & {
  readonly requests?: { readonly name: string; readonly text: string };
};

/** Nothing is left out but requests that are too many, or not to be kept. */
export async function portable({ requests, ...rest }: Workspace, most = MOST): Promise<Portable> {
  if (requests?.id === undefined || requests.blob.size > most) return rest;
  return { ...rest, requests: { name: requests.name, text: await requests.blob.text() } };
}

export function fromPortable({ requests, ...rest }: Portable): Workspace {
  if (requests === undefined) return rest;
  return { ...rest, requests: { id: newId(), name: requests.name, blob: new Blob([requests.text]) } };
}

/** Whether a value that came from outside is a work. */
export function isPortable(value: unknown): value is Portable {
  if (typeof value !== "object" || value === null) return false;
  const { policies, catalogue, request, cases, baseline, users, requests } = value as Record<string, unknown>;
  return (
    areTexts(policies, catalogue, request) &&
    isCases(cases) &&
    (baseline === null || isPinned(baseline)) &&
    (users === undefined || Array.isArray(users)) &&
    (requests === undefined || isRequests(requests))
  );
}

function areTexts(...values: readonly unknown[]): boolean {
  return values.every((value) => typeof value === "string");
}

function isCases(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one?.title === "string" && "request" in one);
}

function isPinned(value: unknown): boolean {
  const { policies, catalogue } = (value ?? {}) as Record<string, unknown>;
  return areTexts(policies, catalogue);
}

function isRequests(value: unknown): boolean {
  const { name, text } = (value ?? {}) as Record<string, unknown>;
  return areTexts(name, text);
}
