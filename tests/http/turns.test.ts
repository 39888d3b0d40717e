// Calls that ask for much take turns with others.
import { expect, it } from "vitest";
import { send } from "./client.js";
import { type Light, light, OPEN } from "./light.js";
import { request } from "./support.js";

const DENY = { id: "deny", name: "deny", scope: "global", effect: "deny", rule_expr: {} };
const token = "platform";

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);
const input = Object.fromEntries(numbers(7).map((i) => [`f${i}`, i + 1]));
const evaluation = {
  subject: { type: "user", id: "u1" },
  action: { name: "llm_call", properties: input },
  resource: { type: "tool", id: "mail" },
  context: { tenant: { id: "acme" }, app: null, agent: null, workflow: null, run: null },
};

const LARGE: [string, string, object][] = [
  ["a batch", "/v1/decisions/batch", { requests: Array(1_000).fill({ ...request, action: "llm_call", input }) }],
  ["evaluations", "/access/v1/evaluations", { ...evaluation, evaluations: Array(1_000).fill({}) }],
  [
    "a matrix",
    "/v1/previews/matrix",
    {
      request: { ...request, input },
      unknown: ["run"],
      vary: { user: numbers(2).map((id) => ({ id: `u${id}` })), tool: numbers(5_000).map((id) => ({ id: `t${id}` })) },
    },
  ],
];

it.each(LARGE)(
  "%s lets others be answered meanwhile",
  async (_, path, body) => {
    // Each piece takes its time, so that on any machine the whole is far longer than a turn.
    const slow = await light([OPEN], { onDecision: busy });
    const { previewMany } = slow.service;
    slow.service.previewMany = (...asked) => {
      busy();
      return previewMany.apply(slow.service, asked);
    };
    let over = false;
    const large = send(slow.base, "POST", path, { token, body }).finally(() => {
      over = true;
    });
    let answered = 0;
    while (!over) {
      expect((await send(slow.base, "GET", "/v1/health")).status).toBe(200);
      if (!over) answered++;
    }
    const reply = await large;
    expect([reply.status, answered > 3], `${answered}`).toEqual([200, true]);
    const { decisions, evaluations, cells } = reply.body;
    expect((decisions ?? evaluations ?? cells).length).toBe(cells === undefined ? 1_000 : 10_000);
  },
  120_000,
);

/** Takes three milliseconds, whatever the machine. */
function busy(): void {
  const end = performance.now() + 3;
  while (performance.now() < end);
}

/** Changes the policies once some work is done, of which each piece takes its time from then on. */
function changing(api: () => Light) {
  let pieces = 0;
  let changed: Promise<void> | undefined;
  return {
    piece() {
      if (++pieces === 20) changed = api().put([DENY]);
      busy();
    },
    pieces: () => pieces,
    changed: () => changed,
  };
}

it.each(LARGE.slice(0, 2))(
  "%s says of each decision by which policies it was taken",
  async (_, path, body) => {
    const change = changing(() => slow);
    const slow = await light([OPEN], { onDecision: change.piece });
    const before = slow.service.health().policy_set;
    const lists = Object.entries(body).map(([name, of]) => [name, Array.isArray(of) ? of.slice(0, 300) : of]);
    const reply = await send(slow.base, "POST", path, { token, body: Object.fromEntries(lists) });
    await change.changed();
    const taken: { policy_set: string; effect: string }[] =
      reply.body.decisions ?? reply.body.evaluations.map(({ context }: { context: object }) => context);
    const effects = (of: typeof taken) => [...new Set(of.map(({ effect }) => effect))];
    expect(effects(taken.filter(({ policy_set }) => policy_set === before))).toEqual(["allow"]);
    expect(effects(taken.filter(({ policy_set }) => policy_set !== before))).toEqual(["deny"]);
  },
  60_000,
);

it("a matrix is of one state of the policies, and begun again where that changes", async () => {
  const change = changing(() => slow);
  const slow = await light([OPEN]);
  const { previewMany } = slow.service;
  slow.service.previewMany = (...asked) => {
    change.piece();
    return previewMany.apply(slow.service, asked);
  };
  const [, path, body] = LARGE[2] as (typeof LARGE)[number];
  const { cells } = (await send(slow.base, "POST", path, { token, body })).body;
  await change.changed();
  expect(change.pieces()).toBeGreaterThan(100);
  expect([cells.length, new Set(cells.map(({ effects }: { effects: string[] }) => effects.join()))]).toEqual([
    10_000,
    new Set(["deny"]),
  ]);
}, 60_000);
