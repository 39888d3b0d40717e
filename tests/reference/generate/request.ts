/** Requests that fit a set of policies well enough to make a difference, and sometimes do not. */
import type { Json } from "../types.js";
import type { Ask } from "./ask.js";
import { mergeAsks, setMember, setPath, valueFor } from "./ask.js";
import * as pools from "./pools.js";
import type { Random } from "./random.js";
import { actions, ids } from "./universe.js";

export type Request = { [key: string]: Json };

const ownEntity: { [action: string]: string } = { tool_call: "tool", agent_step: "agent", run_start: "workflow" };

export function generateRequest(asks: Ask[], random: Random): Request {
  const request = baseRequest(random);
  const ordered = mergeAsks(asks).sort((left, right) => left.path.length - right.path.length);
  for (const ask of ordered) setAsked(request, ask, random);
  if (random.chance(0.06)) spoil(request, random);
  // Of several reasons the first is told.
  if (random.chance(0.04)) for (let n = random.between(1, 3); n > 0; n -= 1) invalidate(request, random);
  return request;
}

function baseRequest(random: Random): Request {
  const action = random.pick(actions);
  const request: Request = {
    action,
    now: random.pick([1795375800000, 0, -1, 1795375800000 + random.below(604_800) * 1000]),
    tenant: {
      id: random.weighted([
        [8, "acme"],
        [2, "globex"],
        [1, "Acme"],
      ]),
    },
  };
  for (const entity of ["app", "user", "workflow", "agent", "tool"]) {
    setEntity(request, entity, ownEntity[action] === entity, random);
  }
  setEntity(request, "run", false, random);
  if (random.chance(0.9)) request["input"] = {};
  if (random.chance(0.7)) request["usage"] = {};
  return request;
}

function setEntity(request: Request, name: string, isOwn: boolean, random: Random): void {
  const entity: Json = { id: random.pick(ids[name] as string[]) };
  if (name === "run") {
    if (random.chance(0.8)) entity["root_id"] = random.pick(ids["run"] as string[]);
    if (random.chance(0.7))
      entity["mode"] = random.weighted([
        [3, "auto"],
        [1, "draft"],
      ]);
  }
  const fate = isOwn
    ? "there"
    : random.weighted([
        [36, "there"],
        [5, "null"],
        [2, "missing"],
        [2, "no id"],
        [1, "wrong"],
        [1, "null id"],
      ]);
  if (fate === "there") request[name] = entity;
  if (fate === "null") request[name] = null;
  if (fate === "no id") request[name] = {};
  if (fate === "null id") request[name] = { id: null };
  if (fate === "wrong") request[name] = random.pick<Json>(["x", 1, [], true, 1e300]);
}

function setAsked(request: Request, ask: Ask, random: Random): void {
  const { path } = ask;
  if (isControlled(path)) {
    // A wrong value here makes the whole request invalid, so it is rare.
    if (ask.literals.length > 0 && random.chance(0.6)) setControlled(request, path, random.pick(ask.literals));
    return;
  }
  if (ask.type === "object" && path.length === 1) {
    mergeMembers(request[path[0] as string], valueFor(ask, random));
    return;
  }
  if (ask.type === "anything" && path.length === 1) return;
  const fate = random.weighted([
    [36, "right"],
    [4, "missing"],
    [2, "null"],
    [4, "wrong"],
    [1, "unsupported"],
    [1, "ancestor"],
  ]);
  if (fate === "right") setPath(request, path, valueFor(ask, random));
  if (fate === "null") setPath(request, path, null);
  if (fate === "wrong") setPath(request, path, random.pick(pools.wrongValues()));
  if (fate === "unsupported") setPath(request, path, random.pick(pools.unsupported));
  if (fate === "ancestor" && path.length > 1) {
    setPath(request, path.slice(0, -1), random.pick<Json>(["x", 1, true, ["x"], null, 1e300]));
  }
}

function isControlled(path: string[]): boolean {
  const [first, second] = path as [string, string | undefined];
  if (path.length === 1) return first === "action" || first === "now";
  return second === "id" || (first === "run" && second === "mode");
}

/** An entity that is null or missing stays so; the action decides which entity is its own, so it stays too. */
function setControlled(request: Request, path: string[], value: Json): void {
  const entity = request[path[0] as string];
  if (path.length === 1 && path[0] === "now") request["now"] = value;
  else if (typeof entity === "object" && entity !== null) setPath(request, path, value);
}

function mergeMembers(target: Json | undefined, source: Json): void {
  if (typeof target !== "object" || target === null || Array.isArray(target)) return;
  for (const [key, value] of Object.entries(source as object)) {
    if (!Object.hasOwn(target, key)) setMember(target, key, value);
  }
}

/** What no field asks for, and a digest may refuse. */
function spoil(request: Request, random: Random): void {
  const spoiled = random.pick<Json>([
    null,
    "text",
    [],
    1e300,
    { deep: nested(60) },
    { deep: nested(70) },
    { n: 1e300 },
    [[1, "ä", null, -0.5e-7]],
  ]);
  if (random.chance(0.5)) request["input"] = spoiled;
  else setPath(request, ["input", "extra"], spoiled);
}

export function nested(depth: number): Json {
  let value: Json = 0;
  for (let i = 0; i < depth; i += 1) value = i % 2 === 0 ? [value] : { a: value };
  return value;
}

/** Each of the reasons for which a request is invalid. */
function invalidate(request: Request, random: Random): void {
  const entity = random.pick(["app", "app", "user", "workflow", "agent", "tool", "run", "run"]);
  const wrongId = random.pick<Json>([1, true, [], {}, 1e300, ["x"]]);
  random.pick([
    () => (request["action"] = random.pick<Json>(["delete_all", "", "toString", 1, null, "Tool_call", 1e300])),
    () => (request["now"] = random.pick<Json>([1.5, "1795375800000", null, 8.64e15 + 2, 1e300, -8.64e15 - 2])),
    () => (request["tenant"] = random.pick<Json>([null, "acme", {}, { id: "" }, { id: 1 }, { id: null }, ["acme"]])),
    () => delete request["now"],
    () => delete request["tenant"],
    () => (request[entity] = { id: wrongId }),
    () => (request[entity] = { id: wrongId, mode: "auto" }),
    () => (request["run"] = { id: "r1", mode: random.pick<Json>(["Draft", "", 1, true, {}]) }),
    () => {
      const own = ownEntity[String(request["action"])];
      if (own) request[own] = random.pick<Json>([null, {}, "x", [], { id: null }]);
    },
  ])();
}
