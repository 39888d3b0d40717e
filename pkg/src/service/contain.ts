// Containment: a stored policy that does not load harms itself alone.
import type { PolicyEngine } from "../engine/engine.js";
import { PolicySetError } from "../engine/errors.js";
import type { Validate } from "../engine/validate.js";
import type { Catalogue } from "../types/generated/Catalogue.js";
import type { Diagnostic } from "../types/generated/Diagnostic.js";
import type { Policy } from "../types/generated/Policy.js";
import type { PolicySnapshot, PolicySource, SourcePolicy } from "./source.js";

/** The engine's class and its validation, as an entry point has them. */
export interface EngineKit {
  readonly PolicyEngine: typeof PolicyEngine;
  readonly validate: Validate;
}

/** A stored policy that does not load, and what stands in for it. */
export interface ContainedPolicy {
  readonly policy_id: string;
  /** The owner; `null` is the platform. */
  readonly tenant_id: string | null;
  readonly revision: number;
  /**
   * `earlier_revision`: its own last good one is in force. `denies_covered`: all that it covers is denied.
   * `denies_owner`: all requests of its owner are, every request if that is the platform. `left_out`: it is switched
   * off or in shadow, and decides nothing anyway.
   */
  readonly instead: "earlier_revision" | "denies_covered" | "denies_owner" | "left_out";
  /** The revision in force, if one is. */
  readonly in_force: number | null;
  /** Why it does not load. */
  readonly diagnostics: readonly Diagnostic[];
}

/** What stands in for a policy; no text where it is left out. */
export interface StandIn {
  readonly text: string | undefined;
  readonly contained: ContainedPolicy;
}

/** A set, loaded with what stands in for its broken policies. */
export interface Loaded {
  readonly engine: PolicyEngine;
  readonly contained: ReadonlyMap<string, ContainedPolicy>;
}

/** Revisions that are looked through for one that loads. */
const MOST_EARLIER = 200;
/** Milliseconds between two turns of the event loop, where policies are checked one by one. */
const SLICE = 8;

/** Loads sets and checks policies, each with the catalogue. */
export class Container {
  readonly #kit: EngineKit;
  readonly #source: PolicySource;
  readonly #catalogue: string | Catalogue | null | undefined;

  constructor(kit: EngineKit, source: PolicySource, catalogue: string | Catalogue | null | undefined) {
    this.#kit = kit;
    this.#source = source;
    this.#catalogue = catalogue;
  }

  /**
   * Loads a set; policies that do not are contained.
   *
   * @throws PolicySetError if the catalogue does not load, or if the source keeps nothing earlier to go back to.
   */
  async load({ policies, catalogue = this.#catalogue }: PolicySnapshot): Promise<Loaded> {
    const { PolicyEngine } = this.#kit;
    const loads = (texts: readonly string[]) => PolicyEngine.load({ policies: texts, catalogue });
    const contained = new Map<string, ContainedPolicy>();
    let suspects: ReadonlySet<number> | undefined;
    try {
      return { engine: await loads(policies.map(({ text }) => text)), contained };
    } catch (error) {
      if (!PolicySetError.is(error) || this.#source.earlier === undefined) throw error;
      // With a catalogue that does not load, no policy would.
      if (error.diagnostics.some(({ pointer }) => pointer.startsWith("/catalogue"))) throw error;
      suspects = named(error.diagnostics);
    }
    const texts: string[] = [];
    let end = performance.now() + SLICE;
    for (const [i, policy] of policies.entries()) {
      const standIn = suspects?.has(i) === false ? undefined : await this.check(policy);
      const text = standIn === undefined ? policy.text : standIn.text;
      if (text !== undefined) texts.push(text);
      if (standIn !== undefined) contained.set(policy.id, standIn.contained);
      if (performance.now() < end) continue;
      await new Promise(setImmediate);
      end = performance.now() + SLICE;
    }
    return { engine: await loads(texts), contained };
  }

  /** What stands in for a policy; nothing if it is good. */
  async check(policy: SourcePolicy): Promise<StandIn | undefined> {
    const diagnostics = this.#errors(policy.text);
    if (diagnostics.length === 0) return undefined;
    const { id: policy_id, revision } = policy;
    const row = JSON.parse(policy.text) as Policy;
    const tenant_id = row.tenant_id ?? null;
    const contained = (instead: ContainedPolicy["instead"], in_force: number | null = null) => {
      return { policy_id, tenant_id, revision, instead, in_force, diagnostics };
    };
    if (!decides(row)) return { text: undefined, contained: contained("left_out") };
    const good = await this.#lastGood(policy);
    if (good !== undefined) return { text: good.text, contained: contained("earlier_revision", good.revision) };
    const narrow = denying(row, { target: row.rule_expr?.target, actions: row.rule_expr?.actions });
    if (this.#errors(narrow).length === 0) return { text: narrow, contained: contained("denies_covered") };
    return { text: denying({ ...row, scope: "global" }, {}), contained: contained("denies_owner") };
  }

  /** The last revision that loads, if it was one that decided: what was switched off was not in force. */
  async #lastGood({ id, revision }: SourcePolicy): Promise<SourcePolicy | undefined> {
    let looked = 0;
    for await (const earlier of this.#source.earlier?.(id, revision) ?? []) {
      if (this.#errors(earlier.text).length === 0) return decides(JSON.parse(earlier.text)) ? earlier : undefined;
      if (++looked === MOST_EARLIER) return undefined;
    }
    return undefined;
  }

  #errors(text: string): readonly Diagnostic[] {
    const { diagnostics } = this.#kit.validate([text], this.#catalogue ?? null);
    return diagnostics.filter(({ severity }) => severity === "error");
  }
}

/** The places of policies with errors, where each error names one: a text that can't be read shifts those after it. */
function named(diagnostics: readonly Diagnostic[]): ReadonlySet<number> | undefined {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const places = errors.map(({ pointer }) => /^\/(\d+)/.exec(pointer)?.[1]);
  return places.every((place) => place !== undefined) ? new Set(places.map(Number)) : undefined;
}

function decides({ enabled, enforcement }: Policy): boolean {
  return enabled !== false && enforcement !== "shadow";
}

/** A deny in the place of a policy that can't be read. */
function denying({ id, scope, tenant_id }: Policy, covers: object): string {
  return JSON.stringify({
    id,
    name: "a policy that can't be read",
    scope,
    effect: "deny",
    tenant_id,
    rule_expr: {
      ...covers,
      message: "A policy that covers this can't be read, so it does not go ahead.",
      remedy: "Ask the people who run this platform to repair the policy.",
    },
  });
}
