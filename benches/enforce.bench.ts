// An enforced call of a tool against the bare one: snapshot, facts in memory, decision, an entry of the decision log.
import { type Entity, PolicyEngine, type Request } from "portcullis";
import {
  CallDeniedError,
  CallPausedError,
  callObserver,
  DecisionLog,
  Enforcer,
  type Facts,
  MemoryLimiter,
  type Observer,
  type RequestOptions,
} from "portcullis/service";
import { type Entrant, measure, median, quantile, ROUNDS } from "./measure.js";
import { duration, print, type Row } from "./table.js";
import { parsed, policies, requestTexts } from "./workload.js";

const POLICIES = 1_000;
const CALLS = 4_000;
const MOST = 10_000;
const WARM_UP = 8;
const tools = POLICIES / 5;
const set = policies(POLICIES);
const engine = await PolicyEngine.load({ policies: set });
const limits = [{ meter: "tool_calls", per: ["user"], kind: "rate", window: "1s", max: 1_000_000 }];
const counting = { id: "rate", name: "rate", scope: "global", effect: "modify", rule_expr: { then: { limits } } };
const counted = await PolicyEngine.load({ policies: [...set, counting as never] });

/** Whose call it is is read from what the host knows, as from a cache. */
const facts = {
  facts({ context }: { context: Request }): Facts {
    const { tenant, app, user, workflow, agent, tool, run } = context;
    const known: Entity = { ...(tool as Entity), supports_draft: true };
    return { tenant, app, user, workflow, agent, tool: known, run: run ?? null };
  },
};
/** Logs whose entries go nowhere. What is behind the calls is done when a round has ended, and none is dropped. */
const logs: DecisionLog[] = [];
function observer(request?: RequestOptions): Observer {
  const sink = { write: async () => undefined };
  const log = new DecisionLog({ sink, maxEntries: 100_000, flushMs: 60_000, ...(request && { request }) });
  logs.push(log);
  return callObserver(log);
}
const common = { decisions: engine, facts };
const enforcer = new Enforcer<Request>({ ...common, observer: observer() });
const keeping = new Enforcer<Request>({ ...common, observer: observer({}) });
const unlogged = new Enforcer<Request>(common);
const limiter = new MemoryLimiter();
const limiting = new Enforcer<Request>({ decisions: counted, facts, limiter, observer: observer() });
const shadow = new Enforcer<Request>({ ...common, enforcement: "shadow", observer: observer() });

const handler = async (input: unknown): Promise<number> => Object.keys(input as object).length;
const calling = (through: Enforcer<Request>) => (request: Request) =>
  through.toolCall(request.tool?.id ?? "", { input: request.input, context: request }, ({ input }) => handler(input));
async function stopped(request: Request): Promise<number> {
  try {
    return await calling(enforcer)(request);
  } catch (error) {
    if (CallDeniedError.is(error) || CallPausedError.is(error)) return error.message.length;
    throw error;
  }
}

const texts = requestTexts(tools, CALLS * 2);
const effects = parsed(texts).map((request) => engine.decide(request).effect);
const having = (effect: string) => texts.filter((_, i) => effects[i] === effect).slice(0, CALLS);
const allowed = having("allow");
const entrants: Entrant[] = [
  { run: ({ input }) => handler(input), texts: allowed },
  { run: calling(enforcer), texts: allowed },
  { run: calling(keeping), texts: allowed },
  { run: calling(unlogged), texts: allowed },
  { run: calling(limiting), texts: allowed },
  { run: calling(shadow), texts: allowed },
  { run: stopped, texts: having("deny").slice(0, 400) },
];
const times = entrants.map((): number[] => []);
for (let round = 0; round < WARM_UP + ROUNDS; round++) {
  const took = await measure(entrants, 1, 0);
  for (const log of logs) await log.flush();
  if (round >= WARM_UP) for (const [i, [one = 0] = []] of took.entries()) times[i]?.push(one);
}
const [bare = [], enforced = [], kept = [], bareLog = [], limited = [], shadowed = [], denied = []] = times;
for (const log of logs) {
  const { written, dropped } = log.stats();
  if (written < allowed.length || dropped.allow > 0) throw new Error(`${written} were logged`);
}

function beyond(what: string, times: readonly number[], must: number | null): Row {
  const more = times.map((time, i) => time - (bare[i] as number));
  return {
    what,
    must: must === null ? null : `≤ ${duration(must)}`,
    measured: duration(median(more)),
    spread: `${duration(quantile(more, 0.1))}–${duration(quantile(more, 0.9))}`,
    reached: must === null ? null : median(more) <= must,
  };
}

print({
  title: `Enforced calls, ${POLICIES.toLocaleString("en")} policies`,
  rows: [
    beyond("an enforced call beyond the bare one, the decision log on", enforced, MOST),
    beyond("with requests in the log, but their input", kept, null),
    beyond("without a log", bareLog, null),
    beyond("with a limit that is counted in memory", limited, null),
    beyond("in shadow", shadowed, null),
    beyond("a call that is denied, explained for the agent", denied, null),
  ],
  notes: [
    `Beyond the bare call of the same handler in the same round, which takes ${duration(median(bare))}. The input is copied and ` +
      "frozen, the facts are in memory, each call is decided by five policies and recorded in a decision log, but where it " +
      "says otherwise. What the log does behind the calls is not in it.",
  ],
});
