// `portcullis decide` over lines of requests, against `JSON.parse` of each of these lines alone, measured by turns.
import { spawnSync } from "node:child_process";
import { closeSync, createReadStream, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { digits, print, type Row, times } from "./table.js";
import { policies, requestTexts } from "./workload.js";

const COMMAND = fileURLToPath(new URL("../pkg/dist/cli.js", import.meta.url));
const SIZES = [10, 1_000];
const DISTINCT = 4_000;
const LINES = 400_000;
const ROUNDS = 9;

interface Run {
  readonly parse: number;
  readonly command: number;
}

/** Milliseconds that a process takes, its answers written to a file; there must be one to each line. */
function timeCommand(policyFile: string, requestFile: string, lines: number): number {
  const answerFile = `${requestFile}.answers`;
  const answers = openSync(answerFile, "w");
  const start = performance.now();
  const args = [COMMAND, "decide", "--policies", policyFile, requestFile];
  const { status } = spawnSync(process.execPath, args, { stdio: ["ignore", answers, "ignore"] });
  const took = performance.now() - start;
  closeSync(answers);
  if (status !== 0) throw new Error(`the command ended with ${status}`);
  const written = readFileSync(answerFile);
  let count = 0;
  for (let at = written.indexOf(10); at >= 0; at = written.indexOf(10, at + 1)) count++;
  if (count !== lines) throw new Error(`${count} answers to ${lines} requests`);
  return took;
}

/** Milliseconds that parsing takes, without reading: the lines are strings by then. */
function timeParse(texts: readonly string[]): number {
  let read = 0;
  const start = performance.now();
  for (const text of texts) read += JSON.parse(text).now > 0 ? 1 : 0;
  const took = performance.now() - start;
  if (read !== texts.length) throw new Error("not every line is a request");
  return took;
}

async function linesOf(file: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: createReadStream(file) })) lines.push(line);
  return lines;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] as number;
}

async function measure(folder: string, size: number): Promise<Row> {
  const policyFile = join(folder, "policies.json");
  const requestFile = join(folder, "requests.ndjson");
  const texts = requestTexts(Math.max(1, size / 5), DISTINCT);
  const block = `${texts.join("\n")}\n`;
  writeFileSync(policyFile, JSON.stringify(policies(size)));
  writeFileSync(requestFile, block.repeat(LINES / DISTINCT));
  const lines = await linesOf(requestFile);
  const rounds: Run[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const parse = timeParse(lines);
    rounds.push({ parse, command: timeCommand(policyFile, requestFile, LINES) });
  }
  const ratios = rounds.map(({ parse, command }) => command / parse);
  const command = median(rounds.map((round) => round.command));
  const ratio = median(ratios);
  const each = Math.round(LINES / (command / 1000));
  return {
    what: `\`portcullis decide\` with ${size.toLocaleString("en")} policies, against \`JSON.parse\` of each line`,
    must: "≤ 3 ×, or 100,000 a second",
    measured: `${times(ratio)} (${each.toLocaleString("en")} a second)`,
    spread: `${digits(Math.min(...ratios))}–${digits(Math.max(...ratios))}`,
    reached: ratio <= 3 || each >= 100_000,
  };
}

const folder = mkdtempSync(join(tmpdir(), "portcullis-bench-"));
try {
  const rows: Row[] = [];
  for (const size of SIZES) rows.push(await measure(folder, size));
  print({
    title: "The command",
    rows,
    notes: [
      `As a process with its start, over ${LINES.toLocaleString("en")} requests in a file; medians of ${ROUNDS} rounds by the clock.`,
    ],
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
