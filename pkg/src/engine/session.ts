// A core and all that is kept of what it said. Ends when its policies change or its instance fails.
import type { Decision } from "../types/generated/Decision.js";
import { ACTION, type Core, STRING, TENANT_ID } from "./core.js";
import { DecisionReader, MOVED } from "./decision.js";
import { encodeDeep } from "./deep.js";
import { Direct } from "./direct.js";
import { type ColdCore, engineFailure, guarded, type Instance } from "./instance.js";
import { Memory } from "./memory.js";
import { Nodes } from "./nodes.js";
import { Router } from "./route.js";
import { Stage } from "./stage.js";
import { Writer } from "./write.js";

/** The grants for one decision: the request as a deep value, and the grants as JSON. */
export interface BoundGrants {
  readonly request: Uint8Array;
  readonly grants: string;
}

/** Decides with one core. */
export class Session {
  readonly core: ColdCore;
  readonly #hot: Core;
  readonly #instance: Instance;
  readonly #nodes: Nodes;
  readonly #router: Router;
  readonly #memory: Memory;
  readonly #direct: Direct;
  readonly #writer: Writer;
  readonly #reader: DecisionReader;
  /** The stage that no call is using. A call made by a getter of a request finds none and takes a new one. */
  #idle: Stage | undefined;
  /** Whether a request is being read: who calls now is one of its getters. */
  #reading = false;
  #outAt: number;

  constructor(hot: Core, instance: Instance) {
    const core = guarded(hot, instance);
    this.core = core;
    this.#hot = hot;
    this.#instance = instance;
    this.#nodes = new Nodes(core);
    this.#router = new Router(core, this.#nodes);
    this.#memory = new Memory(core, instance, this.#nodes);
    this.#reader = new DecisionReader(core, this.#memory);
    this.#direct = new Direct(this.#memory, this.#nodes, this.#router);
    this.#idle = new Stage(this.#nodes);
    this.#writer = new Writer(this.#memory, this.#nodes);
    this.#outAt = core.out_ptr() >>> 2;
  }

  /** The digest of the platform's policies. */
  get platformSet(): string {
    return this.#router.platform.policySet;
  }

  /** Whether the core may still be called. */
  get usable(): boolean {
    return !this.#instance.inCore;
  }

  /** Gives the core's memory back. */
  free(): void {
    if (this.usable) this.#hot.free();
  }

  /** The same policies changed: what was kept of them is forgotten. */
  renewed(): Session {
    return new Session(this.#hot, this.#instance);
  }

  /** Throws only where the core fails. */
  decide(request: unknown, grants?: BoundGrants): Decision {
    // A getter of another request asks, which will be read anew.
    if (this.#reading) return this.#decideStaged(request, grants);
    const direct = this.#direct;
    const memory = this.#memory;
    let ordinary = false;
    this.#reading = true;
    try {
      ordinary = direct.read(request);
    } catch {}
    if (!ordinary) {
      try {
        return this.#decideStaged(request, grants);
      } finally {
        this.#reading = false;
      }
    }
    this.#reading = false;
    const outcome = this.#call(direct.picked, direct.stated, grants);
    return this.#reader.read(outcome, memory.words, this.#outAt, direct.values, direct.policySet);
  }

  /** Decides by a residual, in the core as a whole. Throws only where the core fails. */
  decideByResidual(request: unknown, grants: string): Decision {
    return this.core.decide_by_residual(encodeDeep(request, { capped: false }), grants) as Decision;
  }

  /** The long way, for whatever a request is. */
  #decideStaged(request: unknown, grants?: BoundGrants): Decision {
    const stage = this.#idle ?? new Stage(this.#nodes);
    this.#idle = undefined;
    stage.begin(request);
    const { platform } = this.#router;
    let owner = platform;
    if (stage.tags[TENANT_ID] === STRING) {
      owner = this.#router.owner(stage.values[TENANT_ID] as string);
      const action = stage.tags[ACTION] === STRING ? this.#nodes.literal(ACTION, stage.values[ACTION] as string) : -1;
      if (action >= 0) this.#router.stage(stage, owner, action);
    }
    // No code of the caller runs from here on.
    this.#writer.write(stage);
    const outcome = this.#call(stage.pickCount, 0, grants);
    const decision = this.#reader.read(outcome, this.#memory.words, this.#outAt, stage.values, owner.policySet);
    stage.end();
    this.#idle = stage;
    return decision;
  }

  /** Has the core decide what is written. */
  #call(picked: number, stated: number, grants: BoundGrants | undefined): number {
    const instance = this.#instance;
    if (grants !== undefined) this.core.set_grants(grants.request, grants.grants);
    // A call by one of the request's getters may have been its last.
    if (instance.inCore) throw engineFailure();
    instance.inCore = true;
    instance.calls++;
    const outcome = this.#hot.decide(picked, stated);
    instance.inCore = false;
    if ((outcome & MOVED) !== 0) this.#outAt = this.core.out_ptr() >>> 2;
    this.#memory.revive();
    return outcome;
  }
}
