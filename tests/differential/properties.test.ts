// What holds of every decision, on random sets and requests.
import fc from "fast-check";
import {
  type Catalogue,
  type Decision,
  PolicyEngine,
  PolicySetError,
  type Request,
  type Policy as Row,
  validate,
} from "portcullis";
import { expect, test } from "vitest";
import { type Case, type Grant, generateCase, type Policy, policyDigest, Random } from "../reference/index.js";
import { decide, digestOf, withEngine } from "./support/node.js";
import { seed, share, timeout } from "./support/run.js";

const told = (what: object) => `PORTCULLIS_SEED=${seed} ${JSON.stringify(what)}`;

/** Decides only: what a property says of sets is asked of many. */
const decisionOf = (policies: Policy[], request: unknown, grants?: unknown): Decision =>
  withEngine(policies, (engine) => decide(engine, request, grants));

function each(pairs: number, offset: number, check: (of: Case, index: number, random: Random) => void): void {
  const random = new Random(seed + offset);
  for (let done = 0; done < pairs; ) {
    const generated = generateCase(random);
    if (generated.policies.some(({ name }) => name === "heavy")) continue;
    for (const index of generated.requests.keys()) check(generated, index, random);
    done += generated.requests.length;
  }
}

test(
  "the order of policies doesn't matter",
  () => {
    each(share(0.1), 10, ({ policies, requests, grants }, index, random) => {
      const shuffled = random.sample(policies, policies.length);
      const [left, right] = [policies, shuffled].map((set) => decisionOf(set, requests[index], grants[index]));
      expect(JSON.stringify(right), told({ policies, request: requests[index] })).toBe(JSON.stringify(left));
    });
  },
  timeout,
);

const strictness = { allow: 0, require_approval: 1, deny: 2 };

/** A policy of the set that is enforced and no allow, if there is one; and the set without it. */
function* restricting(policies: Policy[]): Generator<Policy[]> {
  for (const policy of policies) {
    const isEnforced = policy.enforcement !== "shadow" && policy.enabled !== false;
    if (isEnforced && policy.effect !== "allow") yield policies.filter((other) => other !== policy);
  }
}

test(
  "adding any enforced policy but an allow never loosens the decision",
  () => {
    each(share(0.05), 11, ({ policies, requests }, index) => {
      const whole = decisionOf(policies, requests[index]);
      for (const fewer of restricting(policies)) {
        const without = decisionOf(fewer, requests[index]);
        const message = told({ policies, fewer: fewer.map(({ id }) => id), request: requests[index] });
        expect(strictness[whole.effect], message).toBeGreaterThanOrEqual(strictness[without.effect]);
        if (without.mode === "draft") expect(whole.mode, message).toBe("draft");
      }
    });
  },
  timeout,
);

test(
  "with grants, it loosens only where it forces the draft that was granted",
  () => {
    each(share(0.05), 12, ({ policies, requests, grants }, index) => {
      const whole = decisionOf(policies, requests[index], grants[index]);
      for (const fewer of restricting(policies)) {
        const without = decisionOf(fewer, requests[index], grants[index]);
        if (strictness[whole.effect] >= strictness[without.effect]) continue;
        const message = told({
          policies,
          fewer: fewer.map(({ id }) => id),
          request: requests[index],
          grants: grants[index],
        });
        expect([without.mode, whole.mode], message).toEqual(["auto", "draft"]);
      }
    });
  },
  timeout,
);

const verdict = ({ effect, code, mode, reasons, limits, approvals }: Decision) =>
  JSON.stringify({ effect, code, mode, reasons, limits, approvals });

