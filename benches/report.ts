// Runs all benchmarks, each file in a process of its own, prints their tables and writes docs/benchmarks.md.
// With `--quick` only what checks that the contestants agree, without times. With names of files only those, printed.
import { execFileSync, spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Row, type Table, tableOf } from "./table.js";

const here = new URL("./", import.meta.url);
/** The order of the tables: first what has targets of its own. Files not named here come last. */
const ORDER = ["decide", "peers", "enforce", "sets", "load", "command", "log", "extremes", "native", "heap"];
/** Those that check agreement, and that the page decides at all. */
const CHECKS = ["decide", "peers", "page"];

/** Runs a file; shows what is no table, collects the tables, and gives its exit code. */
async function run(name: string, args: readonly string[], tables: Table[]): Promise<number | string> {
  console.log(`· running ${name}`);
  const file = fileURLToPath(new URL(`${name}.bench.ts`, here));
  const child = spawn(process.execPath, [...process.execArgv, file, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<number | string>((resolve) => {
    child.on("close", (code, signal) => resolve(code ?? signal ?? "nothing"));
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const table = tableOf(line);
    if (table === undefined) console.log(line);
    else {
      tables.push(table);
      console.log(`\n${markdown(table, [])}\n`);
    }
  }
  return ended;
}

function verdict({ reached }: Row): string {
  return reached === null ? "" : reached ? "yes" : "**no**";
}

function markdown({ title, rows }: Table, notes: readonly string[]): string {
  const lines = rows.map(
    (row) => `| ${row.what} | ${row.must ?? ""} | ${row.measured} | ${row.spread ?? ""} | ${verdict(row)} |`,
  );
  const head = "| | must | measured | spread | reached |\n|---|---|---|---|---|";
  return [`## ${title}`, `${head}\n${lines.join("\n")}`, ...notes].join("\n\n");
}

function version(command: string): string {
  return execFileSync(command, ["--version"], { encoding: "utf8" }).trim();
}

function dependencies(file: string): string[] {
  const manifest: { dependencies: Record<string, string> } = JSON.parse(readFileSync(new URL(file, here), "utf8"));
  return Object.entries(manifest.dependencies)
    .filter(([name]) => !name.startsWith("@types/"))
    .map(([name, version]) => `${name} ${version}`);
}

function missed(tables: readonly Table[]): string {
  const rows = tables.flatMap(({ title, rows }) =>
    rows.filter(({ reached }) => reached === false).map((row) => ({ title, row })),
  );
  if (rows.length === 0) return "Every target was reached in this run.";
  const lines = rows.map(({ title, row }) => `- ${title}: ${row.what} (${row.measured}; must be ${row.must})`);
  return `**Not reached in this run:**\n\n${lines.join("\n")}`;
}

function document(tables: readonly Table[]): string {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const portcullis: { version: string } = JSON.parse(readFileSync(new URL("../pkg/package.json", here), "utf8"));
  return `<!-- Written by \`make bench\`. Change benches/ instead. -->
# Benchmarks

\`make bench\` ran these and wrote this page. What counts are ratios: times are a machine's own.

| | |
|---|---|
| Date | ${new Date().toISOString().slice(0, 10)} |
| Machine | ${cpu?.model.trim()}, ${cpus().length} cores, ${memory} GB, Linux ${release()} |
| Versions | portcullis ${portcullis.version}, Node ${process.versions.node}, V8 ${process.versions.v8}, ${version("rustc")} |
| Peers | ${dependencies("peers/package.json").join(", ")} |

${missed(tables)}

## How it is measured

- **The workload** (\`benches/workload.ts\`): five policies for each tool, which together read seven fields; requests in
  twenty shapes, parsed a moment before they are decided, 400 at a time.
- **A ratio** is of two contestants that take turns in one process, batch by batch. It is the median of the rounds, at least
  nine, after a warm-up; the spread leaves out the tenth of the rounds at each end.
- **Time** is processor time of the process, all its threads together, so that other work on the machine counts as
  little as possible. It still costs caches: on a busy machine all times are longer, and small ratios less certain.
- **Agreement** comes first: contestants that do not decide alike are not measured.

${tables.map((table) => markdown(table, table.notes)).join("\n\n")}
`;
}

const quick = process.argv.includes("--quick");
const chosen = process.argv.slice(2).filter((arg) => !arg.startsWith("--"));
const place = (name: string) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
const names = readdirSync(here)
  .filter((file) => file.endsWith(".bench.ts"))
  .map((file) => file.slice(0, -".bench.ts".length))
  .filter((name) => (quick ? CHECKS.includes(name) : chosen.length === 0 || chosen.includes(name)))
  .sort((a, b) => place(a) - place(b));
const tables: Table[] = [];
const failed: string[] = [];
for (const name of names) {
  // One that fails does not cost the results of the others.
  const code = await run(name, quick ? ["--check"] : [], tables);
  if (code !== 0) failed.push(`${name}.bench.ts ended with ${code}`);
}
if (!quick) console.log(missed(tables));
if (!quick && chosen.length === 0 && failed.length === 0) {
  writeFileSync(new URL("../docs/benchmarks.md", here), document(tables));
}
if (failed.length > 0) throw new Error(failed.join(", "));
