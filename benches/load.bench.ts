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
/** Of each round: how many times as long a load takes as one change, and milliseconds of the change. */
const rounded = rounds.map(({ text }, round) => {
  const some = changed.filter((_, i) => i % rounds.length === round);
  const each = { replace: 0, remove: 0 };
  for (const policy of some) {
    each.replace += milliseconds(() => engine.replace(policy));
    each.remove += milliseconds(() => engine.remove(policy.id));
    engine.replace(policy);
  }
  const ms = { replace: each.replace / some.length, remove: each.remove / some.length };
  return { ms, ratios: { replace: text / ms.replace, remove: text / ms.remove } };
});
const grown = memory?.buffer.byteLength ?? 0;
for (let i = 0; i < 20 * CHANGES; i++) {
  const policy = changed[i % CHANGES] as (typeof changed)[number];
  engine.remove(policy.id);
  engine.replace(policy);
}
const growth = (memory?.buffer.byteLength ?? 0) - grown;
engine.close();
const changing = (["replace", "remove"] as const).map((name) => {
  const ratios = rounded.map((round) => round.ratios[name]);
  return row(
    `a load, against \`${name}\` of one`,
    "≥ 100 ×",
    `${times(median(ratios))} (${median(rounded.map(({ ms }) => ms[name])).toFixed(2)} ms)`,
    median(ratios) >= 100,
    `${digits(Math.min(...ratios))}–${digits(Math.max(...ratios))}`,
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
  const ms = Math.max(...longest);
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
      `A block is the longest of ${BLOCK_ROUNDS} loads; what else the machine does counts as one too. ` +
      `${(20 * CHANGES).toLocaleString("en")} further removals and replacements made the core's memory grow by ${Math.round(growth / 1024)} KiB.`,
  ],
});
