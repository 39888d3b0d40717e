/** The digests of a policy, of the set that a tenant is under, and of a request. */
import { canonicalJson, sha256 } from "./canonical.js";
import { validityError } from "./request.js";
import type { Catalogue, Json, Policy } from "./types.js";
import { byteLength, elementsOf, isObject, kindOf, MAX_STRING_BYTES, member } from "./value.js";

const MAX_INPUT_DEPTH = 64;
const MAX_CANONICAL_BYTES = 16 * 1024 * 1024;

export function policyDigest(policy: Policy): string {
  const tenantId = policy.tenant_id ?? null;
  return sha256(
    canonicalJson({
      id: policy.id,
      name: policy.name,
      description: policy.description ?? null,
      scope: policy.scope,
      effect: policy.effect,
      rule_expr: policy.rule_expr as unknown as Json,
      tenant_id: tenantId,
      enabled: policy.enabled ?? true,
      enforcement: policy.enforcement ?? "enforce",
      visibility: policy.visibility ?? (tenantId === null ? "private" : "public"),
    }),
  );
}

/** Of the platform's policies and one tenant's; null where a request does not say whose it is. */
export function policySetDigest(policies: Policy[], tenant: string | null): string {
  const enabled = policies.filter((policy) => policy.enabled ?? true);
  return sha256(
    canonicalJson({
      platform: listDigest(enabled.filter((policy) => (policy.tenant_id ?? null) === null)),
      tenant: listDigest(enabled.filter((policy) => tenant !== null && policy.tenant_id === tenant)),
    }),
  );
}

/** By the first two digits of a policy's digest, the digest of all such, sorted. */
function listDigest(policies: Policy[]): string {
  const shelves: { [name: string]: string[] } = {};
  for (const digest of policies.map(policyDigest).sort()) {
    const name = digest.slice("sha256:".length, "sha256:".length + 2);
    shelves[name] = [...(shelves[name] ?? []), digest];
  }
  const digests = Object.entries(shelves).map(([name, shelf]) => [name, sha256(canonicalJson(shelf))]);
  return sha256(canonicalJson(Object.fromEntries(digests)));
}

/** Null when the request can't be digested, and so can't be approved. */
export function requestDigest(request: unknown, catalogue: Catalogue = {}): string | null {
  if (validityError(request, catalogue) !== null) return null;
  try {
    const text = canonicalJson(digested(request as object, catalogue));
    return byteLength(text) > MAX_CANONICAL_BYTES ? null : sha256(text);
  } catch (refusal) {
    if (refusal instanceof Refused) return null;
    throw refusal;
  }
}

class Refused extends Error {}

function digested(request: object, catalogue: Catalogue): Json {
  const tool = entityId(request, "tool");
  const run = runFacts(request);
  return {
    action: member(request, "action") as string,
    agent: entityId(request, "agent"),
    app: entityId(request, "app"),
    input: plainJson(member(request, "input"), 0),
    mode: run.mode,
    root_run: run.root,
    tenant: entityId(request, "tenant"),
    tool,
    tool_definition: toolDefinition(tool, catalogue),
    user: entityId(request, "user"),
    workflow: entityId(request, "workflow"),
  };
}

function entityId(request: object, name: string): string | null {
  const entity = member(request, name);
  if (entity === null) return null;
  const id = isObject(entity) ? member(entity, "id") : undefined;
  if (kindOf(id) !== "string") throw new Refused();
  return id as string;
}

function runFacts(request: object): { mode: string; root: string | null } {
  const run = member(request, "run");
  if (kindOf(run) === "absent") return { mode: "auto", root: null };
  if (!isObject(run)) throw new Refused();
  const mode = member(run, "mode");
  const root = member(run, "root_id");
  return {
    mode: kindOf(mode) === "absent" ? "auto" : (mode as string),
    root: kindOf(root) === "absent" ? null : idString(root),
  };
}

function idString(value: unknown): string {
  if (kindOf(value) !== "string" || byteLength(value as string) > MAX_STRING_BYTES) throw new Refused();
  return value as string;
}

function toolDefinition(tool: string | null, catalogue: Catalogue): string | null {
  const entry = catalogue.tools?.find(({ name }) => name === tool);
  return entry === undefined ? null : sha256(canonicalJson(entry));
}

/** A copy that is JSON and nothing else. `depth` counts the arrays and objects around the value. */
function plainJson(value: unknown, depth: number): Json {
  switch (kindOf(value)) {
    case "absent":
      return null;
    case "unsupported":
      throw new Refused();
    case "array":
      if (depth === MAX_INPUT_DEPTH) throw new Refused();
      return elementsOf(value as unknown[]).map((element) => plainJson(element, depth + 1));
    case "object":
      if (depth === MAX_INPUT_DEPTH) throw new Refused();
      return plainObject(value as object, depth);
    default:
      return value as Json;
  }
}

function plainObject(object: object, depth: number): Json {
  let keys: string[];
  try {
    keys = Object.keys(object);
  } catch {
    throw new Refused();
  }
  // Without a prototype, so that a member named `__proto__` is a member as any other.
  const copy = Object.create(null) as { [key: string]: Json };
  for (const key of keys) {
    if (kindOf(key) !== "string") throw new Refused();
    const value = member(object, key);
    // As JSON has it: a member that is undefined is not there.
    if (value !== undefined) copy[key] = plainJson(value, depth + 1);
  }
  return copy;
}
