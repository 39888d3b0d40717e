// PolicyEngineService: decides in this process by policies that are kept up to date.
import type { DecideOptions, ExplanationReader, PolicyEngine } from "../engine/engine.js";
import { PolicySetError, PortcullisError } from "../engine/errors.js";
import type { PreviewManyOptions, PreviewOptions } from "../engine/preview.js";
import type { Catalogue } from "../types/generated/Catalogue.js";
import type { Decision } from "../types/generated/Decision.js";
import type { Enforcement } from "../types/generated/Enforcement.js";
import type { Explanation } from "../types/generated/Explanation.js";
import type { Preview } from "../types/generated/Preview.js";
import type { PreviewCell } from "../types/generated/PreviewCell.js";
import type { Residual } from "../types/generated/Residual.js";
import type { Known, Request } from "../types/inputs.js";
import { type ContainedPolicy, Container, type EngineKit, type StandIn } from "./contain.js";
import { type Failure, failureOf, type Health, type HealthSink, HealthTeller } from "./health.js";
import { Moment } from "./moment.js";
import { Refresher } from "./refresher.js";
import type { PolicyChanges, PolicySource, SourcePolicy } from "./source.js";
import { deniedAsUnavailable, unavailable } from "./unavailable.js";

/**
 * Hears of each decision, and of how many whole microseconds it took. It is called within `decide`, so it should take no
 * time; what it throws is counted.
 */
export type DecisionSink = (decision: Decision, request: Request, latencyUs: number) => unknown;

export interface ServiceOptions {
  /** Where the policies come from: `databaseSource` or `fileSource`. */
  readonly source: PolicySource;
  /** What requests look like. Without it, fields are not checked. */
  readonly catalogue?: string | Catalogue | null | undefined;
  /** Milliseconds between two looks for changes that were not announced; default 5,000. */
  readonly pollMs?: number | undefined;
  /** Milliseconds without a successful look after which everything is denied; default 60,000. */
  readonly maxStalenessMs?: number | undefined;
  /** `shadow`: enforcers stop nothing, and report what they would have stopped; default `enforce`. */
  readonly enforcement?: Enforcement | undefined;
  /** What to do where there are no policies at first: fail to start, or start and deny; default `fail`. */
  readonly withoutPolicies?: "fail" | "deny" | undefined;
  readonly onDecision?: DecisionSink | undefined;
  readonly onHealth?: HealthSink | undefined;
}

const POLL = 5_000;
/** Changes that are taken over one by one; each takes a millisecond, or two where there are 100,000 policies. */
const MOST_ONE_BY_ONE = 8;
const MAX_STALENESS = 60_000;

/**
 * The engine for servers: loaded from a source, told of changes, and closed to what it does not know.
 *
 * @example
 * const service = await PolicyEngineService.start({ source: databaseSource({ database: pool }) });
 * const decision = service.decide(request);
 */
export class PolicyEngineService {
  /** Whether enforcers stop what is denied; may be set at any time. The service itself decides alike. */
  enforcement: Enforcement;
  readonly #source: PolicySource;
  readonly #container: Container;
  readonly #refresher: Refresher;
  readonly #maxStaleness: number;
  readonly #onDecision: DecisionSink | undefined;
  readonly #teller: HealthTeller | undefined;
  #watch: { close(): Promise<void> } | undefined;
  #watching = false;
  #engine: PolicyEngine | undefined;
  #contained: ReadonlyMap<string, ContainedPolicy> = new Map();
  /** The ids of policies that tenants may know of. */
  #visible: ReadonlySet<string> = new Set();
  /** The change up to which the engine is; nothing where all must be loaded. */
  #change: number | undefined;
  /** Counts what has become of the engine. */
  #version = 0;
  /** When the policies were last known to be what they are at their source. */
  #fresh: Moment | undefined;
  #unavailable = deniedAsUnavailable("");
  #failure: Failure | null = null;
  #sinkFailures = 0;
  #closed = false;

  /** @internal */
  constructor(kit: EngineKit, options: ServiceOptions) {
    const { source, catalogue, pollMs = POLL, maxStalenessMs = MAX_STALENESS } = options;
    checkedDuration("pollMs", pollMs);
    checkedDuration("maxStalenessMs", maxStalenessMs);
    if (maxStalenessMs <= pollMs) {
      throw invalid("`maxStalenessMs` is not more than `pollMs`", "Allow several looks before everything is denied.");
    }
    this.enforcement = options.enforcement ?? "enforce";
    this.#source = source;
    this.#container = new Container(kit, source, catalogue);
    this.#refresher = new Refresher({ pollMs, refresh: () => this.#refresh() });
    this.#maxStaleness = maxStalenessMs;
    this.#onDecision = options.onDecision;
    this.#teller = options.onHealth && new HealthTeller(options.onHealth);
  }

