// Every peer, in each way it is used, at each size: a process of its own for each (`contest.ts`).
// With `--check` nothing is timed: all must agree at 1,000 policies.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Check, type Differs, peerNamed, peerNames, type Result } from "./contest.js";
import type { Peer } from "./peer.js";
import { digits, duration, print, type Row, spread, times } from "./table.js";

const SIZES = [10, 1_000, 10_000, 100_000];
const MAIN_SIZE = 1_000;
const FASTER = 3;
const ATTEMPTS = 3;
const TIMEOUT = 180_000;
/** A peer that would take longer for one decision is not measured, in nanoseconds. */
const TOO_LONG = 20e6;

interface Cell {
  readonly name: string;
  readonly peer: Peer;
  readonly place: number;
}

/** What became of one process: its result, or why there is none. */
type Outcome<T> = { readonly result: T } | { readonly failed: string };

const contest = fileURLToPath(new URL("contest.ts", import.meta.url));
const crashes: string[] = [];

function attempt<T>({ name, place }: Cell, size: number, mode: string): Promise<Outcome<T>> {
  const args = [...process.execArgv, contest, name, String(place), String(size), mode];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { timeout: TIMEOUT }, (error, stdout, stderr) => {
      if (error === null) return resolve({ result: JSON.parse(stdout) as T });
      const fatal = stderr.split("\n").find((line) => /error/i.test(line)) ?? "";
      const end = error.killed
        ? `not done within ${TIMEOUT / 1_000} s`
        : `crashed: ${error.signal ?? error.code} ${fatal}`;
      resolve({ failed: end.trim() });
    });
  });
}

/** A crash is no result: it is told, and the process is tried again. */
async function outcome<T extends object>(cell: Cell, size: number, mode: string): Promise<Outcome<T>> {
  let last: Outcome<T | Differs> = { failed: "not tried" };
  for (let i = 0; i < ATTEMPTS; i++) {
    last = await attempt<T | Differs>(cell, size, mode);
    if ("result" in last) {
      if ("differs" in last.result) throw new Error(`${label(cell)}, ${size} policies: ${last.result.differs}`);
      return { result: last.result as T };
    }
    if (!last.failed.startsWith("crashed")) break;
    crashes.push(`${label(cell)} at ${size.toLocaleString("en")} policies ${last.failed}`);
    console.error(`! ${crashes.at(-1)}`);
  }
  return last as Outcome<T>;
}

function label({ peer, place }: Cell): string {
  return `${peer.package}, ${peer.ways[place]?.how}`;
}

const cells: Cell[] = [];
for (const name of peerNames) {
  const peer = await peerNamed(name);
  for (const place of peer.ways.keys()) cells.push({ name, peer, place });
}

async function checkAll(): Promise<void> {
  const waiting = [...cells];
  const failed: string[] = [];
  const work = async () => {
    for (let cell = waiting.shift(); cell !== undefined; cell = waiting.shift()) {
      try {
        const found = await outcome<Check>(cell, MAIN_SIZE, "check");
        if ("failed" in found) failed.push(`${label(cell)}: ${found.failed}`);
        else
          console.log(
            `agrees on ${found.result.agreed} requests, reasons of ${found.result.explained}: ${label(cell)}`,
          );
      } catch (error) {
        failed.push(String(error));
      }
    }
  };
  await Promise.all([work(), work()]);
  if (failed.length > 0) throw new Error(failed.join("\n"));
}

function row(cell: Cell, { ratio, peer, explained, agreed }: Result): Row {
  const tells = explained === 0 ? "effect" : explained === agreed ? "effect, reasons" : "effect, reasons unless denied";
  return {
    what: `${label(cell)}; tells ${tells}`,
    must: null,
    measured: `${times(ratio.median)} (${duration(peer)})`,
    spread: spread(ratio),
    reached: null,
  };
}

/** One table for each size, and the target: the fastest of those that index. */
async function measureAll(): Promise<void> {
  const lasts = new Map<Cell, { size: number; ns: number }>();
  for (const size of SIZES) {
    const rows: Row[] = [];
    let fastest: { cell: Cell; result: Result } | undefined;
    for (const cell of cells) {
      const way = cell.peer.ways[cell.place];
      const last = lasts.get(cell);
      if (last !== undefined && way?.indexed === false && (last.ns * size) / last.size > TOO_LONG && size > MAIN_SIZE) {
        const known = `at ${last.size.toLocaleString("en")} policies a decision takes ${duration(last.ns)}`;
        rows.push({ what: label(cell), must: null, measured: `not measured: ${known}`, spread: null, reached: null });
        continue;
      }
      const found = await outcome<Result>(cell, size, "measure");
      if ("failed" in found) {
        rows.push({ what: label(cell), must: null, measured: found.failed, spread: null, reached: null });
        continue;
      }
      const { result } = found;
      lasts.set(cell, { size, ns: result.peer });
      rows.push(row(cell, result));
      if (way?.indexed && (fastest === undefined || result.ratio.median < fastest.result.ratio.median)) {
        fastest = { cell, result };
      }
    }
    if (size === MAIN_SIZE && fastest !== undefined) {
      const { ratio } = fastest.result;
      rows.unshift({
        what: `**the fastest that indexes or is indexed by hand**: ${label(fastest.cell)}`,
        must: `≥ ${FASTER} × as long`,
        measured: times(ratio.median),
        spread: spread(ratio),
        reached: ratio.median >= FASTER,
      });
    }
    print({
      title: `Against peers, ${size.toLocaleString("en")} policies`,
      rows,
      notes: size === MAIN_SIZE ? NOTES() : [],
    });
  }
}

const NOTES = () => [
  "How many times as long as Portcullis a peer takes for one decision; in brackets its time. Each runs in a process of its " +
    "own, and takes turns there with Portcullis, which always tells effect, mode and reasons. Before it is measured, both " +
    "must give the same effects on the same requests, and the same reasons where the peer tells them.",
  "Each peer is used as its documentation says for speed: parsed once, the seven fields given flat where it reads those " +
    "faster, its synchronous call where it has one. First as it comes, with all policies in one; then with its " +
    "own index or with a `Map` by tool in front of it, written by hand. Those that tell only the effect are not " +
    "asked for more. CASL and casbin have two effects: that an approval is needed is a second question. Cedar's " +
    "permits for approvals are told apart by their ids.",
  `A peer that goes through all policies is not measured where a decision would take more than ${digits(TOO_LONG / 1e6)} ms.`,
  crashes.length === 0 ? "No process crashed." : `Crashed and tried again: ${crashes.join("; ")}.`,
];

await (process.argv.includes("--check") ? checkAll() : measureAll());
