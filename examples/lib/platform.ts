// One platform that has several of the sets at once: a bank, an office, and tenants with policies of their own. No policy
// of one speaks of the tools of another. GitHub's set does: it has policies on all tools, and stays by itself.
import type { Policy, Request } from "portcullis";
import { banking } from "./banking.js";
import { type Catalogue, load } from "./load.js";
import type { Suite } from "./suite.js";
import { workspace } from "./workspace.js";

const tenants = load<{ catalogue: Catalogue; policies: Policy[]; cases: { request: Request }[] }>(
  "policies/tenant-isolation.json",
);

/** The files of policies, below `examples/`. */
export const files = ["banking/policies.json", "workspace/policies.json", "policies/tenant-isolation.json"];
export const policies: Policy[] = [...banking.policies, ...workspace.policies, ...tenants.policies];

/** What comes in, by who sends it: each call in the run of its own task. */
export const traffic: { from: string; requests: Request[] }[] = [
  ...[banking, workspace].flatMap((suite) => [
    { from: `${suite.name}, honest users`, requests: requestsOf(suite, suite.honest) },
    { from: `${suite.name}, attackers`, requests: requestsOf(suite, suite.attacks) },
  ]),
  { from: "Tenants", requests: tenants.cases.map(({ request }) => request) },
];

function requestsOf(suite: Suite, tasks: Suite["honest"]): Request[] {
  const [victim] = suite.honest;
  return tasks.flatMap(({ text, calls }) => {
    // An attack comes in the middle of somebody's honest task.
    const prompt = tasks === suite.honest ? text : (victim?.text ?? "");
    return calls.map((call) => suite.request(call, prompt));
  });
}

export const catalogue: Catalogue = [banking.catalogue, workspace.catalogue, tenants.catalogue].reduce(
  (one, other) => ({
    entities: joined(one.entities, other.entities) as Catalogue["entities"],
    tools: [...one.tools, ...other.tools],
  }),
);

/** Types that have the fields of both. */
function joined(one: unknown, other: unknown): unknown {
  if (!isRecord(one) || !isRecord(other)) return other ?? one;
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries([...names].map((name) => [name, joined(one[name], other[name])]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
