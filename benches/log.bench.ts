// What the decision log adds to a decision: as differences in one run, the contestants taking turns.
import { type Decision, PolicyEngine, type Request } from "portcullis";
import { DecisionLog, decisionSink, type RequestOptions } from "portcullis/service";
import { median, quantile } from "./measure.js";
import { print, type Row } from "./table.js";
import { parsed, policies, requestTexts } from "./workload.js";

const POLICIES = 1_000;
const TOOLS = 200;
const REQUESTS = 4_000;
const ROUNDS = 31;
const WARM_UP = 8;
const MOST_NS = 2_000;

const engine = PolicyEngine.loadSync({ policies: policies(POLICIES) });
const texts = requestTexts(TOOLS, REQUESTS);

/** Microseconds of processor time, all threads together. */
function used(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** A log whose entries go nowhere. What is behind the call begins when a round has ended. */
function logged(request?: RequestOptions) {
  const sink = { write: async () => undefined };
  const log = new DecisionLog({ sink, maxEntries: 100_000, flushMs: 60_000, ...(request && { request }) });
  return { log, sink: decisionSink(log) };
}

const kinds = {
  none: undefined,
  "without requests": logged(),
  "with requests, but their input": logged({}),
  "with whole requests": logged({ omit: [] }),
};

function nanoseconds(
  list: readonly Request[],
  sink: ((decision: Decision, request: Request) => void) | undefined,
): number {
  let read = 0;
  const start = used();
  for (const request of list) {
    const decision = engine.decide(request);
    sink?.(decision, request);
    read += decision.reasons.length;
  }
  const took = (used() - start) * 1_000;
  if (read < 0) throw new Error("nothing was decided");
  return took / list.length;
}

const decided = new Map<string, number[]>(Object.keys(kinds).map((kind) => [kind, []]));
const written = new Map<string, number[]>(Object.keys(kinds).map((kind) => [kind, []]));
for (let round = 0; round < ROUNDS + WARM_UP; round++) {
  for (const [kind, entrant] of Object.entries(kinds)) {
    const list = parsed(texts);
    const took = nanoseconds(list, entrant?.sink);
    const start = used();
    await entrant?.log.flush();
    const flushed = ((used() - start) * 1_000) / list.length;
    if (round < WARM_UP) continue;
    decided.get(kind)?.push(took);
    written.get(kind)?.push(flushed);
  }
}

const bare = decided.get("none") as number[];
const rows: Row[] = Object.keys(kinds)
  .filter((kind) => kind !== "none")
  .flatMap((kind) => {
    const more = (decided.get(kind) as number[]).map((took, i) => took - (bare[i] as number));
    const behind = written.get(kind) as number[];
    const limit = kind === "with whole requests" ? null : MOST_NS;
    const spread = (values: readonly number[]) =>
      `${Math.round(quantile(values, 0.1))}–${Math.round(quantile(values, 0.9))} ns`;
    return [
      {
        what: `within the call, ${kind}`,
        must: limit === null ? null : `≤ ${limit / 1_000} µs`,
        measured: `${Math.round(median(more))} ns`,
        spread: spread(more),
        reached: limit === null ? null : median(more) <= limit,
      },
      {
        what: `behind it, ${kind}`,
        must: null,
        measured: `${Math.round(median(behind))} ns`,
        spread: spread(behind),
        reached: null,
      },
    ];
  });
print({
  title: `The decision log, ${POLICIES.toLocaleString("en")} policies`,
  rows,
  notes: [
    `What each decision takes more than the same without a log (${Math.round(median(bare))} ns), as a difference round by ` +
      "round; and what making and hashing its entry takes behind the call. The entries are given to a sink that keeps none.",
  ],
});
engine.close();
