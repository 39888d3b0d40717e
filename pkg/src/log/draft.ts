// Drafts: what is taken of a decision within the call, and made an entry behind it.
import { createHmac } from "node:crypto";
import type { Request } from "../types/inputs.js";
import { canonical, digestOf, type Json } from "./canonical.js";
import type { Decided, DecisionEntry, DecisionRecord } from "./entry.js";
import { type Copied, copied, type Paths, pathsOf, plain, plainText } from "./snapshot.js";

/** Which parts of requests are kept. */
export interface RequestOptions {
  /** Paths that are left out; default `[["input"]]`. Give `[]` to keep all, which `replay` needs. */
  readonly omit?: readonly (readonly string[])[];
  /** Paths whose values are replaced by digests. */
  readonly hash?: readonly (readonly string[])[];
  /** Makes the digests HMACs: without it, values of which there are few can be guessed. */
  readonly hashKey?: string;
  /** Bytes of a request, about; what is over it is left out. Default 65,536. */
  readonly maxBytes?: number;
}

/** What waits to be written. */
export interface Draft {
  readonly decision: Decided;
  readonly time: number;
  readonly enforced: boolean;
  readonly latencyUs: number | null;
  readonly ids: Ids;
  readonly request: Copied | undefined;
  /** Bytes, about. */
  readonly weight: number;
}

type Ids = Record<"tenant" | "action" | "app" | "user" | "workflow" | "agent" | "tool" | "run" | "call", string | null>;

/** Characters of an id; callers could send any number. */
const LONGEST_ID = 512;
const WEIGHT = 512;
const WEIGHT_OF_REASON = 96;
/** Policies that an entry names at most. */
const MOST_POLICIES = 1_000;
const MOST_BYTES = 65_536;

/** Takes drafts, and makes entries of them. */
export class Drafter {
  readonly #keeps: boolean;
  readonly #omit: Paths;
  readonly #hashed: Paths;
  readonly #hashKey: string | undefined;
  readonly #maxBytes: number;

  constructor(options: RequestOptions | undefined) {
    this.#keeps = options !== undefined;
    this.#omit = pathsOf(options?.omit ?? [["input"]]);
    this.#hashed = pathsOf(options?.hash ?? []);
    this.#hashKey = options?.hashKey;
    this.#maxBytes = options?.maxBytes ?? MOST_BYTES;
  }

  /** Within the call: reads, and neither formats nor hashes. */
  take({ decision, request, call, enforced, latencyUs }: DecisionRecord): Draft {
    const copy = this.#keeps && request !== null ? copied(request, this.#omit, this.#maxBytes) : undefined;
    const { reasons, shadow } = decision;
    return {
      decision,
      time: Date.now(),
      enforced,
      latencyUs: latencyUs ?? null,
      ids: idsOf(request, call),
      request: copy,
      weight: WEIGHT + WEIGHT_OF_REASON * (reasons.length + shadow.length) + (copy?.bytes ?? 0),
    };
  }

  /** Behind the call. */
  entry(draft: Draft, writer: string, seq: number, prev: string): DecisionEntry {
    const { decision, time, enforced, latencyUs, ids, request } = draft;
    const { effect, code, mode, reasons, shadow, policy_set } = decision;
    const policies = reasons.map(({ policy_id }) => policy_id).filter((id) => id !== null);
    const whole = request === undefined ? null : plain(request.value);
    const body = this.#redacted(whole, this.#hashed);
    const id = (name: keyof Ids) => (ids[name] === null ? null : plainText(ids[name]));
    // In the order of canonical JSON, in which it is written as it is.
    return {
      action: id("action"),
      agent: id("agent"),
      app: id("app"),
      call: id("call"),
      code: plainText(code),
      complete: request?.exact === true && body === request.value,
      effect,
      enforced,
      kind: "decision",
      latency_us: latencyUs === null || !Number.isFinite(latencyUs) ? null : latencyUs,
      mode,
      policies: policies.slice(0, MOST_POLICIES).map(plainText),
      policy_set,
      prev,
      request: body,
      run: id("run"),
      seq,
      shadow: shadow.slice(0, MOST_POLICIES).map(({ policy_id }) => plainText(policy_id)),
      tenant: id("tenant"),
      time,
      tool: id("tool"),
      user: id("user"),
      v: 1,
      workflow: id("workflow"),
      writer,
    };
  }

  /** The value with digests in some places; itself where there are none. */
  #redacted(value: Json, paths: Paths): Json {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    const members = value as { readonly [key: string]: Json };
    let changed: Record<string, Json> | undefined;
    for (const [key, below] of Object.entries(paths)) {
      const member = members[key];
      if (member === undefined || !Object.hasOwn(members, key)) continue;
      const after = below === true ? this.#digest(member) : this.#redacted(member, below);
      if (after === member) continue;
      changed ??= { ...members };
      changed[key] = after;
    }
    return changed ?? value;
  }

  #digest(value: Json): string {
    const text = canonical(value);
    if (this.#hashKey === undefined) return digestOf(text);
    return `hmac-sha256:${createHmac("sha256", this.#hashKey).update(text).digest("hex")}`;
  }
}

/** Whose call it is. A request that is amiss says of itself what it can. */
function idsOf(request: Request | null, call: DecisionRecord["call"]): Ids {
  const given = (typeof request === "object" && request !== null ? request : {}) as Partial<Request>;
  const { action = call?.action } = given;
  const ids: Ids = {
    tenant: uncut(given.tenant),
    action: short(action),
    app: idOf(given.app),
    user: idOf(given.user),
    workflow: idOf(given.workflow),
    agent: idOf(given.agent),
    tool: idOf(given.tool),
    run: idOf(given.run) ?? short(call?.run_id),
    call: short(call?.call_id),
  };
  const own = action === "tool_call" ? "tool" : action === "agent_step" ? "agent" : undefined;
  if (own !== undefined && call !== undefined) ids[own] ??= short(call.id);
  return ids;
}

function idOf(entity: unknown): string | null {
  return typeof entity === "object" && entity !== null ? short((entity as { id?: unknown }).id) : null;
}

/** A tenant's id that was cut could be that of another one. */
function uncut(entity: unknown): string | null {
  const id = idOf(entity);
  return id !== null && id.length < LONGEST_ID ? id : null;
}

function short(id: unknown): string | null {
  if (typeof id !== "string") return null;
  return id.length > LONGEST_ID ? id.slice(0, LONGEST_ID) : id;
}
