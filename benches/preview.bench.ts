// A row of a matrix of previews, against one decision over the same set.
import { PolicyEngine } from "portcullis";
import { type Entrant, measure, median, ratio, reading } from "./measure.js";
import { atMost, duration, print } from "./table.js";
import { policies, requestTexts } from "./workload.js";

const POLICIES = 10_000;
const ROW = 200;
const tools = POLICIES / 5;
const engine = await PolicyEngine.load({ policies: policies(POLICIES) });
const row = Array.from({ length: ROW }, (_, i) => ({
  id: `tool_${(i * 7919) % tools}`,
  risk_level: i % 3 === 0 ? "high" : "low",
}));

const deciding: Entrant = { run: reading((request) => engine.decide(request)), texts: requestTexts(tools, 4_000) };
const previewing: Entrant = {
  run: (request) => {
    const cells = engine.previewMany(request, { unknown: ["input"], vary: { tool: row } });
    return cells.reduce((sum, { effects }) => sum + effects.length, 0);
  },
  texts: requestTexts(tools, 40),
};
const single: Entrant = {
  run: (request) => engine.preview(request, { unknown: ["input"] }).policies.length,
  texts: requestTexts(tools, 400),
};
const [decisions = [], rows = [], previews = []] = await measure([deciding, previewing, single]);

// One tenant's share of a set that may leave the server whole, the most that a residual can hold.
const set = policies(POLICIES).map((policy) => ({ ...policy, visibility: "public" as const }));
const open = await PolicyEngine.load({ policies: set });
const loading: Entrant = {
  run: () => {
    const loaded = PolicyEngine.loadSync({ policies: set });
    loaded.close();
    return loaded.digest.length;
  },
  texts: requestTexts(tools, 4),
};
const remaining: Entrant = {
  run: ({ tenant, app, user }) => open.residual({ tenant, app, user }).policies.length,
  texts: requestTexts(tools, 4),
};
const [loads = [], residuals = []] = await measure([loading, remaining], 9, 2);
print({
  title: "Previews, 10,000 policies",
  rows: [
    atMost(
      `${ROW} tools for one user, \`input\` unknown`,
      ratio(rows, decisions),
      300,
      ` (${duration(median(rows))} in all)`,
    ),
    atMost(
      "a residual for one tenant, app and user, of loading the set",
      ratio(residuals, loads),
      2,
      ` (${duration(median(residuals))})`,
    ),
    atMost(
      "one preview, with conditions and words",
      ratio(previews, decisions),
      null,
      ` (${duration(median(previews))})`,
    ),
  ],
  notes: [`In decisions over the same set: one takes ${duration(median(decisions))}. Five policies cover each tool.`],
});
