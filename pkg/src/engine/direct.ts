// The quick way of ordinary requests: objects as `JSON.parse` makes them, with every entity `null` or an object with a
// string id. What policies need is written while it is read, and nothing is staged. Whatever is out of the ordinary ends
// the attempt; the stage then reads the request anew, from its beginning.
import {
  ACTION,
  AGENT,
  APP,
  ARRAY,
  BLOCKED,
  COMMON,
  FALSE,
  INTERNED,
  MAX_NUMBER,
  MISSING,
  NOW,
  NULL,
  NUMBER,
  OBJECT,
  OTHER_STRING,
  ROOT,
  RUN,
  RUN_MODE,
  STRING,
  TENANT,
  TOOL,
  TRUE,
  UNSUPPORTED,
  USER,
  WORKFLOW,
} from "./core.js";
import { CELL, type Memory } from "./memory.js";
import { type Nodes, zeros } from "./nodes.js";
import { isOrdinary, nothingIsInherited, type Plain, RequestNames } from "./ordinary.js";
import { type Group, needsBytes, nodeOf, type Slot } from "./program.js";
import type { Owner, Plan, Router, View } from "./route.js";
import { isArray, isOwn, isWellFormed, SURELY_SHORT } from "./values.js";

/** Among more names of an object each is asked for by itself, by the stage. */
const FEW_NAMES = 64;
/** Longer arrays are left to the stage, which knows their caps. */
const FEW_ELEMENTS = 256;
/** Longer elements are, too. */
const SHORT_ELEMENT = 1_024;

/** The fixed part of one request, each value read once. */
interface Parts {
  readonly request: Plain;
  readonly tenant: Plain;
  readonly app: Plain | null;
  readonly user: Plain | null;
  readonly workflow: Plain | null;
  readonly agent: Plain | null;
  readonly tool: Plain | null;
  readonly run: Plain | null;
  readonly tenantId: string;
  readonly appId: string | null;
  readonly userId: string | null;
  readonly workflowId: string | null;
  readonly agentId: string | null;
  readonly toolId: string | null;
  readonly runId: string | null;
  readonly rootId: unknown;
}

/** Reads ordinary requests. */
export class Direct {
  /** Of the last request: how many buckets were picked, whose policies they are, and which entities are no `null`. */
  picked = 0;
  stated = 0;
  owner: Owner;
  /** By node: what may be asked for again: ids that policies read, objects, arrays, strings that are no literals. */
  readonly values: unknown[];
  readonly #memory: Memory;
  readonly #nodes: Nodes;
  readonly #router: Router;
  readonly #names = new RequestNames();
  /** By node: the turn that read it last; of elements, whether in full. */
  readonly #read: number[];
  readonly #full: number[];
  #turn = 0;

  constructor(memory: Memory, nodes: Nodes, router: Router) {
    this.#memory = memory;
    this.#nodes = nodes;
    this.#router = router;
    this.owner = router.platform;
    this.values = Array.from({ length: nodes.count }, () => undefined);
    this.#read = zeros(nodes.count);
    this.#full = zeros(nodes.count);
  }

