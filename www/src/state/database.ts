// What the browser keeps of works, in IndexedDB, which has room for large ones. Each call fails where there is none.
import type { RequestSet, Workspace } from "./workspace.js";

/** A work that is kept, without its texts. */
export interface About {
  readonly id: string;
  /** Milliseconds: when it was last written. */
  readonly at: number;
  /** Whether a person wrote in it. An example as it came is none of theirs. */
  readonly own: boolean;
  readonly name: string;
  /** Its requests, which are kept once and not with each keystroke. */
  readonly requests?: Omit<RequestSet, "blob"> | undefined;
}

const NAME = "portcullis";
const [WORKS, ABOUT, REQUESTS] = ["works", "about", "requests"] as const;
const ALL = [WORKS, ABOUT, REQUESTS];

let opening: Promise<IDBDatabase> | undefined;

function database(): Promise<IDBDatabase> {
  opening ??= new Promise<IDBDatabase>((done, fail) => {
    const ask = indexedDB.open(NAME, 1);
    ask.onupgradeneeded = () => {
      for (const store of ALL) ask.result.createObjectStore(store);
    };
    ask.onsuccess = () => {
      // Where the browser clears it, or a newer page needs it: the next call opens it anew.
      ask.result.onclose = () => {
        opening = undefined;
      };
      ask.result.onversionchange = () => {
        ask.result.close();
        opening = undefined;
      };
      done(ask.result);
    };
    ask.onerror = () => fail(ask.error);
    ask.onblocked = () => fail(new Error("another tab keeps it from being opened"));
  });
  opening.catch(() => {
    opening = undefined;
  });
  return opening;
}

/** Runs in one transaction, which is all of it or nothing. */
async function run<T>(mode: IDBTransactionMode, body: (transaction: IDBTransaction) => IDBRequest<T>[]): Promise<T[]> {
  const transaction = (await database()).transaction(ALL, mode);
  return new Promise((done, fail) => {
    transaction.onerror = () => fail(transaction.error);
    transaction.onabort = () => fail(transaction.error);
    const asked = body(transaction);
    transaction.oncomplete = () => done(asked.map(({ result }) => result));
  });
}

export async function write(about: Omit<About, "requests">, { requests, ...work }: Workspace): Promise<void> {
  const kept = requests?.id === undefined ? undefined : { id: requests.id, name: requests.name };
  const isNew = kept !== undefined && !written.has(kept.id);
  await run("readwrite", (transaction) => [
    transaction.objectStore(WORKS).put(work, about.id),
    transaction.objectStore(ABOUT).put({ ...about, requests: kept }, about.id),
    ...(isNew ? [transaction.objectStore(REQUESTS).put(requests?.blob, kept.id)] : []),
  ]);
  if (kept !== undefined) written.add(kept.id);
}

/** Requests that are there already. */
const written = new Set<string>();

export async function read(id: string): Promise<{ readonly about: About; readonly work: Workspace } | undefined> {
  const [about, work] = (await run<unknown>("readonly", (transaction) => [
    transaction.objectStore(ABOUT).get(id),
    transaction.objectStore(WORKS).get(id),
  ])) as [About | undefined, Workspace | undefined];
  if (about === undefined || work === undefined) return undefined;
  const requests = await requestsOf(about);
  return { about, work: requests === undefined ? work : { ...work, requests } };
}

export async function requestsOf({ requests }: Pick<About, "requests">): Promise<RequestSet | undefined> {
  if (requests?.id === undefined) return undefined;
  const { id } = requests;
  const [blob] = await run<Blob | undefined>("readonly", (transaction) => [transaction.objectStore(REQUESTS).get(id)]);
  if (blob === undefined) return undefined;
  written.add(id);
  return { ...requests, blob };
}

/** All that is kept, the newest first. */
export async function list(): Promise<About[]> {
  const [all = []] = await run<About[]>("readonly", (transaction) => [transaction.objectStore(ABOUT).getAll()]);
  return all.sort((a, b) => b.at - a.at);
}

/** Forgets works, and requests that no other one has. */
export async function forget(ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const all = await list();
  const staying = new Set(all.filter(({ id }) => !ids.includes(id)).map(({ requests }) => requests?.id));
  const going = all.flatMap(({ id, requests }) => (ids.includes(id) && requests?.id ? [requests.id] : []));
  await run("readwrite", (transaction) => [
    ...ids.flatMap((id) => [WORKS, ABOUT].map((store) => transaction.objectStore(store).delete(id))),
    ...going.filter((id) => !staying.has(id)).map((id) => transaction.objectStore(REQUESTS).delete(id)),
  ]);
  for (const id of going) if (!staying.has(id)) written.delete(id);
}
