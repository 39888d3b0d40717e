// A core and all that is kept of what it said. Ends when its policies change or its instance fails.
import type { Decision } from "../types/generated/Decision.js";
import { ACTION, type Core, STRING, TENANT_ID } from "./core.js";
import { DecisionReader } from "./decision.js";
import { type ColdCore, engineFailure, guarded, type Instance } from "./instance.js";
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
  readonly #writer: Writer;
  readonly #reader: DecisionReader;
  /** The stage that no call is using. A call made by a getter of a request finds none and takes a new one. */
  #idle: Stage | undefined;
  #outAt: number;
  /** Words that the core's list of results holds without moving. */
  #outRoom = 256;

  constructor(hot: Core, instance: Instance) {
    const core = guarded(hot, instance);
    this.core = core;
    this.#hot = hot;
    this.#instance = instance;
    this.#nodes = new Nodes(core);
    this.#router = new Router(core, this.#nodes);
    this.#reader = new DecisionReader(core);
    this.#idle = new Stage(this.#nodes);
    this.#writer = new Writer(core, instance.glue.memory, this.#nodes);
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
    const stage = this.#idle ?? new Stage(this.#nodes);
    this.#idle = undefined;
    stage.begin(request);
    const { platform } = this.#router;
    let owner = platform;
    if (stage.tags[TENANT_ID] === STRING) {
      owner = this.#router.owner(stage.values[TENANT_ID] as string);
      const action = stage.tags[ACTION] === STRING ? this.#nodes.literal(ACTION, stage.values[ACTION] as string) : -1;
      if (action >= 0) this.#router.route(stage, owner, action);
    }
    // No code of the caller runs from here on.
    if (grants !== undefined) this.core.set_grants(grants.request, grants.grants);
    this.#writer.write(stage);
    const instance = this.#instance;
    // A call by one of the request's getters may have been its last.
    if (instance.inCore) throw engineFailure();
    instance.inCore = true;
    const length = this.#hot.decide(stage.pickCount, stage.stated);
    instance.inCore = false;
    if (length > this.#outRoom) {
      this.#outAt = this.core.out_ptr() >>> 2;
      this.#outRoom = length;
    }
    if (this.#writer.words.length === 0) this.#writer.refresh();
    const decision = this.#reader.read(this.#writer.words, this.#outAt, stage, owner.policySet);
    stage.end();
    this.#idle = stage;
    return decision;
  }
}
