// Sets that are harder to index than the plain one, each against it.
import { PolicyEngine } from "portcullis";
import { type Entrant, measure, median, ratio, reading } from "./measure.js";
import { atMost, duration, print } from "./table.js";
import { policies, requestTexts } from "./workload.js";

type Policy = ReturnType<typeof policies>[number];

const POLICIES = 10_000;
const TOOLS = POLICIES / 5;
const TENANTS = 1_000;
const REQUESTS = 4_000;

/** What is changed in requests. */
interface Changing {
  tenant: { id: string };
  tool: { id: string };
  input: object;
}

interface Case {
  readonly what: string;
  readonly policies: readonly Policy[];
  readonly texts: readonly string[];
}

/** The workload's texts, parsed, changed and printed again. */
function changed(change: (request: Changing, i: number) => void): string[] {
  return requestTexts(TOOLS, REQUESTS).map((text, i) => {
    const request: Changing = JSON.parse(text);
    change(request, i);
    return JSON.stringify(request);
  });
}

function prefixed(input: object, prefix: string): object {
  return Object.fromEntries(Object.entries(input).map(([name, value]) => [prefix + name, value]));
}

/** A copy of what reads fields, with some of them renamed. */
function renamed(policy: Policy, rename: (field: string) => string): Policy {
  const text = JSON.stringify(policy);
  return JSON.parse(text.replaceAll(/"field":"([^"]+)"/g, (_, field: string) => `"field":"${rename(field)}"`));
}

function owned(): Case {
  const kinds = policies(5).filter(({ effect }) => effect !== "allow");
  const own = Array.from({ length: TENANTS }, (_, tenant) =>
    // They restrict, and the platform's one allows: a tenant's own could not. The four kinds come twice or thrice.
    Array.from({ length: 10 }, (_, place) => {
      const kind = kinds[place % kinds.length] as Policy;
      const { target: _none, ...rule } = kind.rule_expr;
      const mine = {
        ...kind,
        id: `t${tenant}-${place}`,
        scope: "global",
        tenant_id: `tenant-${tenant}`,
        rule_expr: rule,
      };
      return renamed(mine as Policy, (field) => field.replace("input.", `input.of_${tenant}_`));
    }),
  ).flat();
  const open = {
    id: "open",
    name: "operators may",
    scope: "global",
    effect: "allow",
    rule_expr: { when: { field: "user.roles", includes: "operator" } },
  } as Policy;
  const texts = changed((request, i) => {
    const tenant = (i * 7919) % TENANTS;
    request.tenant = { id: `tenant-${tenant}` };
    request.input = prefixed(request.input, `of_${tenant}_`);
  });
  return {
    what: "owned by 1,000 tenants, none naming a tool, each reading fields of its own",
    policies: [open, ...own],
    texts,
  };
}

/** Which fields a tool has: 333 groups with an amount, a region and a confirmation each, and four that all share. */
function group(tool: string): number {
  return Number(tool.slice("tool_".length)) % 333;
}

function manyFields(): Case {
  const all = policies(POLICIES).map((policy) => {
    const of = group((policy.rule_expr.target as string[])[0] as string);
    return renamed(policy, (field) => field.replace(/^input\./, `input.of_${of}_`));
  });
  const texts = changed((request) => {
    request.input = prefixed(request.input, `of_${group(request.tool.id)}_`);
  });
  return { what: "1,000 distinct fields over the set", policies: all, texts };
}

/** Of the five policies of a tool each has a glob of another kind, so that no two targets are the same. */
const GLOBS: readonly ((tool: string, number: string) => string)[] = [
  (tool) => `${tool}.*`,
  (_, number) => `*_${number}.run`,
  (tool) => `${tool}.?un`,
  (_, number) => `t*l_${number}.run`,
  (tool) => `${tool}.r*n`,
];

function globs(): Case {
  const all = policies(POLICIES).map((policy, i) => {
    const tool = (policy.rule_expr.target as string[])[0] as string;
    const glob = GLOBS[i % GLOBS.length] as (typeof GLOBS)[number];
    return { ...policy, rule_expr: { ...policy.rule_expr, target: [glob(tool, tool.slice("tool_".length))] } };
  });
  const texts = changed((request) => {
    request.tool.id += ".run";
  });
  return { what: "10,000 glob targets, no two alike", policies: all, texts };
}

const plain: Case = { what: "plain", policies: policies(POLICIES), texts: requestTexts(TOOLS, REQUESTS) };
const cases = [plain, owned(), manyFields(), globs()];
const entrants: Entrant[] = [];
const reasons: number[] = [];
for (const { policies, texts } of cases) {
  const engine = await PolicyEngine.load({ policies });
  const decisions = texts.map((text) => engine.decide(JSON.parse(text)));
  reasons.push(decisions.reduce((sum, decision) => sum + decision.reasons.length, 0) / texts.length);
  // A set in which fields are missing would say so in errors, and measure something else.
  const wrong = decisions.flatMap((decision) => decision.reasons).find(({ error }) => error !== null);
  if (wrong !== undefined) throw new Error(`not as meant: ${JSON.stringify(wrong)}`);
  entrants.push({ run: reading((request) => engine.decide(request)), texts });
}
const [first = [], ...others] = await measure(entrants);
print({
  title: "Sets that are harder to index, 10,000 policies each",
  rows: others.map((times, i) =>
    atMost(`${cases[i + 1]?.what}, against the plain set`, ratio(times, first), 2, ` (${duration(median(times))})`),
  ),
  notes: [
    `The plain set has five policies for each of ${TOOLS.toLocaleString("en")} tools; a decision takes ${duration(median(first))}. ` +
      "Of a tenant with policies of its own all ten cover each of its requests, and the platform's one allow as well; a " +
      "request to the plain set meets five. " +
      "The globs end or begin with a star, have one within, or a question mark; an id is matched against them once. " +
      `On average ${reasons.map((count) => count.toFixed(1)).join(", ")} policies apply (plain, and the rows in their order).`,
  ],
});