test(
  "a shadow policy, another tenant's, a disabled one never changes the verdict",
  () => {
    each(share(0.05), 13, ({ policies, requests, grants }, index, random) => {
      const base = decisionOf(policies, requests[index], grants[index]);
      const [extra] = generateCase(random).policies;
      if (extra === undefined) return;
      const idle = random.pick<Partial<Policy>>([
        { enforcement: "shadow" },
        { enabled: false },
        { tenant_id: "initech" },
      ]);
      const { delegate: _, ...rule } = extra.rule_expr;
      const added: Policy = { ...extra, ...idle, rule_expr: rule, id: "added" };
      const more = decisionOf([...policies, added], requests[index], grants[index]);
      expect(verdict(more), told({ policies, added, request: requests[index] })).toBe(verdict(base));
    });
  },
  timeout,
);

/** Whether a grant binds this policy, this request and no looser mode. */
function isGranted(policy: Policy, given: unknown[], digest: string | null, mode: string): boolean {
  return given.some((candidate) => {
    const grant = candidate as Partial<Grant> | null;
    const binds = grant?.policy_id === policy.id && grant.policy_digest === policyDigest(policy);
    const isTight = grant?.mode === "auto" || (grant?.mode === "draft" && mode === "draft");
    return binds && digest !== null && grant.request_digest === digest && isTight;
  });
}

test(
  "allowed ⇔ permitted, no deny, all approvals granted",
  () => {
    const seen = { allowed: 0, granted: 0 };
    each(share(0.2), 14, ({ policies, requests, grants }, index) => {
      const request = requests[index];
      const given = grants[index] ?? [];
      const byId = new Map(policies.map((policy) => [policy.id, policy]));
      withEngine(policies, (engine) => {
        const decision = decide(engine, request, grants[index]);
        const applying = decision.reasons.flatMap(({ policy_id, error }) => {
          const policy = byId.get(policy_id ?? "");
          return policy ? [{ policy, pointer: error?.pointer ?? "" }] : [];
        });
        const allows = applying.filter(({ policy }) => policy.effect === "allow").map(({ policy }) => policy);
        const platform = allows.filter(({ tenant_id }) => (tenant_id ?? null) === null);
        const isPermitted =
          platform.some(({ rule_expr }) => rule_expr.delegate !== true) ||
          (platform.length > 0 && platform.length < allows.length);
        // A limit without its key, and an approval without a requester, deny; the error may be hidden by one before it.
        const isDenied =
          decision.code === "invalid_request" ||
          applying.some(({ policy, pointer }) => policy.effect === "deny" || /\/(then|approval)\//.test(pointer));
        const gates = applying.filter(({ policy }) => policy.effect === "require_approval").map(({ policy }) => policy);
        const digest = gates.length > 0 ? digestOf(engine, request) : null;
        const isApproved = gates.every((gate) => isGranted(gate, given, digest, decision.mode));
        const isAllowed = isPermitted && !isDenied && isApproved;
        const hidden =
          decision.code === "denied_by_policy" &&
          applying.some(({ policy, pointer }) => policy.effect !== "deny" && pointer !== "");
        if (!hidden) expect(decision.effect === "allow", told({ policies, request, grants: given })).toBe(isAllowed);
        if (decision.effect === "allow") {
          expect(isAllowed, told({ policies, request, grants: given })).toBe(true);
          seen.allowed += 1;
          if (gates.length > 0) seen.granted += 1;
        }
      });
    });
    expect(seen.allowed).toBeGreaterThan(0);
    expect(seen.granted).toBeGreaterThan(0);
  },
  timeout,
);

/** JSON of any shape, with the keys of policies, catalogues and requests among its keys. */
const keys = fc.constantFrom(
  "id",
  "name",
  "scope",
  "effect",
  "rule_expr",
  "when",
  "unless",
  "all",
  "any",
  "not",
  "field",
  "item",
  "eq",
  "in",
  "some",
  "every",
  "as",
  "default",
  "target",
  "actions",
  "then",
  "limits",
  "approval",
  "approvers",
  "entities",
  "tools",
  "inputSchema",
  "properties",
  "type",
  "items",
  "$ref",
  "enum",
  "action",
  "now",
  "tenant",
  "tool",
  "run",
  "input",
  "__proto__",
  "policy_id",
  "mode",
);
const words = fc.constantFrom(
  "global",
  "tool",
  "allow",
  "deny",
  "modify",
  "draft",
  "a*",
  "input.x",
  "lower",
  "#",
  "#/properties/a",
  "object",
  "tool_call",
);
const { json } = fc.letrec((tie) => ({
  json: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    fc.oneof(words, fc.constant(null), fc.boolean(), fc.double(), fc.integer(), fc.string({ unit: "binary" })),
    fc.array(tie("json"), { maxLength: 4 }),
    fc.array(fc.tuple(fc.oneof(keys, fc.string()), tie("json")), { maxLength: 5 }).map((members) => {
      const object = {};
      for (const [key, value] of members) {
        Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
      }
      return object;
    }),
  ),
}));

