// Who is connected to which server, and what was read there.
import { batch, computed, signal } from "@preact/signals";
import { formatJson } from "../source/format.js";
import { notify } from "../state/notices.js";
import { openInstead } from "../state/works.js";
import { texts, workspace } from "../state/workspace.js";
import { checkedAddress, ownAddress } from "./address.js";
import { ServerError, wordsOf } from "./errors.js";
import { forget, forgetToken, type Kept, kept } from "./kept.js";
import { type Bases, type Conflicts, type Merged, merged } from "./merge.js";
import { textOf } from "./policies.js";
import { type Credentials, Server } from "./server.js";
import { apply, mineById, settle } from "./text.js";
import type { Caller, StoredPolicy } from "./wire.js";

export interface Session {
  readonly server: Server;
  readonly caller: Caller;
  /** `ok`, `degraded` or `unavailable`. */
  readonly readiness: string;
  /** As it stands in the editor; empty where the server has none. */
  readonly catalogue: string;
}

export const session = signal<Session | undefined>(undefined);
export const bases = signal<Bases>(new Map());
export const conflicts = signal<Conflicts>(new Map());
/** Whether the server is being asked for its policies. */
export const loading = signal(false);
/** What went wrong with the last look at the server, and whether another token would help. */
export const trouble = signal<{ readonly words: string; readonly isToken: boolean } | undefined>(undefined);
/** What the last look at the server brought. */
export const news = signal("");
/** Counts the servers that one has come to and gone from: what was chosen and told of one is of no meaning for another. */
export const epoch = signal(0);

export function troubled(words: string, error?: unknown): void {
  trouble.value = { words, isToken: error instanceof ServerError && (error.status === 401 || error.status === 403) };
}

/** The owner of what is written: a tenant, or `null` for the platform. */
export const owner = computed<string | null>(() => (session.value === undefined ? null : ownerOf(session.value)));

function ownerOf({ server, caller }: Pick<Session, "server" | "caller">): string | null {
  return server.credentials.tenant || caller.tenant;
}

interface Read {
  readonly session: Session;
  readonly policies: readonly StoredPolicy[];
}

async function read(credentials: Credentials): Promise<Read> {
  const server = new Server(credentials);
  // First who it is: whatever is wrong with the token is told by this.
  const caller = await server.caller();
  const [policies, catalogue, readiness] = await Promise.all([
    server.policies(),
    server.catalogue(),
    server.readiness(),
  ]);
  const text = catalogue === undefined ? "" : `${formatJson(catalogue)}\n`;
  return { session: { server, caller, readiness, catalogue: text }, policies };
}

/**
 * Connects and opens what is there; what was in the editor is set aside. Where the editor holds the work on the same
 * policies, that goes on, as after a token that has expired. @throws ServerError
 */
export async function connect(given: Credentials): Promise<void> {
  const credentials = { ...given, address: checkedAddress(given.address), token: given.token.trim() };
  const found = await read(credentials);
  const before = workOn(credentials, ownerOf(found.session));
  if (before === undefined) openAnew(found);
  else {
    batch(() => {
      session.value = found.session;
      bases.value = before;
      trouble.value = undefined;
      take(found.policies);
    });
  }
  const { length } = found.policies;
  const count = before === undefined ? `${length} ${length === 1 ? "policy is" : "policies are"} open.` : "You go on.";
  notify("info", `Connected to ${new URL(credentials.address).host}: ${count} Nothing is written before you save.`);
}

function openAnew({ session: next, policies }: Read): void {
  const pinned = { policies: textOf(policies), catalogue: next.catalogue };
  batch(() => {
    session.value = next;
    bases.value = new Map(policies.map((policy) => [policy.id, { policy }]));
    conflicts.value = new Map();
    trouble.value = undefined;
    news.value = "";
    epoch.value++;
    // The calls of other policies say nothing about these; the one in the editor stays, to be edited.
    openInstead({ ...workspace.peek(), ...pinned, cases: [], baseline: pinned, users: undefined }, true);
    settle();
  });
}

