// Routing: which policies a request must be asked about. The core knows; what it said is kept, within bounds.
import {
  AGENT,
  APP,
  BYTES,
  FALSE,
  FAULT,
  FIXED_NODES,
  MAX_NUMBER,
  NULL,
  NUMBER,
  PASSAGE,
  STRING,
  TENANT,
  TOOL,
  TRUE,
  WORKFLOW,
} from "./core.js";
import type { ColdCore } from "./instance.js";
import type { Nodes } from "./nodes.js";
import { isPassage, needsBytes, nodeOf, type Program, Programs } from "./program.js";
import type { Stage } from "./stage.js";
import { isArray, isLong, isWellFormed } from "./values.js";

/** The entity of each scope, and its id. */
const ENTITIES = [TENANT, APP, WORKFLOW, AGENT, TOOL] as const;
export const SCOPE_IDS = ENTITIES.map((entity) => entity + 1);
/** Longer ids are looked up anew each time. */
const MAX_KEPT_LENGTH = 256;
const MAX_KEPT = 65_536;
const NODE = ~(BYTES | PASSAGE);
const KIND_BOOL = 0;
const KIND_NUMBER = 1;

/** A read as plans keep it. */
function step(read: number): number {
  return (read & NODE) * 4 + ((read & PASSAGE) === 0 ? 0 : 2) + (read >>> 31);
}

/** What to read and where to go on for one bucket of policies and one action. */
export interface Plan extends Program {
  readonly bucket: number;
  /** The policies of the bucket itself, as the core takes them quickest. */
  readonly pick: number;
  /** The node whose value tells the part of the bucket to look at as well, or −1. */
  readonly split: number;
  readonly splitKind: number;
  /** The part for absent and ill-typed values. */
  readonly rest: number;
  /** The other parts, by value. Nothing where there is no split. */
  readonly children: Map<unknown, Plan | null> | null;
}

/** One, as mostly, is kept without its list: an object less to fetch. */
export type Plans = Plan | readonly Plan[];

/** What an owner's policies on one action are. */
export interface View {
  readonly owner: number;
  /** The digest of the policies that bind the owner. */
  readonly policySet: string;
  readonly global: Plans | null;
  /** A bit for each scope that has policies. */
  readonly scopes: number;
  /** By such a scope: the policies that a request concerns which does not state its entity. */
  readonly faults: readonly (Plans | null)[];
  /** By such a scope, then id. */
  readonly routes: readonly (Map<string, Plans> | null)[];
}

/** A tenant that owns policies, or the platform. */
export interface Owner {
  readonly number: number;
  readonly policySet: string;
  /** The buckets of global policies, then of all policies at each scope; plus 1, 0 for none. */
  readonly buckets: readonly number[];
  /** By action, once asked for. */
  readonly views: (View | undefined)[];
}

/** Finds the policies of requests, and has read what they need. */
export class Router {
  readonly platform: Owner;
  readonly #core: ColdCore;
  readonly #nodes: Nodes;
  readonly #actions: number;
  /** Whether any tenant owns policies. */
  readonly #hasTenants: boolean;
  /** By tenant; those that own nothing are the platform. */
  readonly #owners = new Map<string, Owner>();
  /** By action, then tenant: the owners' views, found at once. */
  readonly #views: readonly Map<string, View>[];
  /** By action, then bucket. */
  readonly #plans: readonly Map<number, Plan>[];
  readonly #programs: Programs;
  #kept = 0;

  constructor(core: ColdCore, nodes: Nodes) {
    this.#core = core;
    this.#nodes = nodes;
    this.#programs = new Programs(nodes);
    this.#actions = nodes.actions;
    this.#plans = Array.from({ length: this.#actions }, () => new Map<number, Plan>());
    this.#views = Array.from({ length: this.#actions }, () => new Map<string, View>());
    this.#hasTenants = core.owners() > 1;
    this.platform = this.#ownerOf(0, core.platform_set());
  }

