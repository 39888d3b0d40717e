// The quick way of ordinary requests: objects as `JSON.parse` makes them, with every entity `null` or an object with a
// string id. What policies need is written while it is read, and nothing is staged. Whatever is out of the ordinary ends
// the attempt, and so does any call into the core meanwhile; the stage then reads the request anew, from its beginning.
import {
  ACTION,
  COMMON,
  INTERNED,
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
} from "./core.js";
import { Members } from "./members.js";
import { CELL, type Memory } from "./memory.js";
import type { Nodes } from "./nodes.js";
import { isOrdinary, type Plain, RequestNames } from "./ordinary.js";
import { needsBytes, nodeOf } from "./program.js";
import { type Plan, type Plans, type Router, SCOPE_IDS, type View } from "./route.js";
import { isArray, isWellFormed, prototypeOf, SURELY_SHORT } from "./values.js";

const objectPrototype = Object.prototype;
/** By action: the bit of the scope that it is about, since such a request must name one. */
const OWN_SCOPES = [4, 16, 8] as const;

/** By node: the request, its entities, their ids, and what else is fixed. Then its input and its usage. */
type Fixed = readonly unknown[];

/** Reads ordinary requests. */
export class Direct {
  /** Of the last request: how many buckets were picked, the digest of the policies that bind it, and which entities are no `null`. */
  picked = 0;
  stated = 0;
  policySet: string;
  /** By node: what may be asked for again: ids that policies read, objects, arrays, strings that are no literals. */
  readonly values: unknown[];
  readonly #memory: Memory;
  readonly #nodes: Nodes;
  readonly #router: Router;
  readonly #members: Members;
  readonly #names = new RequestNames();

  constructor(memory: Memory, nodes: Nodes, router: Router) {
    this.#memory = memory;
    this.#nodes = nodes;
    this.#router = router;
    this.policySet = router.platform.policySet;
    this.#members = new Members(memory, nodes);
    this.values = this.#members.values;
  }

