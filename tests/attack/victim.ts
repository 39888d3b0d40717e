// The engine that is attacked: what its policies read, and honest requests.
import type { Policy, PolicyEngine, Request } from "portcullis";

/** The package, as this host loads it. */
export type Engine = typeof PolicyEngine;
/** Anything at all, where a request is expected. */
export type Hostile = { [key: string]: unknown };

function rule(id: string, effect: Policy["effect"], rule_expr: Policy["rule_expr"]): Policy {
  return { id, name: id, scope: "global", effect, rule_expr };
}

const deny = (id: string, when: object): Policy => rule(id, "deny", { when } as Policy["rule_expr"]);
/** More than an encoder tells apart by itself. */
const many = Array.from({ length: 300 }, (_, n) => `id-${n}`);

export const policies: Policy[] = [
  rule("open", "allow", {}),
  deny("note", { field: "input.note", eq: "bad" }),
  deny("text", { field: "input.text", contains: "bad" }),
  deny("list", { field: "input.list", includes: "bad" }),
  deny("rows", { field: "input.rows", some: { item: "tags", includes: "bad" } }),
  deny("bags", { field: "input.bags", some: { item: "of", as: "keys", includes: "bad" } }),
  deny("bag", { field: "input.bag", as: "keys", includes: "bad" }),
  deny("name", { field: "user.name", eq: "bad" }),
  { ...deny("tool", { field: "input.tool_note", eq: "bad" }), scope: "tool", rule_expr: { target: ["stripe.*"] } },
  {
    ...rule("gate", "require_approval", { target: ["refund"], approval: { approvers: { roles: ["lead"] } } }),
    scope: "tool",
  },
  ...["app.id", "user.id", "workflow.id", "agent.id", "tool.id", "run.id", "run.root_id"].map(
    (field): Policy =>
      rule(`known ${field}`, "deny", { actions: ["llm_call"], when: { field, in: many } } as Policy["rule_expr"]),
  ),
];

/** An honest request with other members in its place; allowed as it is. */
export function request(over: Hostile = {}, input: Hostile = {}): Hostile {
  return {
    action: "tool_call",
    now: 1_795_375_800_000,
    tenant: { id: "acme" },
    app: null,
    user: { id: "u1", name: "Ada" },
    workflow: null,
    agent: null,
    tool: { id: "search" },
    run: { id: "r1", root_id: "r1", mode: "auto" },
    input: {
      note: "fine",
      text: "all is fine",
      list: ["fine"],
      rows: [{ tags: ["fine"] }],
      bags: [{ of: { fine: 1 } }],
      bag: { fine: 1 },
      ...input,
    },
    ...over,
  };
}

/** What is asked between attacks, and must always be answered in the same way. */
const honest: readonly Hostile[] = [
  request(),
  request({}, { note: "bad" }),
  request({}, { text: "so bad", list: ["bad"], rows: [{ tags: ["bad"] }] }),
  request({ tool: { id: "refund" } }),
  request({ tool: { id: "stripe.pay" } }),
  request({ action: "nothing" }),
  request({ action: "llm_call", user: { id: "id-7", name: "Ada" } }),
];

/** What a request is bound by; the field that stands in the way of a digest. Throws what is no typed error. */
export function digestOf(engine: PolicyEngine, asked: Request): string {
  try {
    return engine.requestDigest(asked);
  } catch (error) {
    const { name, field } = error as { name?: unknown; field?: unknown };
    if (name === "DigestError") return `none for ${field}`;
    throw error;
  }
}

export interface Victim {
  readonly Engine: Engine;
  readonly engine: PolicyEngine;
  /** What the engine decides on honest requests, as text. */
  honestly(): string;
  /** All that it says of them. */
  thoroughly(): string;
}

export function victim(Engine: Engine): Victim {
  const engine = Engine.loadSync({ policies });
  const honestly = () => JSON.stringify(honest.map((asked) => engine.decide(asked as unknown as Request)));
  const thoroughly = () =>
    JSON.stringify(
      honest.map((asked) => {
        const one = asked as unknown as Request;
        return [engine.decide(one), engine.explain(one, { reader: "author" }), digestOf(engine, one)];
      }),
    );
  return { Engine, engine, honestly, thoroughly };
}
