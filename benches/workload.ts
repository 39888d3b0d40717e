// The workload of the benchmarks: tools with five policies each, and calls of them in twenty shapes.
import type { Policy, Request } from "portcullis";

const REGIONS = ["eu", "us", "apac", "latam"];

/** The bounds that the policies of one tool set. */
export interface Bounds {
  readonly tool: string;
  readonly most: number;
  readonly review: number;
  readonly region: string;
  readonly cost: number;
}

export function bounds(tool: number): Bounds {
  return {
    tool: `tool_${tool}`,
    most: 1_000 + (tool % 7) * 100,
    review: 400 + (tool % 5) * 50,
    region: REGIONS[tool % REGIONS.length] as string,
    cost: 5_000 + tool,
  };
}

/** Five policies for each tool; together they read seven fields. */
export function policies(count: number): Policy[] {
  const all: Policy[] = [];
  for (let tool = 0; all.length < count; tool++) {
    const { tool: id, most, review, region, cost } = bounds(tool);
    const policy = (name: string, effect: Policy["effect"], when: unknown, more: object = {}) =>
      ({
        id: `${id}-${name}`,
        name: `${name} of ${id}`,
        scope: "tool",
        effect,
        rule_expr: { target: [id], when, ...more },
      }) as Policy;
    all.push(
      policy("allow", "allow", { field: "user.roles", includes: "operator" }),
      policy("most", "deny", { field: "input.amount", gt: most }),
      policy("region", "deny", {
        all: [
          { field: "input.region", ne: region },
          { field: "input.confirm", eq: false },
        ],
      }),
      policy(
        "review",
        "require_approval",
        {
          all: [
            { field: "run.mode", eq: "auto" },
            { field: "tool.risk_level", eq: "high" },
            { field: "input.amount", gte: review },
          ],
        },
        { approval: { approvers: { roles: ["lead"] }, exclude_requester: false } },
      ),
      policy("cost", "modify", { field: "run.cost_cents", gt: cost }, { then: { mode: "draft" } }),
    );
  }
  return all.slice(0, count);
}

/** Texts of requests for tools below a number, in twenty shapes. */
export function requestTexts(tools: number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const tool = (i * 7919) % tools;
    const request = {
      action: "tool_call",
      now: 1_795_375_800_000 + i,
      tenant: { id: `tenant-${i % 11}` },
      app: { id: "console" },
      user: { id: `u${i % 101}`, roles: i % 9 === 0 ? ["guest"] : ["operator", "reader"] },
      workflow: { id: "triage" },
      agent: i % 2 === 0 ? null : { id: "assistant" },
      tool: { id: `tool_${tool}`, risk_level: i % 3 === 0 ? "high" : "low" },
      run: { id: `r${i}`, root_id: `r${i}`, mode: i % 2 === 0 ? "auto" : "draft", cost_cents: (i * 37) % 9_000 },
      input: {
        amount: (i * 131) % 1_800,
        region: REGIONS[i % REGIONS.length],
        confirm: i % 5 !== 0,
        [`shape_${i % 20}`]: i,
      },
    };
    return JSON.stringify(request);
  });
}

/** Requests as a server has them: parsed a moment ago. */
export function parsed(texts: readonly string[]): Request[] {
  return texts.map((text) => JSON.parse(text) as Request);
}
