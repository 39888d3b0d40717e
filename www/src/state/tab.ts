// Which work this tab is at, so that two tabs never write over each other's.
import { isPortable, type Portable } from "./portable.js";

const KEY = "portcullis.work";
const LAST = "portcullis.last-words";

/** The work that this tab was at before a reload. */
export function workOfTab(): string | undefined {
  return read(KEY) ?? undefined;
}

export function tabIsAt(id: string): void {
  write(KEY, id);
}

interface LastWords {
  readonly id: string;
  readonly work: Portable;
}

/** What was typed in the moment before a reload, which the database may not have heard of. */
export function keepLastWords(words: LastWords): void {
  write(LAST, JSON.stringify(words));
}

export function lastWords(id: string): Portable | undefined {
  try {
    const words = JSON.parse(read(LAST) ?? "null") as LastWords | null;
    return words?.id === id && isPortable(words.work) ? words.work : undefined;
  } catch {
    return undefined;
  } finally {
    write(LAST, "");
  }
}

const releases = new Map<string, () => void>();

/** Takes a work for this tab alone; whether no other tab has it. A duplicated tab begins with the work of the first. */
export function claim(id: string): Promise<boolean> {
  // Without locks, on plain HTTP, tabs can't know of each other.
  if (navigator.locks === undefined || releases.has(id)) return Promise.resolve(true);
  return new Promise((done) => {
    navigator.locks
      .request(`portcullis.${id}`, { ifAvailable: true }, (lock) => {
        done(lock !== null);
        if (lock === null) return undefined;
        return new Promise<void>((release) => releases.set(id, release));
      })
      .catch(() => done(true));
  });
}

export function release(id: string): void {
  releases.get(id)?.();
  releases.delete(id);
}

function read(key: string): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

/** What does not fit is left to the database. */
function write(key: string, value: string): void {
  try {
    if (value === "") sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, value);
  } catch {
    // As above.
  }
}
