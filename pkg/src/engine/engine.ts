/// <reference lib="esnext.disposable" preserve="true" />
// The engine, as applications use it: loads policies, decides, and outlives its core.

import type { Catalogue } from "../types/generated/Catalogue.js";
import type { Decision } from "../types/generated/Decision.js";
import type { Explanation } from "../types/generated/Explanation.js";
import type { Grant } from "../types/generated/Grant.js";
import type { Policy } from "../types/generated/Policy.js";
import type { Preview } from "../types/generated/Preview.js";
import type { PreviewCell } from "../types/generated/PreviewCell.js";
import type { Residual } from "../types/generated/Residual.js";
import type { Known, Request } from "../types/inputs.js";
import { MAX_STRING_BYTES, type Wire } from "./core.js";
import { deniedByFailure } from "./decision.js";
import { decodeDeep, encodeDeep } from "./deep.js";
import { ApprovalRequiredError, DigestError, PolicyDeniedError, PortcullisError } from "./errors.js";
import { engineFailure, type Instances } from "./instance.js";
import { cellOf, lists, type PreviewManyOptions, type PreviewOptions, unknownAsJson } from "./preview.js";
import { Session } from "./session.js";
import { encodePolicies, encodeSource, lengthOfArray, load, refusal, runInSlices, runNow, Sources } from "./sources.js";
import { element, member } from "./values.js";

/** Where a class of engines finds the instance of the core that its entry point makes. @internal */
export const INSTANCES: unique symbol = Symbol("instances");

/** What an engine is loaded from. */
export interface PolicySet {
  /** Policies as objects, as JSON text, or as several of either. */
  readonly policies: string | readonly (string | Policy)[];
  /** What requests look like, as an object or as JSON text. Without it, fields are not checked. */
  readonly catalogue?: string | Catalogue | null | undefined;
}

/** What an engine is loaded from where its policies were made fewer: see `residual`. */
export interface ResidualSet {
  /** What `residual` gave, as an object or as JSON text. */
  readonly residual: string | Residual;
}

/** What a decision is told beside the request. */
export interface DecideOptions {
  /** Approvals that were given. One that does not bind this very request counts for nothing. */
  readonly grants?: readonly Grant[] | undefined;
}

/** For whom an explanation is: an agent is told no values or thresholds, an approver what and why, an author all. */
export type ExplanationReader = "agent" | "approver" | "author";

/** Bytes of sources that are built again at once; a larger set is built in slices, and requests denied meanwhile. */
const REBUILD_AT_ONCE = 262_144;

/**
 * A policy set, loaded.
 *
 * @example
 * const engine = await PolicyEngine.load({ policies });
 * const decision = engine.decide(request);
 * if (decision.effect === "allow") run(decision.mode);
 */
export class PolicyEngine implements Disposable {
  /** @internal */
  declare static readonly [INSTANCES]: Instances;
  /** The same as `close`, for `using`. Where the runtime has no `Symbol.dispose`, there is none. */
  declare readonly [Symbol.dispose]: () => void;

  readonly #instances: Instances;
  readonly #sources: Sources;
  /** Whether it decides by a residual. */
  readonly #isResidual: boolean;
  #session: Session | undefined;
  /** What to free once no call uses it any more. */
  #closing: Session | undefined;
  /** Calls that are under way: more than one where a getter of a request calls the engine. */
  #calls = 0;
  #closed = false;
  #rebuilding = false;
  /** Made beforehand: where a decision fails, there may be no room for a call left. */
  #failed: Decision;
  #lastFailure: unknown;

  /** @internal */
  constructor(instances: Instances, session: Session, sources: Sources) {
    this.#instances = instances;
    this.#session = session;
    this.#sources = sources;
    this.#isResidual = sources.start.residual !== undefined;
    this.#failed = deniedByFailure(session.platformSet);
  }

  /**
   * Loads a policy set or a residual, whole or not at all. The event loop has its turn every 10 ms, but while a residual is
   * read. Policies given as objects are read while it loads; don't change them before it is done.
   *
   * @throws PolicySetError with every finding, if any of them is an error.
   */
  static async load(set: PolicySet | ResidualSet): Promise<PolicyEngine> {
    // biome-ignore lint/complexity/noThisInStatic: the class of the entry point is meant
    return runInSlices(loading(this[INSTANCES], set));
  }

