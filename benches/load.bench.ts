// Loading against `JSON.parse`, and changing one policy against loading: ratios, since times are a machine's own.
import { PolicyEngine } from "portcullis";
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

const objects = policies(POLICIES);
const text = JSON.stringify(objects);
const each = memoryEach(text);

const rounds = Array.from({ length: ROUNDS + 2 }, () => ({
  parse: milliseconds(() => JSON.parse(text)),
  text: milliseconds(() => PolicyEngine.loadSync({ policies: text }).close()),
  objects: milliseconds(() => PolicyEngine.loadSync({ policies: objects }).close()),
})).slice(2);
const load = median(rounds.map((round) => round.text));
console.log(`loading ${POLICIES} policies, ${(text.length / 1e6).toFixed(1)} MB of JSON; median of ${ROUNDS} rounds\n`);
console.log("                              ms  against JSON.parse");
console.log(
  `  JSON.parse          ${median(rounds.map(({ parse }) => parse))
    .toFixed(1)
    .padStart(10)}`,
);
for (const kind of ["text", "objects"] as const) {
  const ratios = rounds.map((round) => round[kind] / round.parse);
  const ms = median(rounds.map((round) => round[kind])).toFixed(1);
  const spread = `${Math.min(...ratios).toFixed(1)}–${Math.max(...ratios).toFixed(1)}`;
  console.log(`  loadSync, ${kind.padEnd(10)}${ms.padStart(10)}${median(ratios).toFixed(1).padStart(8)}  ${spread}`);
}
console.log(`\n  memory of the core: ${each.toFixed(0)} bytes a policy`);

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
console.log("\n  one among them              ms  load against it");
for (const [name, times] of [["replace", replace] as const, ["remove", remove] as const]) {
  const ms = median(times);
  console.log(`  ${name.padEnd(18)}${ms.toFixed(3).padStart(12)}${(load / ms).toFixed(0).padStart(17)}`);
}
console.log(`\n  growth in ${20 * CHANGES} more removals and replacements: ${growth} bytes`);

console.log(`\n  longest block of the event loop, ms; the least of ${BLOCK_ROUNDS} loads\n`);
const many = policies(MANY);
for (const [name, set] of [
  [`text, ${POLICIES}`, text],
  [`objects, ${POLICIES}`, objects],
  [`text, ${MANY}`, JSON.stringify(many)],
  [`objects, ${MANY}`, many],
] as const) {
  const blocks: number[] = [];
  for (let i = 0; i < BLOCK_ROUNDS; i++) blocks.push(await longestBlock(() => PolicyEngine.load({ policies: set })));
  console.log(
    `  ${name.padEnd(18)}${Math.min(...blocks)
      .toFixed(1)
      .padStart(12)}`,
  );
}
