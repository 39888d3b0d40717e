// Previews over the real core: what they answer, and what they are told.
import { afterAll, describe, expect, it } from "vitest";
import { PolicyEngine } from "../entrypoints/node.js";
import type { Policy, PreviewManyOptions, PreviewOptions, Request } from "../index.js";

const policies: Policy[] = [
  { id: "open", name: "open", scope: "global", effect: "allow", rule_expr: {} },
  {
    id: "large",
    name: "large payments",
    scope: "tool",
    effect: "deny",
    rule_expr: {
      target: ["pay"],
      when: {
        all: [
          { field: "input.amount", gt: 500 },
          { field: "user.role", ne: "lead" },
        ],
      },
    },
  },
  {
    id: "gate",
    name: "deletes need a look",
    scope: "tool",
    effect: "require_approval",
    rule_expr: { target: ["delete"], approval: { approvers: { roles: ["dba"] } } },
  },
];
const request: Request = {
  action: "tool_call",
  now: 0,
  tenant: { id: "acme" },
  app: null,
  user: { id: "u1", role: "developer" },
  workflow: null,
  agent: null,
  tool: { id: "pay" },
  run: { id: "r1" },
};
const engine = PolicyEngine.loadSync({ policies });
afterAll(() => engine.close());

describe("a preview", () => {
  it("folds away what is known, and says what is left", () => {
    expect(engine.preview(request, { unknown: ["input"] })).toEqual({
      effects: ["allow", "deny"],
      modes: ["auto"],
      decision: null,
      may_be_invalid: false,
      policies: [
        {
          policy_id: "large",
          policy_name: "large payments",
          effect: "deny",
          outcome: "may_apply",
          target: null,
          actions: null,
          tenant_id: null,
          condition: { field: "input.amount", gt: 500 },
          words: "Denied when `input.amount` is more than 500.",
        },
        {
          policy_id: "open",
          policy_name: "open",
          effect: "allow",
          outcome: "applies",
          target: null,
          actions: null,
          tenant_id: null,
          condition: null,
          words: "Allowed.",
        },
      ],
      unknown: ["input"],
    });
  });

  it("is the decision where nothing is unknown", () => {
    const whole = { ...request, input: { amount: 900 } };
    expect(engine.preview(whole).decision).toEqual(engine.decide(whole));
    expect(engine.preview(whole, { unknown: ["purpose"] }).decision).toEqual(engine.decide(whole));
  });

  it("knows of no coverage by an unknown id", () => {
    const { effects, policies } = engine.preview(request, { unknown: ["tool.id", "input"] });
    expect(effects).toEqual(["allow", "deny", "require_approval"]);
    expect(policies.map(({ policy_id, target }) => [policy_id, target])).toEqual([
      ["large", ["pay"]],
      ["gate", ["delete"]],
      ["open", null],
    ]);
  });

  it.each([["input"], [[""]], [["input..x"]], [[1]], [[[]]]])("refuses %j as unknown fields", (unknown) => {
    const options = { unknown } as unknown as PreviewOptions;
    expect(() => engine.preview(request, options)).toThrow(expect.objectContaining({ code: "invalid_argument" }));
  });
});

describe("many previews", () => {
  const lead = { id: "u2", role: "lead" };

  it("are those of every combination, the last list’s next to one another", () => {
    const users = [request.user, lead];
    const tools = [{ id: "pay" }, { id: "delete" }, { id: "read" }];
    const cells = engine.previewMany(request, { unknown: ["input"], vary: { user: users, tool: tools } });
    const one = users.flatMap((user) =>
      tools.map((tool) => engine.preview({ ...request, user, tool }, { unknown: ["input"] })),
    );
    expect(cells).toEqual(
      one.map(({ effects, modes, decision, may_be_invalid }) => ({
        effects,
        modes,
        settled: decision !== null,
        may_be_invalid,
      })),
    );
    expect(cells.map(({ effects }) => effects.join())).toEqual([
      "allow,deny",
      "require_approval",
      "allow",
      "allow",
      "require_approval",
      "allow",
    ]);
  });

  it("read for one what another has overwritten, where what is unknown varies too", () => {
    const matching = PolicyEngine.loadSync({
      policies: [
        { id: "open", name: "open", scope: "global", effect: "allow", rule_expr: {} },
        {
          id: "kind",
          name: "kind",
          scope: "global",
          effect: "deny",
          rule_expr: {
            when: {
              all: [
                { field: "input.kind", matches: "a*" },
                { field: "user.name", starts_with: "a" },
              ],
            },
          },
        },
      ],
    });
    const names = ["a long name", "b", "another one", "a"];
    const asked = { ...request, input: { kind: "other" } };
    const users = names.map((name) => ({ id: "u", name, role: "lead" }));
    const cells = matching.previewMany(asked, { unknown: ["user.role"], vary: { user: users } });
    expect(cells.map(({ effects }) => effects)).toEqual(names.map(() => ["allow"]));
  });

  it("are none for an empty list", () => {
    expect(engine.previewMany(request, { vary: { tool: [] } })).toEqual([]);
  });

  it.each([undefined, [], { tool: {} }, { tool: new Array(10_001) }])("refuse %j as lists", (vary) => {
    const options = { vary } as unknown as PreviewManyOptions;
    expect(() => engine.previewMany(request, options)).toThrow(expect.objectContaining({ code: "invalid_argument" }));
  });
});
