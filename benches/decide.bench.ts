// `decide` against hand-written closures, and large sets against small ones. With `--check` nothing is timed.
import { type Decision, PolicyEngine, type Request } from "portcullis";
import { carefully, handWritten, plainly, type Verdict } from "./closure.js";
import { type Entrant, measure, median, ROUNDS, ratio, reading } from "./measure.js";
import { atMost, duration, print } from "./table.js";
import { parsed, policies, requestTexts } from "./workload.js";

const REQUESTS = 4_000;

function texts(size: number): string[] {
  return requestTexts(size / 5, REQUESTS);
}

function agree(request: Request, decision: Decision, verdict: Verdict): void {
  const ids = decision.reasons.map((reason) => reason.policy_id);
  const same = decision.effect === verdict.effect && decision.mode === verdict.mode;
  if (!same || ids.join() !== verdict.reasons.join()) {
    throw new Error(`the two differ on ${JSON.stringify(request)}: ${JSON.stringify([decision, verdict])}`);
  }
}

async function againstClosures(): Promise<void> {
  const size = 1_000;
  const engine = await PolicyEngine.load({ policies: policies(size) });
  const plain = handWritten(size, plainly);
  const careful = handWritten(size, carefully);
  const requests = texts(size);
  for (const request of parsed(requests)) {
    const decision = engine.decide(request);
    agree(request, decision, plain(request));
    agree(request, decision, careful(request));
  }
  if (process.argv.includes("--check")) {
    console.log(`agree on ${requests.length} requests: the closures written by hand`);
    return;
  }
  const runs = [(request: Request) => engine.decide(request), plain, careful].map(reading);
  const [decide = [], byPlain = [], byCareful = []] = await measure(runs.map((run) => ({ run, texts: requests })));
  engine.close();
  const ns = [decide, byPlain, byCareful].map((times) => duration(median(times)));
  print({
    title: "Against closures written by hand, 1,000 policies",
    rows: [
      atMost("`decide` against the closure that reads properties as they come", ratio(decide, byPlain), 5),
      atMost("`decide` against the closure that reads own properties only", ratio(decide, byCareful), 5),
    ],
    notes: [
      `Effect and reasons are read. Here a decision takes ${ns[0]}, the closures ${ns[1]} and ${ns[2]}. ` +
        "The closures are what an engineer writes in place of an engine: functions in a `Map` by tool. The first would " +
        "take a role from a prototype; the second reads as the engine does. They explain nothing, are bound to no " +
        "digest, and each change of a policy is a deployment.",
    ],
  });
}

async function growth(): Promise<void> {
  const sizes = [10, 10_000, 100_000];
  const engines: PolicyEngine[] = [];
  for (const size of sizes) engines.push(await PolicyEngine.load({ policies: policies(size) }));
  const entrants: Entrant[] = engines.map((engine, i) => ({
    run: reading((request) => engine.decide(request)),
    texts: texts(sizes[i] as number),
  }));
  const [small = [], large = [], huge = []] = await measure(entrants);
  for (const engine of engines) engine.close();
  const ns = [small, large, huge].map((times) => duration(median(times)));
  print({
    title: "Large sets against small ones",
    rows: [
      atMost("10,000 policies against 10", ratio(large, small), 1.5),
      atMost("100,000 policies against 10", ratio(huge, small), 3),
    ],
    notes: [
      `The three engines take turns; a decision takes ${ns.join(", ")}. Each set has a fifth as many tools as policies, ` +
        `and the ${REQUESTS.toLocaleString("en")} requests of a round go to as many of them as there are. What a large set costs more is ` +
        "the memory that it touches: each request meets a tool whose policies are in no cache of the processor.",
      `All ratios here are medians of ${ROUNDS} rounds.`,
    ],
  });
}

await againstClosures();
if (!process.argv.includes("--check")) await growth();