  /**
   * Loads a policy set or a residual at once, however long that takes.
   *
   * @throws PolicySetError with every finding, if any of them is an error.
   */
  static loadSync(set: PolicySet | ResidualSet): PolicyEngine {
    // biome-ignore lint/complexity/noThisInStatic: the class of the entry point is meant
    return runNow(loading(this[INSTANCES], set));
  }

  /**
   * Decides a request. Never throws: what is amiss with the request or with the engine is a deny.
   *
   * @example
   * engine.decide({ action: "tool_call", now: Date.now(), tenant: { id: "acme" }, tool: { id: "search" }, …rest });
   */
  decide(request: Request, options?: DecideOptions): Decision {
    this.#calls++;
    try {
      const session = this.#session;
      const usable = session?.usable ? session : this.#revive();
      if (usable === undefined) return this.#failed;
      const grants = options?.grants;
      if (this.#isResidual) return usable.decideByResidual(request, grantsAsJson(grants));
      return hasNone(grants) ? usable.decide(request) : decideGranted(usable, request, grants);
    } catch (error) {
      this.#lastFailure = error;
      return this.#failed;
    } finally {
      this.#calls--;
      if (this.#closed) this.#release();
    }
  }

  /**
   * Decides several requests over one state of the policies. One that is amiss is denied; the others are decided.
   *
   * @throws PortcullisError `invalid_argument` for anything but an array.
   */
  decideMany(requests: readonly Request[], options?: DecideOptions): Decision[] {
    const length = lengthOfArray(requests);
    if (length < 0) throw invalid("`requests` is no array", "Give an array of requests.");
    const decisions: Decision[] = [];
    this.#calls++;
    try {
      for (let i = 0; i < length; i++) decisions.push(this.decide(element(requests, i) as Request, options));
    } finally {
      this.#calls--;
      if (this.#closed) this.#release();
    }
    return decisions;
  }

  /**
   * Decides a request, and throws unless it is allowed.
   *
   * @returns The decision, for its mode and limits.
   * @throws PolicyDeniedError if it is denied.
   * @throws ApprovalRequiredError if people must approve it first.
   */
  enforce(request: Request, options?: DecideOptions): Decision {
    const decision = this.decide(request, options);
    if (decision.effect === "allow") return decision;
    if (decision.effect === "require_approval") throw new ApprovalRequiredError(decision);
    throw new PolicyDeniedError(decision);
  }

  /**
   * Explains the decision on a request: as an object with all there is to know, or as text for one reader.
   *
   * @throws PortcullisError `residual_engine`, `engine_failure`, `engine_closed`.
   */
  explain(request: Request): Explanation;
  explain(request: Request, options: { readonly reader: ExplanationReader }): string;
  explain(request: Request, options?: { readonly reader?: ExplanationReader }): Explanation | string;
  explain(request: Request, options?: { readonly reader?: ExplanationReader }): Explanation | string {
    this.#needWhole();
    const reader = options?.reader ?? "json";
    if (!READERS.has(reader)) throw invalid("`reader` is unknown", "Say `agent`, `approver` or `author`.");
    const bytes = encodeDeep(request, { capped: true });
    return this.#call((session) => session.core.explain(bytes, reader)) as Explanation | string;
  }

  /**
   * What may be decided on a request while fields of it are not known: its possible effects and modes, and what each
   * policy that matters still depends on. With nothing unknown it holds the decision.
   *
   * @example
   * engine.preview(request, { unknown: ["input"] }).policies[0].words; // "Denied when `input.amount` is more than 500."
   * @throws PortcullisError `invalid_argument`, `engine_failure`, `engine_closed`.
   */
  preview(request: Request, options?: PreviewOptions): Preview {
    const unknown = unknownAsJson(options);
    const bytes = encodeDeep(request, { capped: true });
    return this.#call((session) => session.core.preview(bytes, unknown)) as Preview;
  }

  /**
   * The possible effects and modes of many requests that differ in a few top-level members, such as each tool for each
   * user: every combination of the values in `vary`, those of its last list next to one another.
   *
   * @example
   * engine.previewMany(request, { unknown: ["input"], vary: { user: [ann, bob], tool: tools } });
   * // ann with each of the tools, then bob with each
   * @throws PortcullisError `invalid_argument`, `engine_failure`, `engine_closed`.
   */
  previewMany(request: Request, options: PreviewManyOptions): PreviewCell[] {
    const unknown = unknownAsJson(options);
    const vary = encodeDeep(lists(options), { capped: true });
    const bytes = encodeDeep(request, { capped: true });
    const cells: PreviewCell[] = [];
    for (const byte of this.#call((session) => session.core.preview_many(bytes, unknown, vary)))
      cells.push(cellOf(byte));
    return cells;
  }

  /**
   * The smaller policy set that remains for requests of which parts are fixed: each request must have the members of
   * `known` at its top level as they are here, but for the fields in `unknown`. It is plain JSON, without anything of other
   * tenants and of private policies, and can be sent to a browser: `PolicyEngine.load({ residual })` decides by it there.
   *
   * @example
   * const residual = engine.residual({ tenant: { id: "acme" }, app: { id: "console" }, user });
   * @throws PortcullisError `invalid_argument` if `known` names no tenant or is no plain JSON; `residual_engine`,
   * `engine_failure`, `engine_closed`.
   */
  residual(known: Known, options?: PreviewOptions): Residual {
    this.#needWhole();
    const unknown = unknownAsJson(options);
    const bytes = encodeDeep(known, { capped: false });
    return this.#call((session) => session.core.residual(bytes, unknown)) as Residual;
  }

  /**
   * The digest that grants bind a request by, `sha256:` and hexadecimal digits.
   *
   * @throws DigestError if something in the request has no canonical form.
   */
  requestDigest(request: Request): string {
    const bytes = encodeDeep(request, { capped: false });
    return this.#call((session) => session.core.request_digest(bytes));
  }

  /** The digest of the platform's policies, as decisions of tenants without policies of their own carry it; of a residual, that of the whole set. */
  get digest(): string {
    return this.#failed.policy_set;
  }

  /** Why the last decision with the code `engine_failure` came to be, for logs; `undefined` if there was none. */
  get lastFailure(): unknown {
    return this.#lastFailure;
  }

  /**
   * Puts a policy in the place of the one with its id, or adds it. Other policies are not read again.
   *
   * @throws PolicySetError if it does not load; then nothing changes. PortcullisError `residual_engine`.
   */
  replace(policy: Policy | string): void {
    this.#needWhole();
    const source = encodeSource(policy);
    this.#change(({ core }) => {
      if (typeof source === "string") core.replace_text(source);
      else core.replace(source);
      this.#sources.replaced(source);
    });
  }

  /** Takes a policy out; whether there was one. */
  remove(id: string): boolean {
    this.#needWhole();
    return this.#change(({ core }) => {
      const found = core.remove(id);
      if (found) this.#sources.removed(id);
      return found;
    });
  }

