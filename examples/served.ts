/**
 * Serves the sets of one platform with `portcullis serve`, sends it what its agents ask, and prints what it decides. Then it
 * goes on serving, with the playground connected, until it is stopped; with `--once` it ends.
 *
 *     npx tsx examples/served.ts
 */
import { PolicyEngine } from "portcullis";
import { catalogue, policies, traffic } from "./lib/platform.js";
import { type Server, servePlatform } from "./lib/server.js";
import { bold, dim, green, heading, red, table } from "./lib/table.js";

interface Logged {
  decisions: { effect: string; tool: string; tenant: string; code: string; complete: boolean }[];
  next: string | null;
}

/** Sends all requests, and holds each decision against that of an engine in this process. */
async function sendTraffic(server: Server): Promise<number> {
  const engine = await PolicyEngine.load({ policies, catalogue });
  const rows: string[][] = [];
  let sent = 0;
  for (const { from, requests } of traffic) {
    const { decisions } = (await server.call("/v1/decisions/batch", { requests })) as {
      decisions: { effect: string }[];
    };
    const here = requests.map((request) => engine.decide(request).effect);
    const other = here.findIndex((effect, i) => effect !== decisions[i]?.effect);
    if (other >= 0) throw new Error(`${from}: request ${other} is decided otherwise than in this process`);
    const count = (effect: string) => String(decisions.filter((decision) => decision.effect === effect).length);
    rows.push([from, String(requests.length), count("allow"), count("require_approval"), count("deny")]);
    sent += requests.length;
  }
  engine.close();
  const titles = ["Calls", "Allowed", "Approval", "Denied"];
  const columns = [{ title: "From", width: 28 }, ...titles.map((title) => ({ title, width: 8, right: true }))];
  console.log(table(columns, rows));
  console.log(dim("\n  An attack is stopped by one of its calls. Those before it only read, as honest ones do."));
  return sent;
}

/** Milliseconds that the log, which is written behind the calls, may take at most. */
const PATIENCE = 60_000;

/** Reads the log over HTTP until it has what was sent. */
async function logged(server: Server, sent: number): Promise<Logged["decisions"]> {
  for (const end = Date.now() + PATIENCE; ; ) {
    const decisions: Logged["decisions"] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page = (await server.call(`/v1/decisions?limit=200${cursor && `&cursor=${cursor}`}`)) as Logged;
      decisions.push(...page.decisions);
      cursor = page.next;
    }
    if (decisions.length >= sent || Date.now() > end) return decisions;
    await new Promise((done) => setTimeout(done, 100));
  }
}

async function show(server: Server): Promise<void> {
  heading("Served", `the same engine over HTTP · ${policies.length} policies in PGlite · ${server.address}`);
  console.log();
  const sent = await sendTraffic(server);
  const decisions = await logged(server, sent);
  const whole = decisions.filter(({ complete }) => complete).length;
  console.log(`\n  ${green("✓")} decided as in this process, each of ${sent}`);
  console.log(
    `  ${green("✓")} ${decisions.length} in the log, ${whole} with their requests, to be replayed by a draft`,
  );
  if (decisions.length !== sent || whole !== sent) throw new Error("the log does not hold each decision once, whole");
  const page = await fetch(server.link);
  if (!page.ok) throw new Error(`the page is answered with ${page.status}`);
  if (!(await page.text()).includes("<title>Portcullis playground</title>")) throw new Error("it is another page");
  console.log(`  ${green("✓")} the playground is at ${server.address}/`);
}

/** Stays until it is told to end. */
async function goOn(server: Server): Promise<void> {
  const warning = "until Ctrl+C; the link holds a token: keep it to yourself";
  console.log(`\n  ${bold("The playground, connected")}  ${dim(warning)}\n  ${server.link}\n`);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void server.end());
  await server.ended;
}

async function main(): Promise<void> {
  const server = await servePlatform();
  try {
    await show(server);
    if (!process.argv.includes("--once")) await goOn(server);
  } finally {
    const code = await server.end();
    if (code !== 0) failed(new Error(`the server ends with ${code}`));
  }
}

function failed(error: Error): void {
  console.error(`  ${red("✗")} ${error.message}`);
  process.exitCode = 1;
}

main().catch(failed);
