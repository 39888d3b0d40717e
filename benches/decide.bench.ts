// `decide` against hand-written closures, interleaved in one process: a ratio, since times are a machine's own.
import { type Decision, PolicyEngine, type Request } from "portcullis";
import { carefully, handWritten, plainly, type Verdict } from "./closure.js";
import { parsed, policies, requestTexts } from "./workload.js";

const REQUESTS = 4_000;
const BATCH = 200;
const ROUNDS = 15;
const WARM_UP = 10;
const SIZES = [10, 1_000, 10_000];

interface Row {
  readonly size: number;
  readonly decide: number;
  readonly plain: Against;
  readonly careful: Against;
}

/** How `decide` compares with one closure. */
interface Against {
  readonly ns: number;
  readonly ratio: number;
  readonly spread: string;
}

/** Nanoseconds a call, of one pass. Requests are parsed a few at a time, so that they are as warm as a server's. */
function time(texts: readonly string[], run: (request: Request) => number): number {
  let took = 0n;
  let read = 0;
  for (let from = 0; from < texts.length; from += BATCH) {
    const requests = parsed(texts.slice(from, from + BATCH));
    const start = process.hrtime.bigint();
    for (const request of requests) read += run(request);
    took += process.hrtime.bigint() - start;
  }
  if (read < 0) throw new Error("nothing was decided");
  return Number(took) / texts.length;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] as number;
}

function agree(request: Request, decision: Decision, verdict: Verdict): void {
  const ids = decision.reasons.map((reason) => reason.policy_id);
  const same = decision.effect === verdict.effect && decision.mode === verdict.mode;
  if (!same || ids.join() !== verdict.reasons.join()) {
    throw new Error(`the two differ on ${JSON.stringify(request)}: ${JSON.stringify([decision, verdict])}`);
  }
}

function against(times: readonly { decide: number; closure: number }[]): Against {
  const ratios = times.map(({ decide, closure }) => decide / closure);
  return {
    ns: median(times.map(({ closure }) => closure)),
    ratio: median(ratios),
    spread: `${Math.min(...ratios).toFixed(1)}–${Math.max(...ratios).toFixed(1)}`,
  };
}

async function measure(size: number): Promise<Row> {
  const engine = await PolicyEngine.load({ policies: policies(size) });
  const plain = handWritten(size, plainly);
  const careful = handWritten(size, carefully);
  const texts = requestTexts(Math.max(1, size / 5), REQUESTS);
  for (const request of parsed(texts)) {
    const decision = engine.decide(request);
    agree(request, decision, plain(request));
    agree(request, decision, careful(request));
  }
  const reading =
    (ask: (request: Request) => { effect: string; reasons: readonly unknown[] }) => (request: Request) => {
      const { effect, reasons } = ask(request);
      return effect.length + reasons.length;
    };
  const contestants = [reading((request) => engine.decide(request)), reading(plain), reading(careful)] as const;
  for (let i = 0; i < WARM_UP; i++) for (const contestant of contestants) time(texts, contestant);
  const rounds = Array.from({ length: ROUNDS }, () => contestants.map((contestant) => time(texts, contestant)));
  engine.close();
  const times = rounds.map(([decide = 0, plain = 0, careful = 0]) => ({ decide, plain, careful }));
  return {
    size,
    decide: median(times.map(({ decide }) => decide)),
    plain: against(times.map(({ decide, plain }) => ({ decide, closure: plain }))),
    careful: against(times.map(({ decide, careful }) => ({ decide, closure: careful }))),
  };
}

const rows: Row[] = [];
for (const size of SIZES) rows.push(await measure(size));

console.log(
  `decide against closures written by hand; seven fields, ${REQUESTS} fresh requests, median of ${ROUNDS} rounds`,
);
console.log("plain: reads properties as they come; careful: own properties only, as the engine does\n");
console.log("  policies  decide ns   plain ns  ratio  spread        careful ns  ratio  spread");
for (const { size, decide, plain, careful } of rows) {
  const cells = [String(size).padStart(10), decide.toFixed(0).padStart(10)];
  for (const { ns, ratio, spread } of [plain, careful]) {
    cells.push(ns.toFixed(0).padStart(10), ratio.toFixed(1).padStart(6), ` ${spread}`.padEnd(13));
  }
  console.log(cells.join(" "));
}
const [smallest] = rows;
const largest = rows.at(-1);
if (smallest !== undefined && largest !== undefined) {
  const growth = largest.decide / smallest.decide;
  console.log(`\n  ${largest.size} policies against ${smallest.size}: ${growth.toFixed(2)} times as long`);
}
