// The cases of vectors/decide: what their files mean, how one is decided, how a decision is compared. It runs in browsers too.

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

export interface Case {
  description: string;
  policies: Json[];
  catalogue?: JsonObject;
  request: Json;
  grants?: Json;
  expect: Json;
}

interface File {
  defaults?: { policies?: Json; request?: Json };
  cases: { [key: string]: Json }[];
}

/** The cases of one file, written out and with its defaults. */
export function casesOf(text: string): Case[] {
  const { defaults = {}, cases } = JSON.parse(text) as File;
  const policies = listOf(expand(defaults.policies ?? []));
  const request = expand(defaults.request ?? null);
  return cases.map((short) => {
    const { catalogue, grants, ...written } = expand(short) as JsonObject;
    return {
      description: written["description"] as string,
      policies: mergedPolicies(policies, listOf(written["policies"])),
      request: merged(request, written["request"]),
      expect: written["expect"] as Json,
      ...(catalogue === undefined ? {} : { catalogue: catalogue as JsonObject }),
      ...(grants === undefined ? {} : { grants }),
    };
  });
}

/** The default policies, each with the top-level keys of the case's policy of its id, then the case's others. */
function mergedPolicies(defaults: Json[], policies: Json[]): Json[] {
  const known = defaults.map((policy) => merged(policy, policies.find(sameId(policy))));
  const others = policies.filter((policy) => !defaults.some(sameId(policy)));
  // What a default leaves to its cases, and a case does not take up, is no policy of that case.
  return [...known.filter((policy) => isObject(policy) && policy["rule_expr"] !== undefined), ...others];
}

const sameId = (policy: Json) => (other: Json) => isObject(policy) && isObject(other) && policy["id"] === other["id"];

/** `over` replaces `under`; of two objects it replaces the members that it names. */
function merged(under: Json, over: Json | undefined): Json {
  if (over === undefined) return under;
  if (!isObject(under) || !isObject(over)) return over;
  const members = Object.entries({ ...under, ...over });
  return Object.fromEntries(members.filter(([, value]) => !isObject(value) || value["$missing"] === undefined));
}

/** The value that a short notation stands for. */
function expand(value: Json): Json {
  if (Array.isArray(value)) return value.map(expand);
  if (!isObject(value)) return value;
  const members = Object.entries(value);
  const [only] = members;
  const generated = members.length === 1 && only !== undefined ? generate(...only) : undefined;
  // Members are made and not assigned, so that one named `__proto__` is as any other.
  return generated ?? Object.fromEntries(members.map(([key, member]) => [key, expand(member)]));
}

function generate(key: string, argument: Json): Json | undefined {
  const [first = null, second = null] = listOf(argument);
  const times = second as number;
  switch (key) {
    case "$repeat":
      return (first as string).repeat(times);
    case "$fill":
      return new Array<Json>(times).fill(expand(first));
    case "$nest":
      return indices(times).reduce<Json>((inner) => [inner], expand(first));
    case "$members":
      return members(expand(first) as string, times);
    case "$series":
      return indices(times).map((i) => expand(numbered(first, i)));
    case "$concat":
      return joined(listOf(argument).map(expand));
    default:
      return undefined;
  }
}

const indices = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

function members(prefix: string, times: number): Json {
  return Object.fromEntries(indices(times).map((index) => [prefix + String(index).padStart(5, "0"), 0]));
}

/** One string of strings, or one array of arrays. */
function joined(parts: Json[]): Json {
  return parts.every((part) => typeof part === "string") ? parts.join("") : parts.flatMap(listOf);
}

function numbered(template: Json, index: number): Json {
  if (typeof template === "string") return template.replaceAll("##", String(index).padStart(2, "0"));
  if (Array.isArray(template)) return template.map((element) => numbered(element, index));
  if (!isObject(template)) return template;
  if (template["$index"] !== undefined) return index;
  return Object.fromEntries(Object.entries(template).map(([key, member]) => [key, numbered(member, index)]));
}

interface Decided {
  approvals: readonly { policy_id: string; policy_digest: string }[];
}

/** Whatever decides over one policy set: the engine of the package, or the reference. */
export interface Decider<Decision extends Decided> {
  decide(request: Json, grants?: Json): Decision;
  /** `null` where the request has no digest. */
  digest(request: Json): string | null;
}

export function decideCase<Decision extends Decided>(decider: Decider<Decision>, { request, grants }: Case): Decision {
  return grants === undefined ? decider.decide(request) : decider.decide(request, grantsOf(decider, request, grants));
}

/** Grants with the digests that they name: of the request, and of policies that ask for an approval of it. */
export function grantsOf(decider: Decider<Decided>, request: Json, grants: Json): Json {
  const { approvals } = decider.decide(request);
  const digest = decider.digest(request) ?? "";
  const resolve = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(resolve);
    if (!isObject(value)) return value;
    if (value["$request_digest"] !== undefined) return digest;
    const id = value["$policy_digest"];
    if (id !== undefined) return approvals.find((approval) => approval.policy_id === id)?.policy_digest ?? null;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, resolve(member)]));
  };
  return resolve(grants);
}

/** Where a decision differs: objects match by the members that are expected, lists in their length and order. */
export function mismatches(expected: Json, actual: Json, at = ""): string[] {
  if (Array.isArray(expected) && Array.isArray(actual) && expected.length === actual.length) {
    return expected.flatMap((element, index) => mismatches(element, actual[index] as Json, `${at}/${index}`));
  }
  if (isObject(expected) && isObject(actual)) {
    return Object.entries(expected).flatMap(([key, member]) => {
      const value = actual[key];
      return value === undefined ? [`${at}/${key} is missing`] : mismatches(member, value, `${at}/${key}`);
    });
  }
  if (expected === actual) return [];
  return [`${at} should be ${JSON.stringify(expected)} and is ${JSON.stringify(actual)}`];
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listOf(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}
