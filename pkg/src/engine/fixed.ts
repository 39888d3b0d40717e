// The fixed part of a request: the names it is known by, and its entities as `JSON.parse` makes them.
import { ACTION, FIXED_NODES, MISSING, NOW, NULL, OBJECT, RUN, RUN_MODE, STRING, TENANT } from "./core.js";
import type { Stage } from "./stage.js";
import {
  inheritsNothing,
  isArray,
  isEnumerable,
  isWellFormed,
  prototypeOf,
  SURELY_SHORT,
  UNREADABLE,
} from "./values.js";

/** What the fixed properties are read from. */
export interface Facts {
  readonly action?: unknown;
  readonly now?: unknown;
  readonly tenant?: unknown;
  readonly app?: unknown;
  readonly user?: unknown;
  readonly workflow?: unknown;
  readonly agent?: unknown;
  readonly tool?: unknown;
  readonly run?: unknown;
  readonly id?: unknown;
  readonly mode?: unknown;
  readonly root_id?: unknown;
}

/** The own enumerable ones among the fixed names of a request, as bits. For objects that may be walked. */
export function namesOf(facts: Facts): number {
  let names = 0;
  for (const name in facts) {
    switch (name) {
      case "action":
        names |= 1;
        break;
      case "now":
        names |= 2;
        break;
      case "tenant":
        names |= 4;
        break;
      case "app":
        names |= 8;
        break;
      case "user":
        names |= 16;
        break;
      case "workflow":
        names |= 32;
        break;
      case "agent":
        names |= 64;
        break;
      case "tool":
        names |= 128;
        break;
      case "run":
        names |= 256;
    }
  }
  return names;
}

const NAMES = ["action", "now", "tenant", "app", "user", "workflow", "agent", "tool", "run"] as const;

/** The same for any object. */
export function namesAskedOf(facts: Facts): number {
  return NAMES.reduce((names, name, bit) => (isEnumerable.call(facts, name) ? names | (1 << bit) : names), 0);
}

/** The fixed nodes, all of which are written of a request that may be amiss. */
export const EVERY_FIXED = Array.from({ length: FIXED_NODES }, (_, node) => node);
/** Those that are written of a request of the common kind. */
export const COMMON_FIXED = [ACTION, NOW, RUN, RUN_MODE];

/** That an entity is neither `null` nor an object with a string id. */
const UNCOMMON = -1 << 16;

/**
 * An entity and its id: the way of objects as `JSON.parse` makes them; what is none goes the long way.
 * Answers the entity's bit, nothing for `null`, or `UNCOMMON`.
 */
export function readEntity(
  stage: Stage,
  tags: number[],
  values: unknown[],
  walkable: number[],
  clean: boolean,
  node: number,
  value: unknown,
): number {
  if (value === null) {
    tags[node] = NULL;
    tags[node + 1] = MISSING;
    return 0;
  }
  let plain = false;
  try {
    plain = clean && typeof value === "object" && inheritsNothing(prototypeOf(value)) && !isArray(value);
  } catch {}
  if (!plain) {
    stage.entity(node, value);
    return UNCOMMON;
  }
  tags[node] = OBJECT;
  values[node] = value;
  walkable[node] = 1;
  let id: unknown;
  try {
    for (const name in value as Facts) {
      if (name === "id") {
        id = (value as Facts).id;
        break;
      }
    }
  } catch {
    id = UNREADABLE;
  }
  if (typeof id === "string") {
    tags[node + 1] = STRING;
    values[node + 1] = id;
    return id.length < SURELY_SHORT && isWellFormed(id) ? 1 << ((node - TENANT) >> 1) : UNCOMMON;
  }
  stage.put(node + 1, id);
  return UNCOMMON;
}

export function readOfRun(run: Facts, name: "mode" | "root_id"): unknown {
  try {
    return name === "mode" ? run.mode : run.root_id;
  } catch {
    return UNREADABLE;
  }
}