  /** Whether a request was ordinary and is written. Throws what the request's own code throws. */
  read(request: unknown): boolean {
    this.#turn++;
    if (!isOrdinary(request) || !nothingIsInherited() || !this.#names.hold(request)) return false;
    const { action, now, tenant, app, user, workflow, agent, tool, run } = request;
    const tenantId = idOf(tenant);
    const appId = idOf(app);
    const userId = idOf(user);
    const workflowId = idOf(workflow);
    const agentId = idOf(agent);
    const toolId = idOf(tool);
    if (
      typeof action !== "string" ||
      typeof now !== "number" ||
      typeof tenantId !== "string" ||
      tenantId.length === 0 ||
      appId === undefined ||
      userId === undefined ||
      workflowId === undefined ||
      agentId === undefined ||
      toolId === undefined
    ) {
      return false;
    }
    let runId: unknown = null;
    let mode: unknown;
    let rootId: unknown;
    if (run !== null) {
      if (!isOrdinary(run)) return false;
      for (const name in run) {
        if (name === "id") runId = run[name];
        else if (name === "mode") mode = run[name];
        else if (name === "root_id") rootId = run[name];
      }
      if (!isId(runId)) return false;
    }
    const actionNumber = this.#nodes.literal(ACTION, action);
    if (actionNumber < 0) return false;
    const memory = this.#memory;
    memory.begin();
    const { words, doubles, frame } = memory;
    words[frame + ACTION * CELL] = INTERNED;
    words[frame + ACTION * CELL + 2] = actionNumber;
    words[frame + NOW * CELL] = NUMBER;
    doubles[(frame + NOW * CELL + 2) >>> 1] = now;
    words[frame + RUN * CELL] = run === null ? NULL : OBJECT;
    words[frame + RUN_MODE * CELL] = MISSING;
    if (mode !== undefined) {
      const literal = typeof mode === "string" ? this.#nodes.literal(RUN_MODE, mode) : -1;
      if (literal < 0) return false;
      words[frame + RUN_MODE * CELL] = INTERNED;
      words[frame + RUN_MODE * CELL + 2] = literal;
    }
    this.picked = 0;
    this.stated =
      (COMMON |
        1 |
        (appId === null ? 0 : 2) |
        (userId === null ? 0 : 4) |
        (workflowId === null ? 0 : 8) |
        (agentId === null ? 0 : 16) |
        (toolId === null ? 0 : 32) |
        (run === null ? 0 : 64)) >>>
      0;
    const parts = {
      request,
      tenant,
      app,
      user,
      workflow,
      agent,
      tool,
      run,
      tenantId,
      appId,
      userId,
      workflowId,
      agentId,
      toolId,
      runId,
      rootId,
    } as Parts;
    const { platform } = this.#router;
    const owner = this.#router.owner(tenantId);
    this.owner = owner;
    if (!this.#owned(platform, parts, actionNumber)) return false;
    if (owner !== platform && !this.#owned(owner, parts, actionNumber)) return false;
    return true;
  }

  /** Reads what the policies of an owner need, and picks them. */
  #owned(owner: Owner, parts: Parts, action: number): boolean {
    const view = owner.views[action] ?? this.#router.viewOf(owner, action);
    const { faults } = view;
    return (
      this.#follow(view.global, parts, action) &&
      (faults[0] === undefined || this.#scope(owner, view, 0, parts.tenantId, parts, action)) &&
      (faults[1] === undefined || this.#scope(owner, view, 1, parts.appId, parts, action)) &&
      (faults[2] === undefined || this.#scope(owner, view, 2, parts.workflowId, parts, action)) &&
      (faults[3] === undefined || this.#scope(owner, view, 3, parts.agentId, parts, action)) &&
      (faults[4] === undefined || this.#scope(owner, view, 4, parts.toolId, parts, action))
    );
  }

  #scope(owner: Owner, view: View, scope: number, id: string | null, parts: Parts, action: number): boolean {
    if (id === null) return true;
    const known = (view.routes[scope] as Map<string, Plan | readonly Plan[]>).get(id);
    const plans = known ?? this.#router.route(owner, view, scope, id, action);
    return isArray(plans) ? this.#follow(plans, parts, action) : this.#take(plans as Plan, parts, action);
  }

  #follow(plans: readonly Plan[], parts: Parts, action: number): boolean {
    for (let i = 0; i < plans.length; i++) if (!this.#take(plans[i] as Plan, parts, action)) return false;
    return true;
  }

  #take(first: Plan, parts: Parts, action: number): boolean {
    const memory = this.#memory;
    for (let plan: Plan | null = first; plan !== null; ) {
      const { groups, fixed } = plan.program;
      if (groups === null || this.picked >= memory.pickRoom) return false;
      // The core may have been asked for the plan.
      memory.revive();
      for (let f = 0; f < fixed.length; f++) if (!this.#fixed(fixed[f] as number, parts)) return false;
      for (let g = 0; g < groups.length; g++) {
        const group = groups[g] as Group;
        if (!this.#group(group, objectAt(parts, group.parent), MISSING)) return false;
      }
      memory.revive();
      memory.words[memory.picks + this.picked++] = plan.pick;
      plan = plan.children === null ? null : this.#child(plan, plan.children, action);
    }
    return true;
  }

  /** The part of a split bucket for the value in its cell. */
  #child(plan: Plan, children: Map<unknown, Plan | null>, action: number): Plan | null {
    const { words, doubles, frame } = this.#memory;
    const node = plan.split;
    const at = frame + node * CELL;
    const tag = words[at] as number;
    const value =
      tag === NUMBER
        ? doubles[(at + 2) >>> 1]
        : tag === INTERNED
          ? this.#nodes.text(node, words[at + 2] as number)
          : this.values[node];
    return this.#router.child(plan, children, action, tag === INTERNED || tag === OTHER_STRING ? STRING : tag, value);
  }

  /** Writes a node of the fixed part, unless it is one that is always written. */
  #fixed(read: number, parts: Parts): boolean {
    const node = nodeOf(read);
    if (node === ACTION || node === NOW || node === RUN || node === RUN_MODE) return true;
    if (this.#read[node] === this.#turn) return this.#again(node, needsBytes(read));
    this.#read[node] = this.#turn;
    const isEntity = node < RUN_MODE && (node & 1) === 1;
    const value = node === ROOT || isEntity ? objectAt(parts, node) : textAt(parts, node);
    const { words, frame } = this.#memory;
    const at = frame + node * CELL;
    if (value === null || value === undefined) words[at] = value === null && isEntity ? NULL : MISSING;
    else if (node === ROOT || isEntity) words[at] = OBJECT;
    else {
      // A limit may be counted by it.
      this.values[node] = value;
      return isId(value) && this.#string(at, node, value, needsBytes(read));
    }
    return true;
  }

  /** The members of an object that policies need; where there is none, they have the tag that is given. */
  #group({ keys, slots }: Group, object: Plain | null, otherwise: number): boolean {
    const { length } = keys;
    const turn = this.#turn;
    const memory = this.#memory;
    memory.revive();
    let left = 0;
    for (let i = 0; i < length; i++) {
      const slot = slots[i] as Slot;
      if (this.#read[slot.node] === turn) {
        if (!this.#more(slot)) return false;
        memory.revive();
      } else {
        left |= 1 << i;
        this.#read[slot.node] = turn;
        memory.words[memory.frame + slot.node * CELL] = otherwise;
      }
    }
    if (object !== null) {
      let names = 0;
      for (const name in object) {
        if (left === 0) return true;
        if (++names > FEW_NAMES) return false;
        for (let i = 0; i < length; i++) {
          if (keys[i] !== name) continue;
          if ((left & (1 << i)) === 0) break;
          left &= ~(1 << i);
          if (!this.#value(slots[i] as Slot, object[name])) return false;
          break;
        }
      }
    }
    for (let i = 0; left !== 0; i++, left >>>= 1) {
      const below = (left & 1) === 0 ? null : (slots[i] as Slot).below;
      if (below !== null && !this.#group(below, null, otherwise)) return false;
    }
    return true;
  }

  #value(slot: Slot, value: unknown): boolean {
    const { node, below } = slot;
    const memory = this.#memory;
    memory.revive();
    const { words, doubles, frame } = memory;
    const at = frame + node * CELL;
    if (typeof value === "string") {
      if (value.length >= SURELY_SHORT || !this.#string(at, node, value, slot.bytes)) return false;
    } else if (typeof value === "number") {
      words[at] = NUMBER;
      doubles[(at + 2) >>> 1] = value;
      if (below !== null && !(Math.abs(value) <= MAX_NUMBER)) return false;
    } else if (value === undefined || value === null) {
      words[at] = value === null ? NULL : MISSING;
      return below === null || this.#group(below, null, MISSING);
    } else if (value === true) words[at] = TRUE;
    else if (value === false) words[at] = FALSE;
    else if (isArray(value)) return this.#array(slot, value);
    else if (isOrdinary(value)) {
      memory.revive();
      memory.words[memory.frame + node * CELL] = OBJECT;
      this.values[node] = value;
      return below === null || this.#group(below, value, MISSING);
    } else return false;
    return below === null || this.#group(below, null, BLOCKED);
  }

  /** What other policies need of a value that was read. */
  #more(slot: Slot): boolean {
    const { node, below, bytes, elements, elementsBytes } = slot;
    const tag = this.#memory.words[this.#memory.frame + node * CELL] as number;
    if (!this.#again(node, bytes)) return false;
    if (elements >= 0 && tag === ARRAY) {
      if (this.#read[elements] !== this.#turn) {
        if (!this.#elements(node, elements, elementsBytes, this.values[node] as unknown[])) return false;
      } else if (elementsBytes > (this.#full[elements] as number)) return false;
    }
    if (below === null) return true;
    if (tag === OBJECT) return this.#group(below, this.values[node] as Plain, MISSING);
    // What the stage would say of members of an odd number is its own.
    if (tag === NUMBER) return false;
    return this.#group(below, null, tag === MISSING || tag === NULL ? MISSING : BLOCKED);
  }

  /** A string that was written for other policies, which may not have needed it in full. */
  #again(node: number, bytes: number): boolean {
    const at = this.#memory.frame + node * CELL;
    if (bytes === 0 || this.#memory.words[at] !== OTHER_STRING) return true;
    return this.#string(at, node, this.values[node] as string, 1);
  }

  #string(at: number, node: number, text: string, bytes: number): boolean {
    const memory = this.#memory;
    if (bytes !== 0 && !memory.fits(text)) return false;
    memory.string(at, node, text, bytes);
    const tag = memory.words[at] as number;
    if (tag === INTERNED) return true;
    this.values[node] = text;
    return tag === STRING || tag === OTHER_STRING;
  }

  #array(slot: Slot, array: readonly unknown[]): boolean {
    const { node, below, elements, elementsBytes } = slot;
    const { length } = array;
    const memory = this.#memory;
    memory.revive();
    const { words } = memory;
    const at = memory.frame + node * CELL;
    // The length of a proxy is whatever it says.
    if (length >>> 0 !== length || length > FEW_ELEMENTS) return false;
    words[at] = ARRAY;
    words[at + 1] = length;
    this.values[node] = array;
    if (elements >= 0 && !this.#elements(node, elements, elementsBytes, array)) return false;
    return below === null || this.#group(below, null, BLOCKED);
  }

  /** The elements of the array at a node, where all are scalars. */
  #elements(of: number, node: number, bytes: number, array: readonly unknown[]): boolean {
    const memory = this.#memory;
    const { next: first } = memory;
    const place = memory.frame + of * CELL;
    const length = memory.words[place + 1] as number;
    if (first + length > memory.cellRoom || length > (this.#nodes.max[node] as number)) return false;
    this.#read[node] = this.#turn;
    this.#full[node] = bytes;
    memory.next = first + length;
    memory.words[place + 2] = first;
    for (let i = 0; i < length; i++) {
      const value = array[i];
      if (value === undefined || !isOwn.call(array, i)) return false;
      memory.revive();
      const { words, doubles } = memory;
      const at = memory.frame + (first + i) * CELL;
      if (typeof value === "string") {
        if (value.length > SHORT_ELEMENT || (bytes !== 0 && !memory.fits(value))) return false;
        memory.string(at, node, value, bytes);
        if (words[at] === UNSUPPORTED) return false;
      } else if (typeof value === "number") {
        words[at] = NUMBER;
        doubles[(at + 2) >>> 1] = value;
      } else if (value === null) words[at] = NULL;
      else if (value === true) words[at] = TRUE;
      else if (value === false) words[at] = FALSE;
      else return false;
    }
    return true;
  }
}

function isId(id: unknown): id is string {
  return typeof id === "string" && id.length < SURELY_SHORT && isWellFormed(id);
}

/** The id of an entity, or `null`; nothing where either is out of the ordinary. */
function idOf(entity: unknown): string | null | undefined {
  if (entity === null) return null;
  if (typeof entity !== "object") return undefined;
  // Read first: engines then know the object's shape, and with it the prototype.
  const { id } = entity as Plain;
  if (!isOrdinary(entity)) return undefined;
  for (const name in entity) if (name === "id") return isId(id) ? id : undefined;
  return undefined;
}

function objectAt(parts: Parts, node: number): Plain | null {
  switch (node) {
    case TENANT:
      return parts.tenant;
    case APP:
      return parts.app;
    case USER:
      return parts.user;
    case WORKFLOW:
      return parts.workflow;
    case AGENT:
      return parts.agent;
    case TOOL:
      return parts.tool;
    case RUN:
      return parts.run;
    default:
      return parts.request;
  }
}

/** An id, or the run's root. */
function textAt(parts: Parts, node: number): unknown {
  switch (node - 1) {
    case TENANT:
      return parts.tenantId;
    case APP:
      return parts.appId;
    case USER:
      return parts.userId;
    case WORKFLOW:
      return parts.workflowId;
    case AGENT:
      return parts.agentId;
    case TOOL:
      return parts.toolId;
    case RUN:
      return parts.runId;
    default:
      return parts.rootId;
  }
}
