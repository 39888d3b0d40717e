// What a policy was: who changed it, when and how, and the way back.
import { signal } from "@preact/signals";
import { wordsOf } from "./errors.js";
import { adopt } from "./save.js";
import { session } from "./session.js";
import type { Difference, Revision } from "./wire.js";

export interface Opened {
  readonly id: string;
  readonly name: string;
  readonly revisions: readonly Revision[];
  /** Where the next ones begin; `null` if these are all. */
  readonly next: number | null;
  /** By revision, how it differs from the one before. */
  readonly differences: ReadonlyMap<number, readonly Difference[]>;
  readonly problem?: string | undefined;
  readonly busy: boolean;
}

export const opened = signal<Opened | undefined>(undefined);

export async function openRevisions(id: string, name: string): Promise<void> {
  opened.value = { id, name, revisions: [], next: null, differences: new Map(), busy: true };
  await more();
}

export function closeRevisions(): void {
  opened.value = undefined;
}

/** Reads the next ones. */
export async function more(): Promise<void> {
  await run(async ({ id, revisions, next }, server) => {
    const page = await server.revisions(id, next ?? undefined);
    return { revisions: [...revisions, ...page.items], next: page.next as number | null };
  });
}

/** Reads how a revision differs from the one before it. */
export async function explain(revision: number): Promise<void> {
  if (opened.peek()?.differences.has(revision)) return;
  await run(async ({ id, differences }, server) => {
    const found = await server.comparison(id, revision - 1, revision);
    return { differences: new Map(differences).set(revision, found) };
  });
}

/** Makes the policy again what it was, on the server and in the editor. */
export async function restore(target: number): Promise<void> {
  await run(async ({ id, revisions }, server) => {
    // What the person saw as the latest: one that came since is not overwritten.
    const [latest] = revisions;
    if (latest === undefined) return {};
    adopt((await server.restore(id, target, latest.revision)).policy);
    const page = await server.revisions(id);
    return { revisions: page.items, next: page.next as number | null };
  });
}

type Server = NonNullable<(typeof session)["value"]>["server"];

async function run(work: (now: Opened, server: Server) => Promise<Partial<Opened>>): Promise<void> {
  const { server } = session.peek() ?? {};
  const before = opened.peek();
  if (before === undefined || server === undefined) return;
  opened.value = { ...before, busy: true, problem: undefined };
  const finish = (found: Partial<Opened>) => {
    // Another may be open by now.
    if (opened.peek()?.id === before.id) opened.value = { ...(opened.peek() as Opened), ...found, busy: false };
  };
  try {
    finish(await work(before, server));
  } catch (error) {
    finish({ problem: wordsOf(error) });
  }
}
