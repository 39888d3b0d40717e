// What survives a reload of a connected page: in the session's storage alone, which ends with its tab.
import type { Base } from "./merge.js";
import type { Credentials } from "./server.js";

const KEY = "portcullis.server";
/** Characters; above them only the credentials are kept, and the policies are read anew. */
const KEPT = 2_000_000;

export interface Kept {
  readonly credentials: Credentials;
  /** Nothing where it was too large. */
  readonly work?: Work | undefined;
}

export interface Work {
  /** Whose policies can be written: a tenant's, or those of the platform, `null`. */
  readonly owner: string | null;
  /** What was read. */
  readonly bases: readonly Base[];
  /** The editor's text. */
  readonly policies: string;
}

export function keep(kept: Kept): void {
  const text = JSON.stringify(kept);
  try {
    sessionStorage.setItem(KEY, text.length > KEPT ? JSON.stringify({ credentials: kept.credentials }) : text);
  } catch {
    // Then a reload asks for the token again.
    forget();
  }
}

export function kept(): Kept | undefined {
  try {
    const value = JSON.parse(sessionStorage.getItem(KEY) ?? "null") as Kept | null;
    return typeof value?.credentials?.token === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Of a token that is no longer accepted only that is forgotten: the next one goes on with the work. */
export function forgetToken({ credentials, work }: Kept): void {
  keep({ credentials: { ...credentials, token: "" }, work });
}

export function forget(): void {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Where nothing is kept, nothing is to be forgotten.
  }
}
