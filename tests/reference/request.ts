/** What makes a request invalid: the first reason in a fixed order, by the field that it names. */
import type { Catalogue } from "./types.js";
import { byteLength, isObject, kindOf, MAX_STRING_BYTES, member } from "./value.js";

const builtInActions = ["run_start", "tool_call", "agent_step", "llm_call"];
const ownEntity: { [action: string]: string } = { tool_call: "tool", agent_step: "agent", run_start: "workflow" };
const MAX_TIME = 8.64e15;

/** The field that makes the request invalid, "" for the root, or null for a valid request. */
export function validityError(request: unknown, catalogue: Catalogue): string | null {
  if (!isObject(request)) return "";

  const action = member(request, "action");
  if (typeof action !== "string" || !isDeclared(action, catalogue)) return "action";

  const now = member(request, "now");
  if (!Number.isInteger(now) || Math.abs(now as number) > MAX_TIME) return "now";

  const tenant = member(request, "tenant");
  const tenantId = isObject(tenant) ? member(tenant, "id") : undefined;
  if (!isId(tenantId) || tenantId === "") return "tenant.id";

  for (const name of ["app", "user", "workflow", "agent", "tool", "run"]) {
    const entity = member(request, name);
    const id = isObject(entity) ? member(entity, "id") : undefined;
    const isOwn = Object.hasOwn(ownEntity, action) && ownEntity[action] === name;
    if (isOwn && !isId(id)) return `${name}.id`;
    if (kindOf(id) !== "absent" && !isId(id)) return `${name}.id`;
  }

  const run = member(request, "run");
  const mode = isObject(run) ? member(run, "mode") : undefined;
  if (kindOf(mode) !== "absent" && mode !== "draft" && mode !== "auto") return "run.mode";
  return null;
}

function isDeclared(action: string, catalogue: Catalogue): boolean {
  const { actions } = catalogue;
  if (builtInActions.includes(action)) return true;
  if (actions === undefined) return false;
  return Array.isArray(actions) ? actions.includes(action) : Object.hasOwn(actions, action);
}

function isId(value: unknown): value is string {
  return kindOf(value) === "string" && byteLength(value as string) <= MAX_STRING_BYTES;
}