  /** Whose policies bind a tenant: its own with the platform's, or those of the platform alone. */
  owner(tenantId: string): Owner {
    if (!this.#hasTenants) return this.platform;
    const known = this.#owners.get(tenantId);
    if (known !== undefined) return known;
    if (isLong(tenantId) || !isWellFormed(tenantId)) return this.platform;
    const number = this.#core.owner(tenantId);
    const owner = number === 0 ? this.platform : this.#ownerOf(number, this.#core.policy_set(tenantId));
    if (tenantId.length <= MAX_KEPT_LENGTH) {
      this.#keep();
      this.#owners.set(flat(tenantId), owner);
    }
    return owner;
  }

  /** The view of whose policies bind a tenant. */
  view(tenantId: string, action: number): View {
    if (!this.#hasTenants) return this.platformView(action);
    return this.#views[action]?.get(tenantId) ?? this.#newView(tenantId, action);
  }

  /** The view of the platform's own policies. */
  platformView(action: number): View {
    return this.platform.views[action] ?? this.#viewOf(this.platform, action);
  }

  /** Stages what the policies read that a request must be asked about, and picks their buckets. */
  stage(stage: Stage, owner: Owner, action: number): void {
    this.#stage(stage, this.platformView(action), action);
    if (owner !== this.platform) this.#stage(stage, this.#viewOf(owner, action), action);
  }

  #ownerOf(number: number, policySet: string): Owner {
    const buckets = Array.from(this.#core.owner_info(number));
    return { number, policySet, buckets, views: Array.from({ length: this.#actions }, () => undefined) };
  }

  #newView(tenantId: string, action: number): View {
    const view = this.#viewOf(this.owner(tenantId), action);
    if (this.#owners.has(tenantId)) this.#views[action]?.set(flat(tenantId), view);
    return view;
  }

  #viewOf(owner: Owner, action: number): View {
    const known = owner.views[action];
    if (known !== undefined) return known;
    const [global, ...faults] = owner.buckets.map((bucket) => (bucket === 0 ? null : this.#plan(bucket - 1, action)));
    const view = {
      owner: owner.number,
      policySet: owner.policySet,
      global: global ?? null,
      scopes: faults.reduce((bits, fault, scope) => (fault === null ? bits : bits | (1 << scope)), 0),
      faults,
      routes: faults.map((fault) => (fault === null ? null : new Map())),
    };
    owner.views[action] = view;
    return view;
  }

  #stage(stage: Stage, view: View, action: number): void {
    if (view.global !== null) this.#follow(stage, view.global, action, 0);
    for (let scope = 0; scope < ENTITIES.length; scope++) {
      const faults = view.faults[scope];
      if (faults === null || faults === undefined) continue;
      const entity = ENTITIES[scope] as number;
      if (stage.tags[entity + 1] === STRING) {
        const id = stage.values[entity + 1] as string;
        this.#follow(stage, view.routes[scope]?.get(id) ?? this.route(view, scope, id, action), action, 0);
      } else if (stage.tags[entity] !== NULL) {
        this.#follow(stage, faults, action, FAULT);
      }
    }
  }

  #follow(stage: Stage, plans: Plans, action: number, fault: number): void {
    for (const first of isArray(plans) ? plans : [plans as Plan]) {
      for (let plan: Plan | null = first; plan !== null; ) {
        for (const read of plan.reads) {
          if (isPassage(read)) stage.pass(nodeOf(read));
          else stage.read(nodeOf(read), needsBytes(read));
        }
        stage.pick((plan.bucket | fault) >>> 0);
        if (plan.children === null) break;
        const tag = stage.tags[plan.split] as number;
        const value = tag === NUMBER ? stage.numbers[plan.split] : stage.values[plan.split];
        plan = this.child(plan, plan.children, action, tag, value);
      }
    }
  }

  /** The part of a split bucket that a value belongs to. */
  child(plan: Plan, children: Map<unknown, Plan | null>, action: number, tag: number, given: unknown): Plan | null {
    const node = plan.split;
    let value: boolean | number | string;
    if (plan.splitKind === KIND_BOOL) {
      if (tag !== TRUE && tag !== FALSE) return this.#rest(plan, action);
      value = tag === TRUE;
    } else if (plan.splitKind === KIND_NUMBER) {
      const number = given as number;
      if (tag !== NUMBER || !(Math.abs(number) <= MAX_NUMBER)) return this.#rest(plan, action);
      value = number + 0;
    } else {
      if (tag !== STRING) return this.#rest(plan, action);
      value = given as string;
      // Parts are filed under literals of the node, so a string that is none of them has no part.
      if (this.#nodes.literal(node, value) < 0) {
        if (isLong(value) || !isWellFormed(value)) return this.#rest(plan, action);
        if (this.#nodes.interns(node)) return null;
      }
    }
    const known = children.get(value);
    if (known !== undefined) return known;
    const bucket = this.#core.child(plan.bucket, value);
    const child = bucket === 0 ? null : this.#plan(bucket - 1, action);
    if (typeof value !== "string" || value.length <= MAX_KEPT_LENGTH) {
      this.#keep();
      children.set(flat(value), child);
    }
    return child;
  }

  #rest(plan: Plan, action: number): Plan {
    return this.#plan(plan.rest, action);
  }

  /** The plans for an id that was not asked for yet. */
  route(view: View, scope: number, id: string, action: number): Plans {
    // The core refuses such a request, whatever its policies say.
    if (isLong(id) || !isWellFormed(id)) return [];
    const found = Array.from(this.#core.route(view.owner, scope, id), (bucket) => this.#plan(bucket, action));
    const [only] = found;
    const plans = only !== undefined && found.length === 1 ? only : found;
    if (id.length <= MAX_KEPT_LENGTH) {
      this.#keep();
      view.routes[scope]?.set(flat(id), plans);
    }
    return plans;
  }

  #plan(bucket: number, action: number): Plan {
    const plans = this.#plans[action] as Map<number, Plan>;
    let plan = plans.get(bucket);
    if (plan === undefined) {
      const words = this.#core.bucket(bucket, action);
      const split = (words[0] as number) - 1;
      // What is fixed has been read by the time a plan is followed.
      const reads = Array.from(words.subarray(4), step).filter(
        (read) => !isPassage(read) || nodeOf(read) >= FIXED_NODES,
      );
      const program = this.#programs.of(reads);
      // What each decision needs comes first, so that it lies together. A copy by spreading would be slow to read.
      plan = {
        code: program.code,
        fixedReads: program.fixedReads,
        pick: words[3] === 0 ? bucket : (words[3] as number),
        children: split < 0 ? null : new Map(),
        bucket,
        split,
        splitKind: words[1] as number,
        rest: words[2] as number,
        reads: program.reads,
      };
      this.#keep();
      plans.set(bucket, plan);
    }
    return plan;
  }

  /** Before something is kept: forgets everything once that is too much. */
  #keep(): void {
    if (++this.#kept <= MAX_KEPT) return;
    this.#kept = 1;
    this.#owners.clear();
    for (const views of this.#views) views.clear();
    this.#programs.clear();
    this.platform.views.fill(undefined);
    for (const plans of this.#plans) {
      // Plans that are in use keep their parts, which must let go of theirs.
      for (const plan of plans.values()) plan.children?.clear();
      plans.clear();
    }
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A copy of a string that keeps no larger text alive, as a slice of it would. */
function flat<T>(value: T): T {
  return typeof value === "string" ? (decoder.decode(encoder.encode(value)) as T) : value;
}