  /** Gives the engine's memory back. Decisions after it are denied, other calls throw. */
  close(): void {
    this.#closed = true;
    this.#failed = deniedByFailure(this.#failed.policy_set, CLOSED);
    this.#closing ??= this.#session;
    this.#session = undefined;
    this.#release();
  }

  /** What takes policies that a residual does not hold. */
  #needWhole(): void {
    if (!this.#isResidual) return;
    throw new PortcullisError({
      code: "residual_engine",
      message: "an engine of a residual can't do this: it does not hold the policies as they are",
      remedy: "Ask the server, where the whole set is loaded.",
      retryable: false,
    });
  }

  /** A call that is no decision. */
  #call<T>(call: (session: Session) => T): T {
    if (this.#closed) throw new PortcullisError({ code: "engine_closed", ...CLOSED, retryable: false });
    try {
      const session = this.#session?.usable ? this.#session : this.#revive();
      if (session === undefined) throw engineFailure();
      return call(session);
    } catch (error) {
      throw translated(error);
    }
  }

  /** A call that changes the policies. */
  #change<T>(change: (session: Session) => T): T {
    if (this.#calls > 0) {
      throw new PortcullisError({
        code: "engine_busy",
        message: "policies can't change while a request is being read",
        remedy: "Change them outside of the request's getters.",
        retryable: true,
      });
    }
    return this.#call((session) => {
      const result = change(session);
      this.#session = session.renewed();
      this.#failed = deniedByFailure(this.#session.platformSet);
      return result;
    });
  }

  /** Gives memory back once no call needs it any more. */
  #release(): void {
    if (this.#calls > 0) return;
    const session = this.#closing;
    this.#closing = undefined;
    try {
      session?.free();
    } catch {
      // What can't be freed is gone with its instance.
    }
  }

  /** A session after the core has failed, if there can be one by now. */
  #revive(): Session | undefined {
    if (this.#closed || this.#rebuilding) return undefined;
    this.#session = undefined;
    if (!this.#instances.available) return undefined;
    if (this.#sources.size > REBUILD_AT_ONCE) {
      this.#rebuildInSlices();
      return undefined;
    }
    const instance = this.#instances.get();
    this.#session = new Session(runNow(this.#sources.build(instance)), instance);
    return this.#session;
  }

  async #rebuildInSlices(): Promise<void> {
    this.#rebuilding = true;
    try {
      const instance = this.#instances.get();
      const core = await runInSlices(this.#sources.build(instance));
      const session = new Session(core, instance);
      if (this.#closed) session.free();
      else this.#session = session;
    } catch {
      // The next call tries again, as soon as it may.
    } finally {
      this.#rebuilding = false;
    }
  }
}

if (typeof Symbol.dispose === "symbol") {
  Object.defineProperty(PolicyEngine.prototype, Symbol.dispose, {
    value(this: PolicyEngine) {
      this.close();
    },
    configurable: true,
    writable: true,
  });
}

const KNOWN = 'Give plain JSON that names the tenant, such as `{ tenant: { id: "acme" }, user: { id: "u1" } }`.';

const READERS: ReadonlySet<string> = new Set(["json", "agent", "approver", "author"]);

const CLOSED = {
  message: "the policy engine is closed",
  remedy: "Load a new engine, and close one only when nothing uses it any more.",
};

function invalid(message: string, remedy: string): PortcullisError {
  return new PortcullisError({ code: "invalid_argument", message, remedy, retryable: false });
}

/** What callers see of what the core throws. */
function translated(error: unknown): unknown {
  if (PortcullisError.is(error)) return error;
  const refused = refusal(error);
  if (refused !== undefined) return refused;
  const { code, field, message } = error as { code?: unknown; field?: unknown; message?: unknown };
  if (code === "not_digestible") return new DigestError(String(field), String(message));
  return code === "invalid_argument" ? invalid(String(message), KNOWN) : engineFailure(error);
}

/** Decides with grants. Both the grants and the policies are held against one snapshot of the request. */
function decideGranted(session: Session, request: unknown, grants: readonly Grant[]): Decision {
  const bytes = encodeDeep(request, { capped: false });
  return session.decide(decodeDeep(bytes), { request: bytes, grants: grantsAsJson(grants) });
}

/** Whether there are no grants: then the request needs no digest, and is read as far as policies need. */
function hasNone(grants: readonly Grant[] | undefined): grants is undefined {
  return grants === undefined || lengthOfArray(grants) === 0;
}

/** The grants among what was given as such; nothing of what else there may be is read. */
function grantsAsJson(grants: unknown): string {
  const length = lengthOfArray(grants);
  const known: Record<string, string>[] = [];
  for (let i = 0; i < Math.min(length, MAX_GRANTS); i++) {
    const grant = element(grants as unknown[], i);
    if (typeof grant !== "object" || grant === null) continue;
    const parts: Record<string, string> = {};
    for (const key of GRANT_KEYS) {
      const part = member(grant, key);
      if (typeof part === "string" && part.length <= MAX_STRING_BYTES) parts[key] = part;
    }
    known.push(parts);
  }
  return JSON.stringify(known);
}

const GRANT_KEYS: readonly (keyof Grant)[] = ["policy_id", "policy_digest", "request_digest", "mode"];
/** More are not looked at. */
const MAX_GRANTS = 10_000;

function* loading(instances: Instances, set: PolicySet | ResidualSet): Generator<void, PolicyEngine, void> {
  const { policies, catalogue, residual } = set as Partial<PolicySet & ResidualSet>;
  const isResidual = residual !== undefined;
  if (isResidual && (policies !== undefined || catalogue !== undefined)) {
    throw invalid("a residual is loaded alone", "Leave `policies` and `catalogue` out, or the residual.");
  }
  const instance = instances.get();
  const hasCatalogue = catalogue !== undefined && catalogue !== null;
  const sources = new Sources(
    isResidual ? { residual: encodeSource(residual) } : hasCatalogue ? { catalogue: encodeSource(catalogue) } : {},
  );
  try {
    const pieces = isResidual ? [] : kept(encodePolicies(policies), sources);
    const core = yield* load(instance, sources.start, pieces);
    return new PolicyEngine(instances, new Session(core, instance), sources);
  } catch (error) {
    throw translated(error);
  }
}

/** The same pieces, kept for later. */
function* kept(pieces: Iterable<Wire>, sources: Sources): Generator<Wire, void, void> {
  for (const piece of pieces) {
    sources.add(piece);
    yield piece;
  }
}
