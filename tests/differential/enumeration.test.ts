// Every small set of policies, against the rule of decisions in a few lines.
import { afterAll, beforeAll, expect, test } from "vitest";
import { Native } from "./support/native.js";
import { decide, withEngine } from "./support/node.js";

const effects = ["allow", "deny", "require_approval", "modify"] as const;
const outcomes = ["true", "false", "error"] as const;
const owners = ["platform", "delegating", "tenant"] as const;

interface Kind {
  effect: (typeof effects)[number];
  outcome: (typeof outcomes)[number];
  owner: (typeof owners)[number];
}

const kinds: Kind[] = effects.flatMap((effect) =>
  outcomes.flatMap((outcome) =>
    owners.flatMap((owner) => (owner === "delegating" && effect !== "allow" ? [] : [{ effect, outcome, owner }])),
  ),
);

/** All multisets of up to so many kinds. */
function* multisets(size: number, from = 0): Generator<Kind[]> {
  yield [];
  if (size === 0) return;
  for (let at = from; at < kinds.length; at += 1) {
    for (const rest of multisets(size - 1, at)) yield [kinds[at] as Kind, ...rest];
  }
}

const request = {
  action: "tool_call",
  now: 0,
  tenant: { id: "acme" },
  app: null,
  user: null,
  workflow: null,
  agent: null,
  tool: { id: "t" },
  run: { id: "r", mode: "auto" },
  input: { no: false },
};

const when = {
  true: {},
  false: { when: { field: "input.no", eq: true } },
  error: { when: { field: "input.none", eq: true } },
};
const consequence = {
  allow: {},
  deny: {},
  require_approval: { approval: { approvers: { roles: ["dba"] }, exclude_requester: false } },
  modify: { then: { mode: "draft" } },
};

function policy({ effect, outcome, owner }: Kind, index: number) {
  return {
    id: `p${index}`,
    name: effect,
    scope: "global",
    effect,
    rule_expr: { ...when[outcome], ...consequence[effect], ...(owner === "delegating" && { delegate: true }) },
    tenant_id: owner === "tenant" ? "acme" : null,
  };
}

/** The rule. What restricts applies also when it can't be told; an allow must be true. */
function decided(set: Kind[]) {
  const applies = set.map(({ effect, outcome }) => outcome === "true" || (outcome === "error" && effect !== "allow"));
  const has = (effect: Kind["effect"], owner?: Kind["owner"]) =>
    set.some((kind, index) => applies[index] && kind.effect === effect && (owner ?? kind.owner) === kind.owner);
  const permitted = has("allow", "platform") || (has("allow", "delegating") && has("allow", "tenant"));
  const [effect, code] = has("deny")
    ? ["deny", "denied_by_policy"]
    : !permitted
      ? ["deny", "no_matching_allow"]
      : has("require_approval")
        ? ["require_approval", "approval_required"]
        : ["allow", "allowed"];
  const ids = (of: string) => set.flatMap((kind, index) => (applies[index] && kind.effect === of ? [`p${index}`] : []));
  return {
    effect,
    code,
    mode: has("modify") ? "draft" : "auto",
    reasons: ["deny", "require_approval", "modify", "allow"].flatMap(ids),
    approvals: effect === "require_approval" ? ids("require_approval") : [],
  };
}

interface Told {
  effect: string;
  code: string;
  mode: string;
  reasons: { policy_id: string | null }[];
  approvals: { policy_id: string }[];
}

function told({ effect, code, mode, reasons, approvals }: Told) {
  return { effect, code, mode, reasons: reasons.map((r) => r.policy_id), approvals: approvals.map((a) => a.policy_id) };
}

const sets = [...multisets(4)];
let native: Native;

beforeAll(async () => {
  native = await Native.start();
}, 600_000);

afterAll(() => native?.stop());

test("there are as many sets as there should be", () => {
  expect(kinds).toHaveLength(27);
  // 31 over 4.
  expect(sets).toHaveLength(31_465);
});

test("native and Node decide every set by the rule", async () => {
  const answers = sets.map((set) => native.ask({ policies: set.map(policy), requests: [request] }));
  for (const [index, set] of sets.entries()) {
    const expected = JSON.stringify(decided(set));
    const byNode = withEngine(set.map(policy), (engine) => told(decide(engine, request)));
    const [byNative] = JSON.parse((await answers[index]) as string) as [Told];
    if (JSON.stringify(byNode) !== expected) expect(byNode, JSON.stringify(set)).toEqual(JSON.parse(expected));
    if (JSON.stringify(told(byNative)) !== expected)
      expect(told(byNative), JSON.stringify(set)).toEqual(JSON.parse(expected));
  }
}, 300_000);
