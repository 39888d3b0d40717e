/** What is held against what: the same request decided by three. */
import { isDeepStrictEqual } from "node:util";
import { type PolicyEngine, PolicySetError } from "portcullis";
import { type Coverage, type Policy, referenceDecide, requestDigest } from "../../reference/index.js";
import type { Answer, Native } from "./native.js";
import { decide, digestOf, withEngine } from "./node.js";

/** One set of policies, and what is asked of it. */
export interface Question {
  policies: Policy[];
  requests: unknown[];
  grants: (unknown[] | undefined)[];
}

export interface Difference {
  /** Who differs in what: a difference of the same kind is what shrinking keeps. */
  kind: string;
  index: number;
  left: unknown;
  right: unknown;
  /** What the engine under Node says of its last failure. */
  lastFailure?: unknown;
}

/** A decision without its prose, which the reference does not write. */
export function withoutProse(decision: unknown): { [part: string]: unknown } {
  return JSON.parse(JSON.stringify(decision), (key, value: unknown) => {
    if (key !== "reasons" || !Array.isArray(value)) return value;
    return value.map((reason: { policy_id: unknown; error: { message?: unknown } | null }) => {
      const { error, ...rest } = reason;
      const bare = error === null ? null : { ...error, message: undefined };
      return { ...rest, error: bare, ...(reason.policy_id === null && { message: undefined, remedy: undefined }) };
    });
  }) as { [part: string]: unknown };
}

function firstDifference(left: { [part: string]: unknown }, right: { [part: string]: unknown }): string | undefined {
  const parts = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...parts].find((part) => !isDeepStrictEqual(plain(left[part]), plain(right[part])));
}

/** Without members that are undefined, and without the sign of zero. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

/** The first difference between the reference and the engine under Node, digests included. */
export function compareWithReference(question: Question, coverage?: Coverage): Difference | undefined {
  const { policies, requests, grants } = question;
  return loading(question, (engine) => {
    for (const [index, request] of requests.entries()) {
      const given = grants[index];
      const options = { grants: given, ...(coverage && { trace: coverage.trace }) };
      const expected = withoutProse(referenceDecide(policies, request, options));
      const actual = withoutProse(decide(engine, request, given));
      const part = firstDifference(expected, actual);
      if (part !== undefined) {
        const { lastFailure } = engine;
        return { kind: `reference and Node: ${part}`, index, left: expected[part], right: actual[part], lastFailure };
      }
      const digests = [requestDigest(request), digestOf(engine, request)];
      if (digests[0] !== digests[1]) {
        return { kind: "reference and Node: request digest", index, left: digests[0], right: digests[1] };
      }
    }
    return undefined;
  });
}

/** The first difference between the native engine and the one under Node, byte for byte. */
export async function compareWithNative(question: Question, native: Native): Promise<Difference | undefined> {
  const { policies, requests, grants } = question;
  let decisions: unknown[] = [];
  let digests: (string | null)[] = [];
  let lastFailure: unknown;
  const refused = loading(question, (engine) => {
    decisions = requests.map((request, index) => decide(engine, request, grants[index]));
    digests = requests.map((request) => digestOf(engine, request));
    lastFailure = engine.lastFailure;
    return undefined;
  });
  if (refused) return refused;
  const line = await native.ask({ policies, requests, grants: grants.map((given) => given ?? null), digests: true });
  if (line === JSON.stringify({ decisions, digests })) return undefined;
  const answer = JSON.parse(line) as Partial<Answer>;
  if (!answer.decisions || !answer.digests)
    return { kind: "native does not load", index: 0, left: answer, right: decisions };
  for (const [index, decision] of decisions.entries()) {
    const [left, right] = [JSON.stringify(answer.decisions[index]), JSON.stringify(decision)];
    if (left !== right) return { kind: "native and Node: decision", index, left, right, lastFailure };
  }
  for (const [index, digest] of digests.entries()) {
    const left = answer.digests[index];
    if (left !== digest) return { kind: "native and Node: request digest", index, left, right: digest };
  }
  return {
    kind: "native and Node: numbers as text",
    index: 0,
    left: line,
    right: JSON.stringify({ decisions, digests }),
  };
}

/** A set that does not load is a difference: the generators make sets that do. */
function loading(
  { policies }: Question,
  compare: (engine: PolicyEngine) => Difference | undefined,
): Difference | undefined {
  try {
    return withEngine(policies, compare);
  } catch (error) {
    if (!(error instanceof PolicySetError)) throw error;
    const errors = error.diagnostics.filter(({ severity }) => severity === "error");
    const kind = `generators and validation: ${errors.map(({ code }) => code).join(", ")}`;
    return { kind, index: 0, left: "loads", right: errors };
  }
}
