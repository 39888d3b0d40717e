/** What policies ask of fields, so that requests can have values near the literals. */
import type { Json } from "../types.js";
import { kindOf } from "../value.js";
import * as pools from "./pools.js";
import type { Random } from "./random.js";
import type { FieldType } from "./universe.js";

export interface Ask {
  path: string[];
  type: FieldType;
  /** Values of the field, or of its elements, that make the difference. */
  literals: Json[];
  choices?: string[];
  /** What quantifiers ask of its elements, by paths in them. */
  elements?: Ask[];
}

/** A member, also one that is named `__proto__`. */
export function setMember(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}

/** Sets the value at a path and makes the objects on the way. Where something else is in the way it gives up. */
export function setPath(root: object, path: string[], value: unknown): void {
  let current = root;
  for (const key of path.slice(0, -1)) {
    const next: unknown = Object.getOwnPropertyDescriptor(current, key)?.value;
    if (next === undefined) {
      const made = {};
      setMember(current, key, made);
      current = made;
    } else if (kindOf(next) === "object") current = next as object;
    else return;
  }
  const last = path.at(-1);
  if (last !== undefined) setMember(current, last, value);
}

/** Asks of one path as one. */
export function mergeAsks(asks: Ask[]): Ask[] {
  const merged = new Map<string, Ask>();
  for (const ask of asks) {
    const key = JSON.stringify(ask.path);
    const known = merged.get(key);
    if (known === undefined) merged.set(key, { ...ask });
    else {
      known.literals = [...known.literals, ...ask.literals];
      if (ask.elements) known.elements = [...(known.elements ?? []), ...ask.elements];
      if (ask.choices !== undefined) known.choices ??= ask.choices;
    }
  }
  return [...merged.values()];
}

/** A value of the right type, often one of the literals or next to one. */
export function valueFor(ask: Ask, random: Random): Json {
  switch (ask.type) {
    case "strings":
      return elementsFor(ask, "string", random);
    case "numbers":
      return elementsFor(ask, "number", random);
    case "bools":
      return elementsFor(ask, "bool", random);
    case "urls":
      return elementsFor(ask, "url", random);
    case "objects":
      return elementsFor(ask, "object", random);
    case "object":
      return objectFor(ask, random);
    case "anything":
      return random.pick(pools.wrongValues());
    default:
      return scalarFor(ask, random);
  }
}

function scalarFor(ask: Ask, random: Random): Json {
  if (ask.literals.length > 0 && random.chance(0.65)) {
    const literal = random.pick(ask.literals);
    return random.chance(0.6) ? literal : near(literal, random);
  }
  switch (ask.type) {
    case "bool":
      return random.chance(0.5);
    case "number":
      return random.pick(pools.numbers);
    case "millis":
      return random.chance(0.8)
        ? Date.parse("2026-11-22T00:00:00Z") + random.below(14 * 86_400) * 1000
        : random.pick([0, -1, 0.5, 8.64e15, -8.64e15, 8.64e15 + 1]);
    case "timestamp":
      return goodOrBad(pools.timestamps, pools.badTimestamps, random);
    case "numeral":
      return goodOrBad(pools.numerals, pools.badNumerals, random);
    case "url":
      return random.chance(0.1) ? random.pick(pools.badUrlPaths) : goodOrBad(pools.urls, pools.badUrls, random);
    case "file":
      return goodOrBad(pools.files, pools.badFiles, random);
    case "email":
      return goodOrBad(pools.emails, pools.badEmails, random);
    case "choice":
      return random.pick(ask.choices ?? ["x"]);
    default:
      return random.pick(pools.strings);
  }
}

function goodOrBad(good: string[], bad: string[], random: Random): string {
  return random.chance(0.75) ? random.pick(good) : random.pick(bad);
}

function near(literal: Json, random: Random): Json {
  if (typeof literal === "number") return nearNumber(literal, random);
  if (typeof literal === "string") return nearString(literal, random);
  if (typeof literal === "boolean") return !literal;
  return literal;
}

function nearNumber(literal: number, random: Random): number {
  const steps = [literal + 1, literal - 1, literal + 0.5, -literal, literal === 0 ? -0 : literal];
  const step = random.pick(steps);
  return Math.abs(step) <= Number.MAX_SAFE_INTEGER ? step : literal;
}

function nearString(literal: string, random: Random): string {
  const characters = Array.from(literal);
  return random.pick([
    literal.toUpperCase(),
    literal.toLowerCase(),
    `${literal}x`,
    `x${literal}`,
    `${literal}/x`,
    `${literal} `,
    characters.slice(0, -1).join(""),
    characters.slice(1).join(""),
    characters.reverse().join(""),
  ]);
}

function elementsFor(ask: Ask, type: FieldType, random: Random): Json {
  const length = random.weighted([
    [2, 0],
    [3, 1],
    [4, 2],
    [3, 3],
    [1, 6],
  ]);
  const asked = mergeAsks((ask.elements ?? []).filter((element) => element.path.length > 0));
  const whole = (ask.elements ?? []).filter((element) => element.path.length === 0);
  const literals = [...ask.literals, ...whole.flatMap((element) => element.literals)];
  return Array.from({ length }, () => {
    if (random.chance(0.03)) return random.pick<Json>([null, ...pools.wrongValues(), random.pick(pools.unsupported)]);
    if (type === "object") return objectOf(asked, random);
    return valueFor({ path: [], type, literals }, random);
  });
}

/** An object with the members that are asked for, some missing, null or of a wrong type. */
function objectOf(asks: Ask[], random: Random): Json {
  const object = {};
  for (const ask of asks) {
    const fate = random.weighted([
      [20, "right"],
      [1, "missing"],
      [1, "null"],
      [1, "wrong"],
    ]);
    if (fate === "right") setPath(object, ask.path, valueFor(ask, random));
    if (fate === "null") setPath(object, ask.path, null);
    if (fate === "wrong") setPath(object, ask.path, random.pick(pools.wrongValues()));
  }
  return object;
}

function objectFor(ask: Ask, random: Random): Json {
  const names = [...ask.literals.filter((name): name is string => typeof name === "string"), ...pools.strings];
  const object = {};
  for (let n = random.below(4); n > 0; n -= 1) {
    const name = random.chance(0.6) ? (names[random.below(Math.min(3, names.length))] as string) : random.pick(names);
    setMember(object, name, random.pick<Json>([1, "x", null, true]));
  }
  return object;
}
