// Decisions of the server's log, fetched: those with whole requests become the requests that an edit is tried on.
import { batch, effect, signal } from "@preact/signals";
import type { Drift, Logged } from "../engine/protocol.js";
import { client } from "../state/analysis.js";
import { brought, type RequestSet } from "../state/workspace.js";
import { ServerError, wordsOf } from "./errors.js";
import { textOf } from "./policies.js";
import { pinServer } from "./review.js";
import { MOST_LISTED, type Server } from "./server.js";
import { bases, epoch, session } from "./session.js";
import type { LoggedDecision } from "./wire.js";

/** Decisions that are fetched at most. */
export const MOST = 20_000;

export type Filter = Readonly<Record<string, string | number>>;

export interface Fetched {
  readonly total: number;
  /** Those that are the requests now. */
  readonly whole: number;
  /** Why others are not, and how many. */
  readonly left: readonly (readonly [why: string, count: number])[];
  /** There are more that match. */
  readonly more: boolean;
}

export const fetching = signal<{ readonly count: number; readonly of: number } | undefined>(undefined);
export const fetched = signal<Fetched | undefined>(undefined);
/** How the server's policies decide them now; nothing until that is known. */
export const drift = signal<Drift | undefined>(undefined);
export const problem = signal<string | undefined>(undefined);

/** The requests that came from here: they go with the server. */
let ours: RequestSet | undefined;

effect(() => {
  if (epoch.value > 0) {
    if (ours !== undefined && brought.peek() === ours) brought.value = undefined;
    fetched.value = undefined;
    drift.value = undefined;
    problem.value = undefined;
  }
});

let running: AbortController | undefined;

/** Ends the fetching; what has come so far is used. */
export function stop(): void {
  running?.abort();
}

/** Takes the latest decisions that match, so many at most. */
export async function replay(filter: Filter, most: number): Promise<void> {
  const { server } = session.peek() ?? {};
  if (server === undefined || running !== undefined) return;
  running = new AbortController();
  batch(() => {
    fetched.value = undefined;
    drift.value = undefined;
    problem.value = undefined;
    fetching.value = { count: 0, of: most };
  });
  try {
    const { decisions, more } = await read(server, filter, most, running.signal);
    // Not those of a server that one has left meanwhile.
    if (session.peek()?.server.credentials === server.credentials) await use(decisions, more);
  } catch (error) {
    problem.value = withoutLog(error) ? NO_LOG : wordsOf(error);
  } finally {
    running = undefined;
    fetching.value = undefined;
  }
}

const NO_LOG =
  "This server shows no decisions: it keeps no log, or not in its database. See “The decision log” in the documentation.";

function withoutLog(error: unknown): boolean {
  return error instanceof ServerError && (error.code === "route_not_found" || error.code === "method_not_allowed");
}

async function read(server: Server, filter: Filter, most: number, signal: AbortSignal) {
  const decisions: LoggedDecision[] = [];
  let cursor: string | undefined;
  try {
    do {
      const limit = Math.min(MOST_LISTED, most - decisions.length);
      const page = await server.decisions({ ...filter, limit, cursor }, signal);
      decisions.push(...page.items);
      cursor = (page.next as string | null) ?? undefined;
      fetching.value = { count: decisions.length, of: most };
    } while (cursor !== undefined && decisions.length < most);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return { decisions, more: cursor !== undefined };
}

async function use(decisions: readonly LoggedDecision[], more: boolean): Promise<void> {
  const why = new Map<string, number>();
  const logged = decisions.flatMap((decision): Logged[] => {
    const reason = reasonAgainst(decision);
    if (reason !== undefined) {
      why.set(reason, (why.get(reason) ?? 0) + 1);
      return [];
    }
    const { effect, code, mode, policies, request } = decision;
    return [{ title: titleOf(decision), effect, code, mode, policies, request }];
  });
  const lines = logged.map(({ title, request }) => `${JSON.stringify({ title, request })}\n`);
  batch(() => {
    fetched.value = { total: decisions.length, whole: logged.length, left: [...why], more };
    if (logged.length === 0) return;
    pinServer();
    const name = `${logged.length} logged ${logged.length === 1 ? "decision" : "decisions"}`;
    // Not kept over a reload: they hold what people typed.
    ours = { name, blob: new Blob(lines) };
    brought.value = ours;
  });
  if (logged.length === 0) return;
  const policies = textOf([...bases.peek().values()].map(({ policy }) => policy));
  const { catalogue = "" } = session.peek() ?? {};
  const answer = await client.ask({ kind: "recall", texts: { policies, catalogue }, logged });
  if (answer.kind === "drift") drift.value = answer.drift;
}

/** Why a decision can't be made again. */
function reasonAgainst({ request, complete, code }: LoggedDecision): string | undefined {
  if (NOT_BY_POLICIES.includes(code)) return "decided by no policy, for want of policies or of an engine";
  if (request === null) return "logged without the request";
  return complete ? undefined : "logged without a part of the request";
}

const NOT_BY_POLICIES = ["policies_unavailable", "engine_failure"];

function titleOf({ time, action, tool, agent, workflow, user, tenant, effect }: LoggedDecision): string {
  const what = tool ?? agent ?? workflow ?? action ?? "request";
  const who = [user, tenant].filter((one) => one !== null);
  return `${[what, ...who].join(" · ")}, ${momentOf(time)}: ${effect.replace("_", " ")}`;
}

export function momentOf(time: number | string): string {
  return new Date(time).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
}
