// What decisions and engines leave behind: Node's heap, and the memory of WebAssembly.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { INSTANCES } from "../pkg/src/engine/engine.js";
import { PolicyEngine } from "../pkg/src/entrypoints/node.js";
import { print, type Row } from "./table.js";
import { parsed, policies, requestTexts } from "./workload.js";

const DECISIONS = 10_000_000;
const ENGINES = 1_000;
/** What counts as flat of Node's heap: compiled code and its profiles come and go. */
const FLAT = 1_048_576;

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

interface Memory {
  readonly node: number;
  readonly wasm: number;
}

function memory(): Memory {
  // What finalizers free is gone after the second.
  collect();
  collect();
  return { node: process.memoryUsage().heapUsed, wasm: PolicyEngine[INSTANCES].get().glue.memory.buffer.byteLength };
}

function kilobytes(bytes: number): string {
  return `${bytes < 0 ? "−" : "+"}${Math.round(Math.abs(bytes) / 1_024).toLocaleString("en")} KB`;
}

function row(what: string, before: Memory, after: Memory): Row {
  const node = after.node - before.node;
  const wasm = after.wasm - before.wasm;
  return {
    what,
    must: "flat",
    measured: `Node ${kilobytes(node)}, WebAssembly ${kilobytes(wasm)}`,
    spread: null,
    reached: node <= FLAT && wasm === 0,
  };
}

const rows: Row[] = [];
const set = policies(1_000);
const engine = await PolicyEngine.load({ policies: set });
const requests = parsed(requestTexts(200, 4_000));
let read = 0;
const decide = (times: number) => {
  for (let i = 0; i < times; i++) read += engine.decide(requests[i % requests.length] as never).reasons.length;
};
decide(DECISIONS / 10);
const start = memory();
decide(DECISIONS);
rows.push(row("10⁷ decisions after a warm-up of 10⁶", start, memory()));
if (read === 0) throw new Error("no policy applied");
engine.close();

const text = JSON.stringify(set.slice(0, 500));
const live = (times: number) => {
  for (let i = 0; i < times; i++) {
    const one = PolicyEngine.loadSync({ policies: text });
    read += one.decide(requests[i % requests.length] as never).reasons.length;
    one.close();
  }
};
live(ENGINES / 10);
const before = memory();
live(ENGINES);
rows.push(row("10³ engines of 500 policies loaded, asked and closed, after 10²", before, memory()));

print({
  title: "Memory",
  rows,
  notes: [
    "After a collection of garbage. Node's heap counts as flat if it grew by at most 1 MB; WebAssembly's memory, which can't " +
      `shrink, only if it did not grow. It has ${Math.round(before.wasm / 1_048_576)} MB here.`,
  ],
});
