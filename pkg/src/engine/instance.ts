// Instances of the core: made when needed, dropped when one fails, made again with growing pauses.
import type { Core, Glue } from "./core.js";
import { PortcullisError } from "./errors.js";

/** How an entry point gives instances of the core. */
export interface Runtime {
  /** A fresh instance each time. Whatever an earlier one gave is not used again. */
  instantiate(): Glue;
}

/** One instance. All engines of an entry point live in the same one. */
export interface Instance {
  readonly glue: Glue;
  /**
   * Set for the length of each call into the core. The core calls nobody, so whoever finds it set finds that a call
   * did not come back: the instance has failed, and is not called again.
   */
  inCore: boolean;
  /** How many calls there were. Each may have grown the memory. */
  calls: number;
}

/** Milliseconds between a failure and the next attempt: the first, the second, … and each after. */
const PAUSES = [0, 100, 1_000, 10_000] as const;
/** After so many milliseconds without a failure, the next one counts as the first. */
const CALM = 60_000;

/** Keeps the instance that engines share. */
export class Instances {
  readonly #runtime: Runtime;
  readonly #clock: () => number;
  #current: Instance | undefined;
  #failures = 0;
  #failedAt = Number.NEGATIVE_INFINITY;
  #retryAt = Number.NEGATIVE_INFINITY;

  constructor(runtime: Runtime, clock: () => number = () => performance.now()) {
    this.#runtime = runtime;
    this.#clock = clock;
  }

  /** Whether an instance is there, or may be made by now. */
  get available(): boolean {
    this.#notice();
    return this.#current !== undefined || this.#clock() >= this.#retryAt;
  }

  /**
   * The instance to use.
   * @throws PortcullisError `engine_failure` while an attempt would come too soon after a failure.
   */
  get(): Instance {
    if (!this.available) throw engineFailure();
    if (this.#current !== undefined) return this.#current;
    try {
      this.#current = { glue: this.#runtime.instantiate(), inCore: false, calls: 0 };
      return this.#current;
    } catch (error) {
      if (PortcullisError.is(error)) throw error;
      this.#note();
      throw engineFailure(error);
    }
  }

  /** Drops an instance that has failed. */
  #notice(): void {
    if (!this.#current?.inCore) return;
    this.#current = undefined;
    this.#note();
  }

  #note(): void {
    const now = this.#clock();
    if (now - this.#failedAt > CALM) this.#failures = 0;
    this.#failedAt = now;
    this.#retryAt = now + (PAUSES[Math.min(this.#failures, PAUSES.length - 1)] as number);
    this.#failures++;
  }
}

/** Calls into the core; marks the instance as failed if what comes out is no refusal of its own. */
export function enter<T>(instance: Instance, call: () => T): T {
  if (instance.inCore) throw engineFailure();
  instance.inCore = true;
  instance.calls++;
  try {
    const result = call();
    instance.inCore = false;
    return result;
  } catch (error) {
    if (isRefusal(error)) instance.inCore = false;
    throw error;
  }
}

/** What the core throws on purpose: a plain object. */
function isRefusal(error: unknown): boolean {
  return typeof error === "object" && error !== null && ("diagnostics" in error || "field" in error);
}

/** The calls on a core that user code can come between; `decide` is the one that is not among them. */
export type ColdCore = Omit<Core, "decide" | "free">;

/** A core whose calls are marked as such. */
export function guarded(core: Core, instance: Instance): ColdCore {
  return {
    node_count: () => enter(instance, () => core.node_count()),
    node: (node) => enter(instance, () => core.node(node)),
    owners: () => enter(instance, () => core.owners()),
    owner: (tenantId) => enter(instance, () => core.owner(tenantId)),
    owner_info: (owner) => enter(instance, () => core.owner_info(owner)),
    platform_set: () => enter(instance, () => core.platform_set()),
    policy_set: (tenantId) => enter(instance, () => core.policy_set(tenantId)),
    route: (owner, scope, id) => enter(instance, () => core.route(owner, scope, id)),
    bucket: (bucket, action) => enter(instance, () => core.bucket(bucket, action)),
    child: (bucket, value) => enter(instance, () => core.child(bucket, value)),
    reserve: (cells, heap, picks) => enter(instance, () => core.reserve(cells, heap, picks)),
    frame_ptr: () => enter(instance, () => core.frame_ptr()),
    heap_ptr: () => enter(instance, () => core.heap_ptr()),
    heap_capacity: () => enter(instance, () => core.heap_capacity()),
    picks_ptr: () => enter(instance, () => core.picks_ptr()),
    out_ptr: () => enter(instance, () => core.out_ptr()),
    reason: (policy) => enter(instance, () => core.reason(policy)),
    fault: (index) => enter(instance, () => core.fault(index)),
    limit: (policy, index) => enter(instance, () => core.limit(policy, index)),
    approval: (policy) => enter(instance, () => core.approval(policy)),
    shadow: (policy) => enter(instance, () => core.shadow(policy)),
    set_grants: (request, grants) => enter(instance, () => core.set_grants(request, grants)),
    explain: (request, reader) => enter(instance, () => core.explain(request, reader)),
    preview: (request, unknown) => enter(instance, () => core.preview(request, unknown)),
    preview_many: (request, unknown, vary) => enter(instance, () => core.preview_many(request, unknown, vary)),
    decide_by_residual: (request, grants) => enter(instance, () => core.decide_by_residual(request, grants)),
    residual: (known, unknown) => enter(instance, () => core.residual(known, unknown)),
    request_digest: (request) => enter(instance, () => core.request_digest(request)),
    replace: (policy) => enter(instance, () => core.replace(policy)),
    replace_text: (policy) => enter(instance, () => core.replace_text(policy)),
    remove: (id) => enter(instance, () => core.remove(id)),
  };
}

/** What calls other than decisions throw while the core can't be used. */
export function engineFailure(cause?: unknown): PortcullisError {
  const error = new PortcullisError({
    code: "engine_failure",
    message: "the policy engine failed and is being rebuilt",
    remedy: "Try again in a few seconds.",
    retryable: true,
  });
  if (cause !== undefined) {
    Object.defineProperty(error, "cause", { value: cause, enumerable: false, configurable: true, writable: true });
  }
  return error;
}