  /** Whether a request was ordinary and is written. Throws what the request's own code throws. */
  read(request: unknown): boolean {
    // Read first: engines then know the object's shape, and with it the prototype.
    const { action, now, tenant, app, user, workflow, agent, tool, run, input, usage } = request as Plain;
    const names = this.#names;
    if (!isOrdinary(request) || !names.hold(request)) return false;
    const tenantId = idOf(tenant, true);
    if (
      typeof action !== "string" ||
      typeof now !== "number" ||
      typeof tenantId !== "string" ||
      tenantId.length === 0
    ) {
      return false;
    }
    const actionNumber = this.#nodes.literal(ACTION, action);
    if (actionNumber < 0) return false;
    const memory = this.#memory;
    memory.begin();
    const platform = this.#router.platformView(actionNumber);
    const view = this.#router.view(tenantId, actionNumber);
    memory.settle(true);
    this.policySet = view.policySet;
    // Whether an id is an own property matters only where somebody looks at it.
    const scopes = platform.scopes | view.scopes | (OWN_SCOPES[actionNumber] ?? 0);
    const appId = idOf(app, (scopes & 2) !== 0);
    const userId = idOf(user, false);
    const workflowId = idOf(workflow, (scopes & 4) !== 0);
    const agentId = idOf(agent, (scopes & 8) !== 0);
    const toolId = idOf(tool, (scopes & 16) !== 0);
    if (
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
      const { id, root_id, mode: asked } = run as Plain;
      if (!isOrdinary(run)) return false;
      for (const name in run) {
        if (name === "id") runId = id;
        else if (name === "root_id") rootId = root_id;
        else if (name === "mode") mode = asked;
      }
      if (!isId(runId)) return false;
    }
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
    // By node, then what requests mostly have beside; new each time: engines keep track of what is written to lasting
    // objects. What is always written is not needed again.
    const fixed = [
      request,
      null,
      null,
      tenant,
      tenantId,
      app,
      appId,
      user,
      userId,
      workflow,
      workflowId,
      agent,
      agentId,
      tool,
      toolId,
      run,
      runId,
      null,
      rootId,
      names.hasInput ? input : undefined,
      names.hasUsage ? usage : undefined,
    ];
    this.picked = 0;
    this.stated =
      COMMON |
      1 |
      (appId === null ? 0 : 2) |
      (userId === null ? 0 : 4) |
      (workflowId === null ? 0 : 8) |
      (agentId === null ? 0 : 16) |
      (toolId === null ? 0 : 32) |
      (run === null ? 0 : 64);
    this.#members.begin();
    return (
      this.#viewed(platform, fixed, actionNumber) &&
      (view === platform || this.#viewed(view, fixed, actionNumber)) &&
      memory.undisturbed
    );
  }

  /** Reads what the policies of an owner need, and picks them. */
  #viewed(view: View, fixed: Fixed, action: number): boolean {
    const { global, scopes } = view;
    if (global !== null && !this.#follow(global, fixed, action)) return false;
    for (let scope = 0, left = scopes; left !== 0; scope++, left >>>= 1) {
      if ((left & 1) === 0) continue;
      const id = fixed[SCOPE_IDS[scope] as number] as string | null;
      if (id === null) continue;
      const known = (view.routes[scope] as Map<string, Plans>).get(id);
      if (!this.#follow(known ?? this.#route(view, scope, id, action), fixed, action)) return false;
    }
    return true;
  }

  /** The plans for an id that was not asked for yet. */
  #route(view: View, scope: number, id: string, action: number): Plans {
    const { undisturbed } = this.#memory;
    const plans = this.#router.route(view, scope, id, action);
    this.#memory.settle(undisturbed);
    return plans;
  }

  #follow(plans: Plans, fixed: Fixed, action: number): boolean {
    if (!isArray(plans)) return this.#take(plans as Plan, fixed, action);
    for (let i = 0; i < plans.length; i++) if (!this.#take(plans[i] as Plan, fixed, action)) return false;
    return true;
  }

  #take(first: Plan, fixed: Fixed, action: number): boolean {
    const memory = this.#memory;
    for (let plan: Plan | null = first; plan !== null; ) {
      const { code, fixedReads } = plan;
      if (code === null || this.picked >= memory.pickRoom) return false;
      if (fixedReads !== null && !this.#readFixed(fixedReads, fixed)) return false;
      if (!this.#members.read(code, fixed)) return false;
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
    const { undisturbed } = this.#memory;
    const kind = tag === INTERNED || tag === OTHER_STRING ? STRING : tag;
    const child = this.#router.child(plan, children, action, kind, value);
    this.#memory.settle(undisturbed);
    return child;
  }

  #readFixed(reads: readonly number[], fixed: Fixed): boolean {
    for (let i = 0; i < reads.length; i++) if (!this.#readOneFixed(reads[i] as number, fixed)) return false;
    return true;
  }

  /** Writes a node of the fixed part, unless it is one that is always written. */
  #readOneFixed(read: number, fixed: Fixed): boolean {
    const node = nodeOf(read);
    if (node === ACTION || node === NOW || node === RUN || node === RUN_MODE) return true;
    const value = fixed[node];
    const isEntity = node < RUN_MODE && (node & 1) === 1;
    if (node !== ROOT && !isEntity && value !== null && value !== undefined) {
      return (
        isId(value) &&
        (node > RUN || hasOwnId(fixed[node - 1] as Plain)) &&
        this.#members.text(node, value, needsBytes(read))
      );
    }
    const { words, frame } = this.#memory;
    const tag = node === ROOT || (isEntity && value !== null) ? OBJECT : isEntity ? NULL : MISSING;
    words[frame + node * CELL] = tag;
    return true;
  }
}

function isId(id: unknown): id is string {
  return typeof id === "string" && id.length < SURELY_SHORT && isWellFormed(id);
}

/**
 * The id of an entity, or `null`; nothing where either is out of the ordinary. Whether it is an own enumerable property is
 * asked if it must be one.
 */
function idOf(entity: unknown, own: boolean): string | null | undefined {
  if (entity === null) return null;
  if (typeof entity !== "object") return undefined;
  // Read first: engines then know the object's shape, and with it the prototype.
  const { id } = entity as Plain;
  // `isOrdinary`, written out: engines don't inline it here, and would ask the runtime for each prototype.
  if (prototypeOf(entity) !== objectPrototype || isArray(entity)) return undefined;
  if (own && !hasOwnId(entity as Plain)) return undefined;
  return isId(id) ? id : undefined;
}

function hasOwnId(entity: Plain): boolean {
  for (const name in entity) if (name === "id") return true;
  return false;
}
