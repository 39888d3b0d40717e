// The core alone, from frames that are written already: in WebAssembly, and natively by `benches/decide.rs`.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Core } from "../pkg/src/engine/core.js";
import { Session } from "../pkg/src/engine/session.js";
import { CoreLoader, initSync } from "../pkg/src/glue/portcullis.js";
import { median, quantile, ratio } from "./measure.js";
import { atMost, digits, print } from "./table.js";
import { parsed, policies, requestTexts } from "./workload.js";

const POLICIES = 1_000;
const FRAMES = 64;
/** How often a frame is decided in a row, as in `benches/decide.rs`. */
const REPEATS = 64;
const PASSES = 500;
/** Of passes, which are timed by the clock, the time that the fastest tenth takes: others' work makes them only longer. */
const FAST = 0.1;
const ROUNDS = 9;

const root = new URL("../", import.meta.url);
const folder = fileURLToPath(new URL("target/bench/", root));
const set = policies(POLICIES);
const requests = parsed(requestTexts(POLICIES / 5, FRAMES));

/** Nanoseconds a call of `decide` in WebAssembly. The call from JavaScript is part of it. */
function inWasm(): () => number {
  const module = new WebAssembly.Module(readFileSync(new URL("pkg/src/glue/portcullis.wasm", root)));
  const { memory } = initSync({ module });
  const loader = new CoreLoader();
  loader.push_text(new TextEncoder().encode(JSON.stringify(set)));
  const core: Core = loader.finish();
  const session = new Session(core, { glue: { memory, CoreLoader }, inCore: false, calls: 0 });
  const decide = core.decide.bind(core);
  let said: [number, number] = [0, 0];
  core.decide = (picks, stated) => {
    said = [picks, stated];
    return decide(picks, stated);
  };
  const pass = (): number => {
    let took = 0n;
    for (const request of requests) {
      // Writes the frame, and tells with which arguments the core is called.
      session.decide(request);
      const [picks, stated] = said;
      const start = process.hrtime.bigint();
      for (let i = 0; i < REPEATS; i++) decide(picks, stated);
      took += process.hrtime.bigint() - start;
    }
    return Number(took) / (FRAMES * REPEATS);
  };
  return () => quantile(Array.from({ length: PASSES }, pass), FAST);
}

/** Nanoseconds a decision of the native crate, from Criterion's samples. */
function natively(file: string): number {
  const home = `${folder}criterion`;
  const env = { ...process.env, PORTCULLIS_WORKLOAD: file, CRITERION_HOME: home };
  const options = ["--warm-up-time", "0.5", "--measurement-time", "1", "--noplot"];
  execFileSync("cargo", ["bench", "--quiet", "--bench", "decide", "--", ...options], {
    cwd: root,
    env,
    // What it prints is shown only if it fails.
    stdio: "pipe",
  });
  const { iters, times }: { iters: number[]; times: number[] } = JSON.parse(
    readFileSync(`${home}/decide/packed/new/sample.json`, "utf8"),
  );
  const passes = times.map((time, i) => time / (iters[i] as number));
  return quantile(passes, FAST) / (FRAMES * REPEATS);
}

mkdirSync(folder, { recursive: true });
const workload = `${folder}workload.json`;
writeFileSync(workload, JSON.stringify({ policies: set, requests }));
const wasm = inWasm();
for (let i = 0; i < 3; i++) wasm();
const rounds = Array.from({ length: ROUNDS }, () => ({ wasm: wasm(), native: natively(workload) }));
const native = rounds.map((round) => round.native);
const compiled = rounds.map((round) => round.wasm);
print({
  title: "The core alone, 1,000 policies",
  rows: [
    atMost(
      "the native crate against WebAssembly, from packed frames",
      ratio(native, compiled),
      1,
      ` (${digits(median(native))} ns against ${digits(median(compiled))} ns)`,
    ),
  ],
  notes: [
    `${FRAMES} requests are encoded beforehand, and each frame is decided ${REPEATS} times in a row: \`decide\` of the core ` +
      `without reading the request, routing, or making objects of the outcome. The two take turns, ${ROUNDS} times; the ` +
      "figure of either is what the fastest tenth of its passes takes. WebAssembly's contains the call from JavaScript, as " +
      "every decision does there.",
  ],
});