/** What the editor's policies are based on, if they are those of the same owner on the same server. */
function workOn({ address, tenant }: Credentials, whose: string | null): Bases | undefined {
  const current = session.peek();
  const { credentials, work } =
    current === undefined
      ? (kept() ?? {})
      : { credentials: current.server.credentials, work: { owner: owner.peek(), bases: [...bases.peek().values()] } };
  if (credentials?.address !== address || credentials.tenant !== tenant || work?.owner !== whose) return undefined;
  const known = new Map(work.bases.map((base) => [base.policy.id, base]));
  try {
    const isOfThese = [...mineById().keys()].some((id) => known.has(id)) || (current !== undefined && known.size === 0);
    return isOfThese ? known : undefined;
  } catch {
    // Half a text is work as well, where it can't be told of what.
    return current === undefined ? undefined : known;
  }
}

/** A token out of a link, for the server that the page came from. */
export async function connectByLink(token: string): Promise<void> {
  try {
    await connect({ address: ownAddress(), token, tenant: "" });
  } catch (error) {
    notify("error", `Not connected. ${wordsOf(error)}`);
  }
}

/** Goes on after a reload, with what was typed before it. */
export async function resume(): Promise<void> {
  const before = kept();
  if (before === undefined) return;
  const { credentials, work } = before;
  if (work === undefined) return again(before, () => connect(credentials));
  // Before the server answers: what is typed meanwhile goes on from there.
  texts.policies.value = work.policies;
  await again(before, async () => {
    const { session: next, policies } = await read(credentials);
    batch(() => {
      session.value = next;
      bases.value = new Map(work.bases.map((base) => [base.policy.id, base]));
      take(policies);
    });
  });
}

/** What fails is told with a way to try it again; nothing is forgotten meanwhile. */
async function again(before: Kept, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    const isRefused = error instanceof ServerError && error.status === 401;
    if (isRefused) forgetToken(before);
    const { host } = new URL(before.credentials.address);
    const retry = { label: "Try again", run: () => again(before, run) };
    notify("error", `Not connected to ${host}. ${wordsOf(error)}`, isRefused ? undefined : retry);
  }
}

/** Looks at the server again: what was changed there comes in, unless it was changed here too. */
export async function refresh(): Promise<void> {
  const { value: current } = session;
  if (current === undefined || loading.value) return;
  loading.value = true;
  news.value = "";
  try {
    const { session: next, policies } = await read(current.server.credentials);
    if (session.peek() === undefined) return;
    batch(() => {
      session.value = next;
      trouble.value = undefined;
      take(policies);
    });
  } catch (error) {
    troubled(wordsOf(error), error);
  } finally {
    loading.value = false;
  }
}

function take(policies: readonly StoredPolicy[]): void {
  try {
    const found = merged(mineById(), bases.peek(), policies);
    apply(found.steps);
    bases.value = found.bases;
    conflicts.value = found.conflicts;
    news.value = newsOf(found);
  } catch (error) {
    troubled(`What the server has by now can’t be brought in: ${(error as Error).message}`);
  }
}

function newsOf({ steps, conflicts: both }: Merged): string {
  const parts = [
    steps.length === 0
      ? ""
      : `${steps.length} ${steps.length === 1 ? "policy has" : "policies have"} followed the server.`,
    both.size === 0 ? "" : `${both.size} ${both.size === 1 ? "was" : "were"} changed there and here.`,
  ].filter((part) => part !== "");
  return parts.length === 0 ? "Nothing is new there." : parts.join(" ");
}

/** Sets what was read of one policy; nothing says that it is no longer there. */
export function setBase(id: string, policy: StoredPolicy | undefined, deleted?: number): void {
  const next = new Map(bases.peek());
  if (policy === undefined) next.delete(id);
  else next.set(id, deleted === undefined ? { policy } : { policy, deleted });
  bases.value = next;
}

/** Sets what the server has in place of what was read; `undefined` says that they agree. */
export function setConflict(id: string, theirs: StoredPolicy | null | undefined): void {
  const next = new Map(conflicts.peek());
  if (theirs === undefined) next.delete(id);
  else next.set(id, theirs);
  conflicts.value = next;
}

/** The token is forgotten; the policies stay in the editor. */
export function disconnect(): void {
  batch(() => {
    session.value = undefined;
    bases.value = new Map();
    conflicts.value = new Map();
    trouble.value = undefined;
    news.value = "";
    epoch.value++;
  });
  forget();
  notify("info", "Disconnected. The token is forgotten, and the policies stay in the editor.");
}