const runs = { seed: seed | 0, numRuns: share(0.1) };

/** Loads if it can be, and says what else happened. */
function loaded(policies: unknown, catalogue?: unknown): PolicyEngine | undefined {
  try {
    return PolicyEngine.loadSync({ policies: policies as Row[], catalogue: catalogue as Catalogue });
  } catch (error) {
    if (error instanceof PolicySetError) return undefined;
    throw error;
  }
}

function exercised(engine: PolicyEngine, request: unknown, grants?: unknown): void {
  const decision = decide(engine, request, grants);
  expect(engine.lastFailure).toBeUndefined();
  expect(decision.code).not.toBe("engine_failure");
  for (const reader of ["agent", "approver", "author", undefined] as const) {
    engine.explain(request as Request, reader && { reader });
  }
  digestOf(engine, request);
}

/** Something anywhere in a value, replaced. */
function damaged(value: unknown, by: unknown, random: Random): unknown {
  const copy = structuredClone({ value });
  let at = copy as { [key: string]: unknown };
  let key = "value";
  for (;;) {
    const next = at[key];
    const inner = typeof next === "object" && next !== null ? Object.keys(next) : [];
    if (inner.length === 0 || random.chance(0.2)) break;
    at = next as { [key: string]: unknown };
    key = random.pick(inner);
  }
  Object.defineProperty(at, key, { value: by, writable: true, enumerable: true, configurable: true });
  return copy.value;
}

test(
  "nothing panics: JSON of any shape",
  () => {
    const engine = loaded([
      {
        id: "a",
        name: "a",
        scope: "tool",
        effect: "allow",
        rule_expr: { target: ["*"], when: { field: "input.x", some: { item: "a.b", as: "lower", eq: "x" } } },
      },
      {
        id: "b",
        name: "b",
        scope: "global",
        effect: "require_approval",
        rule_expr: {
          unless: { field: "input", as: "keys", includes: "eq" },
          approval: { approvers: { users: ["u"] } },
        },
      },
    ]) as PolicyEngine;
    fc.assert(
      fc.property(json, json, json, json, (policies, catalogue, request, grants) => {
        validate(policies as never, catalogue as never);
        validate([policies] as never);
        loaded([policies], catalogue)?.close();
        exercised(engine, request, grants);
        exercised(engine, { action: "tool_call", now: 0, tenant: { id: "t" }, tool: { id: "x" }, input: request }, [
          grants,
        ]);
      }),
      runs,
    );
    engine.close();
  },
  timeout,
);

test(
  "nothing panics: what is nearly right",
  () => {
    fc.assert(
      fc.property(fc.integer(), json, (caseSeed, by) => {
        const random = new Random(caseSeed);
        const { policies, requests, grants } = generateCase(random);
        if (policies.some(({ name }) => name === "heavy")) return;
        const set = random.chance(0.5) ? damaged(policies, by, random) : policies;
        validate(set as never);
        const engine = loaded(set);
        if (engine === undefined) return;
        for (const [index, request] of requests.entries()) {
          exercised(
            engine,
            damaged(request, by, random),
            random.chance(0.5) ? damaged(grants[index], by, random) : grants[index],
          );
        }
        engine.close();
      }),
      { ...runs, numRuns: share(0.05) },
    );
  },
  timeout,
);
