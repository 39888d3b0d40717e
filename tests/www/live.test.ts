// The engine that follows the texts: what it says is what a fresh one says, and one changed policy is compiled alone.
import { PolicyEngine } from "portcullis";
import { expect, it, vi } from "vitest";
import { LiveSet } from "../../www/src/engine/live.js";
import { loadSet } from "../../www/src/engine/set.js";
import { edited } from "../../www/src/source/edit.js";
import { formatJson } from "../../www/src/source/format.js";

const request = {
  action: "tool_call",
  now: 0,
  tenant: { id: "acme" },
  app: null,
  user: { id: "u1" },
  workflow: null,
  agent: null,
  tool: { id: "t7" },
  input: { n: 70 },
};

const SET = [
  { id: "open", name: "open", scope: "global", effect: "allow", rule_expr: {} },
  ...Array.from({ length: 20 }, (_, i) => ({
    id: `p${i}`,
    name: `p${i}`,
    scope: "tool",
    effect: "deny",
    rule_expr: { target: [`t${i}`], when: { field: "input.n", gt: 100 } },
  })),
];

const CATALOGUE = JSON.stringify({ tools: [{ name: "t7", inputSchema: { type: "object" } }] });
const FORMS: readonly ((set: unknown) => string)[] = [
  (set) => formatJson(set),
  (set) => formatJson({ title: "x", policies: set }),
  (set) => (set as unknown[]).map((policy) => `- ${JSON.stringify(policy)}`).join("\n"),
];

it.each(FORMS.map((write, index) => ({ write, index })))(
  "follows edits as a fresh engine would ($index)",
  ({ write, index }) => {
    const live = new LiveSet();
    const at = index === 1 ? ["policies"] : [];
    let text = write(SET);
    const steps = [
      { path: [...at, 8, "rule_expr", "when", "gt"], set: 50 },
      { path: [...at, 8, "effect"], set: "modify" },
      { path: [...at, 8, "effect"], set: "deny" },
      { path: [...at, 8, "rule_expr", "when"], set: { field: "input.n", most: 5 } },
      { path: [...at, 3, "name"], set: "other" },
      { path: [...at, 8, "rule_expr", "when"], set: { field: "input.m", gt: 5 } },
      { path: [...at, 8, "id"], set: "p0" },
      { path: [...at, 8, "id"], set: "p7" },
      { path: [...at, 8], remove: true as const },
      { path: at, append: SET[8] },
    ];
    for (const catalogue of ["", CATALOGUE, ""]) {
      for (const step of steps) {
        text = edited(text, step);
        const [here, fresh] = [live.at({ policies: text, catalogue }), loadSet({ policies: text, catalogue })];
        expect(here.findings).toEqual(fresh.findings);
        expect(here.engine?.decide(request)).toEqual(fresh.engine?.decide(request));
        expect(here.engine?.digest).toBe(fresh.engine?.digest);
        fresh.engine?.close();
      }
      text = write(SET);
    }
  },
);

it("loads once, and then compiles what was edited", () => {
  const load = vi.spyOn(PolicyEngine, "loadSync");
  try {
    const live = new LiveSet();
    let text = formatJson(SET);
    const { engine } = live.at({ policies: text, catalogue: "" });
    const replace = vi.spyOn(engine as PolicyEngine, "replace");
    for (const limit of [1, 12, 123]) {
      text = edited(text, { path: [8, "rule_expr", "when", "gt"], set: limit });
      live.at({ policies: text, catalogue: "" });
    }
    live.at({ policies: `${text}\n[`, catalogue: "" });
    expect(live.at({ policies: text, catalogue: "" }).engine?.decide(request).effect).toBe("allow");
    expect(load).toHaveBeenCalledTimes(1);
    expect(replace).toHaveBeenCalledTimes(3);
  } finally {
    load.mockRestore();
  }
});
