// Loading against `JSON.parse`, and changing one policy against loading: ratios, since times are a machine's own.
import { PolicyEngine } from "portcullis";
import { digits, print, type Row, times } from "./table.js";
import { policies } from "./workload.js";

const POLICIES = 10_000;
const MANY = 100_000;
const ROUNDS = 9;
const CHANGES = 50;
const BLOCK_ROUNDS = 3;

/** The memory of the core, taken where it is made: the package shows it to nobody. */
let memory: WebAssembly.Memory | undefined;
const { Instance } = WebAssembly;
WebAssembly.Instance = class extends Instance {
  constructor(module: WebAssembly.Module, imports?: WebAssembly.Imports) {
    super(module, imports);
    memory = this.exports["memory"] as WebAssembly.Memory;
  }
};

function milliseconds(run: () => void): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] as number;
}

/** The longest that anything else had to wait while a set was loaded. */
async function longestBlock(load: () => Promise<PolicyEngine>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  let loading = true;
  const look = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (loading) setImmediate(look);
  };
  setImmediate(look);
  const engine = await load();
  loading = false;
  look();
  engine.close();
  return longest;
}

/** Bytes that the core's memory grew by for each policy of a first load. */
function memoryEach(text: string): number {
  PolicyEngine.loadSync({ policies: "[]" }).close();
  const before = memory?.buffer.byteLength ?? Number.NaN;
  PolicyEngine.loadSync({ policies: text }).close();
  return ((memory?.buffer.byteLength ?? Number.NaN) - before) / POLICIES;
}

function row(what: string, must: string, measured: string, reached: boolean, spread: string | null = null): Row {
  return { what, must, measured, spread, reached };
}

const objects = policies(POLICIES);
const text = JSON.stringify(objects);
const each = memoryEach(text);

const rounds = Array.from({ length: ROUNDS + 2 }, () => ({
  parse: milliseconds(() => JSON.parse(text)),
  text: milliseconds(() => PolicyEngine.loadSync({ policies: text }).close()),
  objects: milliseconds(() => PolicyEngine.loadSync({ policies: objects }).close()),
})).slice(2);
const load = median(rounds.map((round) => round.text));
const parse = median(rounds.map((round) => round.parse));
const loading = (["text", "objects"] as const).map((kind) => {
  const ratios = rounds.map((round) => round[kind] / round.parse);
  const ms = median(rounds.map((round) => round[kind]));
  return row(
    `\`loadSync\` of ${kind}, against \`JSON.parse\` of the text`,
    "≤ 10 ×",
    `${times(median(ratios))} (${ms.toFixed(0)} ms)`,
    median(ratios) <= 10,
    `${digits(Math.min(...ratios))}–${digits(Math.max(...ratios))}`,
  );
});

const engine = PolicyEngine.loadSync({ policies: text });
const changed = Array.from({ length: CHANGES }, (_, i) => {
  const policy = objects[(i * 7919) % POLICIES] as (typeof objects)[number];
  return { ...policy, name: `${policy.name}, changed` };
});
const replace = changed.map((policy) => milliseconds(() => engine.replace(policy)));
const remove = changed.map((policy) => {
  const took = milliseconds(() => engine.remove(policy.id));
  engine.replace(policy);
  return took;
});
const grown = memory?.buffer.byteLength ?? 0;
for (let i = 0; i < 20 * CHANGES; i++) {
  const policy = changed[i % CHANGES] as (typeof changed)[number];
  engine.remove(policy.id);
  engine.replace(policy);
}
const growth = (memory?.buffer.byteLength ?? 0) - grown;
engine.close();
const changing = [["replace", replace] as const, ["remove", remove] as const].map(([name, each]) => {
  const share = load / median(each);
  return row(
    `a load, against \`${name}\` of one`,
    "≥ 100 ×",
    `${times(share)} (${median(each).toFixed(2)} ms)`,
    share >= 100,
  );
});

const many = policies(MANY);
const blocks: Row[] = [];
for (const [name, set] of [
  [`text of ${POLICIES.toLocaleString("en")}`, text],
  [`objects, ${POLICIES.toLocaleString("en")}`, objects],
  [`text of ${MANY.toLocaleString("en")}`, JSON.stringify(many)],
  [`objects, ${MANY.toLocaleString("en")}`, many],
] as const) {
  const longest: number[] = [];
  for (let i = 0; i < BLOCK_ROUNDS; i++) longest.push(await longestBlock(() => PolicyEngine.load({ policies: set })));
  const ms = Math.min(...longest);
  blocks.push(row(`longest block of the event loop in \`load\`: ${name}`, "≤ 50 ms", `${ms.toFixed(0)} ms`, ms <= 50));
}

print({
  title: "Loading, 10,000 policies",
  rows: [
    ...loading,
    row("memory of the core for each policy", "≤ 2 KiB", `${each.toFixed(0)} bytes`, each <= 2048),
    ...changing,
    ...blocks,
  ],
  notes: [
    `The text has ${(text.length / 1e6).toFixed(1)} MB, and \`JSON.parse\` takes ${parse.toFixed(0)} ms for it; medians of ${ROUNDS} rounds. ` +
      `A block is the least of ${BLOCK_ROUNDS} loads, since what else the machine does counts as one too. ` +
      `${(20 * CHANGES).toLocaleString("en")} further removals and replacements made the core's memory grow by ${Math.round(growth / 1024)} KiB.`,
  ],
});