  /** Loads the policies, and watches them from then on. @internal */
  async begin(withoutPolicies: ServiceOptions["withoutPolicies"] = "fail"): Promise<this> {
    // Watched before they are read, so that no change falls in between.
    this.#watch = this.#source.watch?.({
      onChange: () => this.#look(),
      onState: (watching) => {
        this.#watching = watching;
        this.#teller?.tell(this.health());
        // What was announced while nobody listened is lost.
        if (watching) this.#look();
      },
    });
    try {
      await this.#refresher.refresh();
    } catch (error) {
      if (withoutPolicies === "deny" && (!PortcullisError.is(error) || error.retryable)) return this;
      await this.close();
      throw error;
    }
    return this;
  }

  /**
   * Decides a request, at once. Never throws: while the policies are unknown, or known for too long without a look,
   * everything is denied with `policies_unavailable`.
   */
  decide(request: Request, options?: DecideOptions): Decision {
    if (this.#onDecision === undefined) return this.#decide(request, options);
    const began = performance.now();
    const decision = this.#decide(request, options);
    this.#tell(this.#onDecision, decision, request, Math.round((performance.now() - began) * 1_000));
    return decision;
  }

  #decide(request: Request, options: DecideOptions | undefined): Decision {
    return this.#usable()?.decide(request, options) ?? this.#unavailable;
  }

  /** Explains the decision on a request. Throws as an engine does, and `policies_unavailable`. */
  explain(request: Request): Explanation;
  explain(request: Request, options: { readonly reader: ExplanationReader }): string;
  explain(request: Request, options?: { readonly reader?: ExplanationReader }): Explanation | string {
    return this.#required().explain(request, options);
  }

  /** What may be decided while fields are not known. Throws as an engine does, and `policies_unavailable`. */
  preview(request: Request, options?: PreviewOptions): Preview {
    return this.#required().preview(request, options);
  }

  /** The possible effects of many requests. Throws as an engine does, and `policies_unavailable`. */
  previewMany(request: Request, options: PreviewManyOptions): PreviewCell[] {
    return this.#required().previewMany(request, options);
  }

  /** What remains once parts of requests are fixed, for a browser. Throws as an engine does, and `policies_unavailable`. */
  residual(known: Known, options?: PreviewOptions): Residual {
    return this.#required().residual(known, options);
  }

  /** The digest that approvals bind a request by. Throws as an engine does, and `policies_unavailable`. */
  requestDigest(request: Request): string {
    return this.#required().requestDigest(request);
  }

  /**
   * Whether tenants may know of a policy: it is one of theirs, or a public one of the platform. What stands in for one
   * of the platform's that does not load may be an earlier revision, of which that isn't known.
   */
  visible(id: string): boolean {
    return this.#visible.has(id) && this.#contained.get(id)?.tenant_id !== null;
  }

  /** Another one whenever decisions may be others: the policies have changed, or become too old. */
  get version(): number {
    return this.#usable() === undefined ? -1 : this.#version;
  }

  /** Looks for changes now. Rejects if that fails; what is known stays in force meanwhile. */
  refresh(): Promise<void> {
    return this.#closed ? Promise.reject(closed()) : this.#refresher.refresh();
  }

  /**
   * Makes sure that the policies were looked at in the last so many milliseconds: for hosts that stand still between
   * requests, where no timer runs.
   *
   * @throws PortcullisError `policies_unavailable` if that can't be.
   */
  async ensureFresh(maxAgeMs: number): Promise<void> {
    if (this.#age <= maxAgeMs) return;
    try {
      await this.refresh();
    } catch (error) {
      throw unavailable(error);
    }
  }

  /** How it is. `status` other than `unavailable` is what a readiness probe asks for. */
  health(): Health {
    const age = this.#age;
    const contained = [...this.#contained.values()];
    const lacksWatch = this.#source.watch !== undefined && !this.#watching;
    const degraded = contained.length > 0 || this.#failure !== null || lacksWatch;
    return {
      status: this.#usable() === undefined ? "unavailable" : degraded ? "degraded" : "ok",
      policy_set: this.#engine?.digest ?? null,
      age_ms: Number.isFinite(age) ? Math.round(age) : null,
      max_staleness_ms: this.#maxStaleness,
      watching: this.#watching,
      enforcement: this.enforcement,
      contained,
      failure: this.#failure,
      sink_failures: this.#sinkFailures,
    };
  }

  /** Stops watching, and gives the engine's memory back. Decisions after it are denied. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#watch?.close();
    await this.#refresher.close();
    this.#engine?.close();
    this.#engine = undefined;
    this.#version++;
    this.#watching = false;
  }

  /** Milliseconds since the policies were known to be what they are at their source. */
  get #age(): number {
    return this.#fresh?.age ?? Number.POSITIVE_INFINITY;
  }

  /** The engine, unless what it knows is too old. */
  #usable(): PolicyEngine | undefined {
    return this.#age > this.#maxStaleness ? undefined : this.#engine;
  }

  #required(): PolicyEngine {
    const engine = this.#usable();
    if (engine === undefined) throw this.#closed ? closed() : unavailable();
    return engine;
  }

  #tell(sink: DecisionSink, ...told: Parameters<DecisionSink>): void {
    try {
      const result = sink(...told);
      if (isThenable(result)) result.then(undefined, () => this.#sinkFailures++);
    } catch {
      this.#sinkFailures++;
    }
  }

  /** Looks for changes, for nobody in particular: how it went, health says. */
  #look(): void {
    this.#refresher.refresh().catch(() => undefined);
  }

  async #refresh(): Promise<void> {
    const began = new Moment();
    try {
      const change = this.#change;
      const changes = change === undefined ? undefined : await this.#source.changes(change);
      if (changes === undefined || !(await this.#takeOver(changes))) await this.#reload();
      this.#fresh = began;
      this.#failure = null;
    } catch (error) {
      // A database that comes back may be another one, which has forgotten changes or counts them anew.
      this.#change = undefined;
      this.#failure = failureOf(error);
      throw error;
    } finally {
      this.#teller?.tell(this.health());
    }
  }

  /** Takes a few changes over; false where there are more, for which a new engine takes less time. */
  async #takeOver({ change, replaced, removed }: PolicyChanges): Promise<boolean> {
    const engine = this.#engine;
    if (engine === undefined || replaced.length + removed.length > MOST_ONE_BY_ONE) return false;
    const checked: { policy: SourcePolicy; standIn: StandIn | undefined }[] = [];
    for (const policy of replaced) checked.push({ policy, standIn: await this.#container.check(policy) });
    const contained = new Map(this.#contained);
    const visible = new Set(this.#visible);
    try {
      // In one go: no decision comes in between.
      for (const { policy, standIn } of checked) {
        const text = standIn === undefined ? policy.text : standIn.text;
        if (text === undefined) engine.remove(policy.id);
        else engine.replace(text);
        if (standIn === undefined) contained.delete(policy.id);
        else contained.set(policy.id, standIn.contained);
        if (policy.visible) visible.add(policy.id);
        else visible.delete(policy.id);
      }
      for (const id of removed) {
        engine.remove(id);
        contained.delete(id);
        visible.delete(id);
      }
    } catch (error) {
      // A mix of two sets decides nothing; all is loaded anew.
      this.#fresh = undefined;
      throw error;
    } finally {
      this.#version++;
    }
    this.#contained = contained;
    this.#visible = visible;
    this.#change = change;
    this.#unavailable = deniedAsUnavailable(engine.digest);
    return true;
  }

  async #reload(): Promise<void> {
    const snapshot = await this.#source.load();
    const { engine, contained } = await this.#container.load(snapshot).catch((error) => {
      // The findings speak of the set as the engine was given it.
      if (!PolicySetError.is(error) || this.#source.place === undefined) throw error;
      throw new PolicySetError(this.#source.place(error.diagnostics));
    });
    if (this.#closed) return engine.close();
    const before = this.#engine;
    this.#engine = engine;
    this.#version++;
    this.#contained = contained;
    this.#visible = new Set(snapshot.visible ?? snapshot.policies.filter((p) => p.visible).map(({ id }) => id));
    this.#change = snapshot.change;
    this.#unavailable = deniedAsUnavailable(engine.digest);
    before?.close();
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === "function";
}

function checkedDuration(name: string, milliseconds: number): void {
  if (!Number.isFinite(milliseconds) || milliseconds <= 0) {
    throw invalid(`\`${name}\` is no number of milliseconds`, "Give a number above 0.");
  }
}

function invalid(message: string, remedy: string): PortcullisError {
  return new PortcullisError({ code: "invalid_argument", message, remedy, retryable: false });
}

function closed(): PortcullisError {
  const message = "the policy service is closed";
  return new PortcullisError({ code: "engine_closed", message, remedy: "Start a new one.", retryable: false });
}
