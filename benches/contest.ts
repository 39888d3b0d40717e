// One peer, used one way, against Portcullis: first that they agree, then who is faster. A process of its own, since
// a peer may crash or fill the memory. Prints one line of JSON.
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Decision, PolicyEngine, type Request } from "portcullis";
import { measure, median, type Ratio, type Run, ratio, reading } from "./measure.js";
import type { Answer, Ask, Peer } from "./peer.js";
import { bounds, parsed, policies, requestTexts } from "./workload.js";

export interface Result {
  readonly ratio: Ratio;
  /** Nanoseconds a decision. */
  readonly peer: number;
  readonly portcullis: number;
  /** How many requests both were asked before, with the same effects. */
  readonly agreed: number;
  /** For how many of them the peer told all reasons, which were the same. */
  readonly explained: number;
}

/** What they differ on. */
export interface Differs {
  readonly differs: string;
}

export type Check = Pick<Result, "agreed" | "explained">;

const REQUESTS = 4_000;
/** Twenty shapes, and each of 200 tools twice. */
const FEW = 400;
/** How long one round of a peer should take at most, in nanoseconds. */
const ROUND = 40e6;

/** The peers are a folder of files that export one each. */
export const peerNames: readonly string[] = readdirSync(new URL("peers/", import.meta.url))
  .filter((file) => file.endsWith(".ts"))
  .map((file) => file.slice(0, -".ts".length));

export async function peerNamed(name: string): Promise<Peer> {
  const module: { peer: Peer } = await import(`./peers/${name}.ts`);
  return module.peer;
}

class Disagreement extends Error {}

/** Whether the peer told reasons. */
function agree(request: Request, decision: Decision, answer: Answer): boolean {
  const ids = decision.reasons.map((reason) => reason.policy_id).sort();
  const { effect, reasons } = answer;
  if (effect !== decision.effect || (reasons !== undefined && [...reasons].sort().join() !== ids.join())) {
    throw new Disagreement(`they differ on ${JSON.stringify(request)}: ${JSON.stringify({ decision, answer })}`);
  }
  return reasons !== undefined;
}

async function check(engine: PolicyEngine, ask: Ask, texts: readonly string[]): Promise<Check> {
  let explained = 0;
  for (const request of parsed(texts)) {
    if (agree(request, engine.decide(request), await ask(request))) explained++;
  }
  return { agreed: texts.length, explained };
}

function running(ask: Ask): Run {
  const value = ({ effect, reasons }: Answer) => effect.length + (reasons?.length ?? 0);
  return (request) => {
    const answer = ask(request);
    return answer instanceof Promise ? answer.then(value) : value(answer);
  };
}

async function contest(name: string, place: number, size: number, checkOnly: boolean): Promise<Result | Check> {
  const way = (await peerNamed(name)).ways[place];
  if (way === undefined) throw new Error(`${name} is not used in ${place + 1} ways`);
  const tools = size / 5;
  const texts = requestTexts(tools, REQUESTS);
  const engine = await PolicyEngine.load({ policies: policies(size) });
  const ask = await way.load(Array.from({ length: tools }, (_, tool) => bounds(tool)));
  const checked = await check(engine, ask, way.indexed && !checkOnly ? texts : texts.slice(0, FEW));
  if (checkOnly) return checked;
  const start = process.hrtime.bigint();
  for (const request of parsed(texts.slice(0, 20))) await ask(request);
  const once = Number(process.hrtime.bigint() - start) / 20;
  // Of a slow peer fewer requests are enough; each of the twenty shapes is among them.
  const some = texts.slice(0, Math.max(20, Math.min(REQUESTS, Math.floor(ROUND / once))));
  const [ours = [], theirs = []] = await measure([
    { run: reading((request) => engine.decide(request)), texts },
    { run: running(ask), texts: some },
  ]);
  return { ratio: ratio(theirs, ours), peer: median(theirs), portcullis: median(ours), ...checked };
}

/** That they differ is an answer; all else that is thrown ends the process. */
function differing(error: unknown): Differs {
  if (error instanceof Disagreement) return { differs: error.message };
  throw error;
}

const [name, place, size, mode] = process.argv.slice(2);
if (process.argv[1] === fileURLToPath(import.meta.url) && name !== undefined) {
  const result = await contest(name, Number(place), Number(size), mode === "check").catch(differing);
  console.log(JSON.stringify(result));
}
