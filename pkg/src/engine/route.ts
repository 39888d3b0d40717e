// Routing: which policies a request must be asked about. The core knows; what it said is kept, within bounds.
import { BYTES, FALSE, FAULT, FIXED_NODES, MAX_NUMBER, NULL, NUMBER, PASSAGE, STRING, TRUE } from "./core.js";
import type { ColdCore } from "./instance.js";
import type { Nodes } from "./nodes.js";
import { isPassage, needsBytes, nodeOf, type Program, programOf } from "./program.js";
import type { Stage } from "./stage.js";
import { isArray, isLong, isWellFormed } from "./values.js";

/** The entity of each scope: tenant, app, workflow, agent, tool. Its id is the node behind it. */
const ENTITIES = [3, 5, 9, 11, 13] as const;
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
export interface Plan {
  readonly bucket: number;
  /** The policies of the bucket itself, as the core takes them quickest. */
  readonly pick: number;
  readonly program: Program;
  /** The node whose value tells the part of the bucket to look at as well, or −1. */
  readonly split: number;
  readonly splitKind: number;
  /** The part for absent and ill-typed values. */
  readonly rest: number;
  /** The other parts, by value. Nothing where there is no split. */
  readonly children: Map<unknown, Plan | null> | null;
}

/** What an owner's policies on one action are. */
export interface View {
  readonly global: readonly Plan[];
  /** By scope: the policies that a request concerns which does not state its entity; nothing where there are none. */
  readonly faults: readonly (readonly Plan[] | undefined)[];
  /** By scope, then id. */
  readonly routes: readonly Map<string, Plan | readonly Plan[]>[];
}

/** A tenant that owns policies, or the platform. */
export interface Owner {
  readonly number: number;
  /** The digest of the policies that bind it. */
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
  /** By action, then bucket. */
  readonly #plans: readonly Map<number, Plan>[];
  /** Each program once: buckets of tools that are alike read alike. */
  readonly #programs = new Map<string, Program>();
  #kept = 0;

  constructor(core: ColdCore, nodes: Nodes) {
    this.#core = core;
    this.#nodes = nodes;
    this.#actions = nodes.actions;
    this.#plans = Array.from({ length: this.#actions }, () => new Map<number, Plan>());
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

  /** Stages what the policies read that a request must be asked about, and picks their buckets. */
  stage(stage: Stage, owner: Owner, action: number): void {
    this.#ofOwner(stage, this.platform, action);
    if (owner !== this.platform) this.#ofOwner(stage, owner, action);
  }

  #ownerOf(number: number, policySet: string): Owner {
    const buckets = Array.from(this.#core.owner_info(number));
    return { number, policySet, buckets, views: Array.from({ length: this.#actions }, () => undefined) };
  }

  /** The view of an action that was not asked for yet. */
  viewOf(owner: Owner, action: number): View {
    const plans = (bucket: number) => (bucket === 0 ? [] : [this.#plan(bucket - 1, action)]);
    const [global = 0, ...scopes] = owner.buckets;
    const view = {
      global: plans(global),
      faults: scopes.map((all) => (all === 0 ? undefined : plans(all))),
      routes: ENTITIES.map(() => new Map()),
    };
    owner.views[action] = view;
    return view;
  }

  #ofOwner(stage: Stage, owner: Owner, action: number): void {
    const view = owner.views[action] ?? this.viewOf(owner, action);
    this.#follow(stage, view.global, action, 0);
    for (let scope = 0; scope < ENTITIES.length; scope++) {
      const faults = view.faults[scope];
      if (faults === undefined) continue;
      const entity = ENTITIES[scope] as number;
      if (stage.tags[entity + 1] === STRING) {
        const id = stage.values[entity + 1] as string;
        const known = view.routes[scope]?.get(id) ?? this.route(owner, view, scope, id, action);
        this.#follow(stage, isArray(known) ? known : [known as Plan], action, 0);
      } else if (stage.tags[entity] !== NULL) {
        this.#follow(stage, faults, action, FAULT);
      }
    }
  }

  #follow(stage: Stage, plans: readonly Plan[], action: number, fault: number): void {
    for (let i = 0; i < plans.length; i++) {
      for (let plan: Plan | null = plans[i] as Plan; plan !== null; ) {
        const { reads } = plan.program;
        for (const read of reads) {
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
  route(owner: Owner, view: View, scope: number, id: string, action: number): Plan | readonly Plan[] {
    // The core refuses such a request, whatever its policies say.
    if (isLong(id) || !isWellFormed(id)) return [];
    const found = Array.from(this.#core.route(owner.number, scope, id), (bucket) => this.#plan(bucket, action));
    // One, as mostly, is kept without its list: an object less to fetch.
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
      plan = {
        bucket,
        pick: words[3] === 0 ? bucket : (words[3] as number),
        // What is fixed has been read by the time a plan is followed.
        program: this.#program(
          Array.from(words.subarray(4), step).filter((read) => !isPassage(read) || nodeOf(read) >= FIXED_NODES),
        ),
        split,
        splitKind: words[1] as number,
        rest: words[2] as number,
        children: split < 0 ? null : new Map(),
      };
      this.#keep();
      plans.set(bucket, plan);
    }
    return plan;
  }

  #program(reads: readonly number[]): Program {
    const key = reads.join();
    let program = this.#programs.get(key);
    if (program === undefined) {
      program = programOf(reads, this.#nodes);
      this.#programs.set(key, program);
    }
    return program;
  }

  /** Before something is kept: forgets everything once that is too much. */
  #keep(): void {
    if (++this.#kept <= MAX_KEPT) return;
    this.#kept = 1;
    this.#owners.clear();
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
