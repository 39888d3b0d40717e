// `portcullis decide`: streams of requests.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { COMMAND, folder, NO_DELETES, OPEN, portcullis, request } from "./run.js";

const file = folder();
const policies = file("policies.json", JSON.stringify([OPEN, NO_DELETES]));
const decide = ["decide", "--policies", policies];
const allowed = JSON.stringify(request());
const denied = JSON.stringify(request({ tool: { id: "delete" } }));

interface Answer {
  line: number;
  file?: string;
  effect: string;
  code: string;
}

function answers(out: string): Answer[] {
  return out
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

const brief = (out: string) => answers(out).map(({ line, effect, code }) => [line, effect, code]);

/** The most memory, in MB, that deciding so many megabytes of requests on standard input takes. */
async function peakOf(megabytes: number): Promise<number> {
  const child = spawn(process.execPath, [COMMAND, ...decide], { stdio: ["pipe", "pipe", "ignore"] });
  const block = Buffer.from(`${allowed}\n`.repeat(Math.floor(1_000_000 / (allowed.length + 1))));
  let lines = 0;
  const read = (async () => {
    for await (const chunk of child.stdout) for (const byte of chunk as Buffer) if (byte === 10) lines++;
  })();
  const status = () => readFileSync(`/proc/${child.pid}/status`, "utf8");
  let peak = 0;
  for (let written = 0; written < megabytes; written++) {
    if (!child.stdin.write(block)) await once(child.stdin, "drain");
    peak = Number(/VmHWM:\s+(\d+)/.exec(status())?.[1]) / 1024;
  }
  child.stdin.end();
  await read;
  expect(lines).toBe(megabytes * Math.floor(1_000_000 / (allowed.length + 1)));
  return peak;
}

describe("decide", () => {
  it("answers each line, in its place, as the engine does", async () => {
    const { PolicyEngine } = await import("portcullis");
    const engine = await PolicyEngine.load({ policies: readFileSync(policies, "utf8") });
    const { code, out, err } = portcullis(decide, `${allowed}\n${denied}`);
    expect(code).toBe(0);
    expect(answers(out)).toEqual(
      [allowed, denied].map((text, i) => ({ line: i + 1, ...engine.decide(JSON.parse(text)) })),
    );
    expect(err).toBe("2 decided: 1 allow, 1 deny, 0 require_approval\n");
  });

  it("exits with 1 on a deny where that is asked for", () => {
    expect(portcullis([...decide, "--fail-on-deny"], `${allowed}\n`).code).toBe(0);
    expect(portcullis([...decide, "--fail-on-deny"], `${allowed}\n${denied}\n`).code).toBe(1);
  });

  it("denies bad lines, says which, and goes on", () => {
    const lines = [allowed, "", "{oops", '"\xff"', "7", "\t\r", allowed].join("\n");
    const { code, out, err } = portcullis(decide, Buffer.from(lines, "latin1"));
    expect(code).toBe(0);
    expect(brief(out)).toEqual([
      [1, "allow", "allowed"],
      [3, "deny", "invalid_request"],
      [4, "deny", "invalid_request"],
      [5, "deny", "invalid_request"],
      [7, "allow", "allowed"],
    ]);
    expect(err).toMatch(/^<stdin>:3: error\[invalid_request\]: it is no JSON/m);
    expect(err).toMatch(/^<stdin>:4: error\[invalid_request\]: it is no UTF-8/m);
    expect(err).toContain("5 decided: 2 allow, 3 deny, 0 require_approval; 2 of these denied as bad lines");
  });

  it("denies a line that is too long, and does not keep it", () => {
    const long = Buffer.alloc(17 * 1024 * 1024, 0x20);
    const { out, err } = portcullis(decide, Buffer.concat([long, Buffer.from(`\n${allowed}\n`)]));
    expect(brief(out)).toEqual([
      [1, "deny", "invalid_request"],
      [2, "allow", "allowed"],
    ]);
    expect(err).toContain("<stdin>:1: error[invalid_request]: it is longer than 16777216 bytes");
  });

  it("reads several files, and names them", () => {
    const one = file("one.ndjson", `\uFEFF${allowed}\n`);
    const two = file("two.ndjson", `${denied}\r\n${allowed}`);
    const found = answers(portcullis([...decide, one, two]).out);
    expect(found.map(({ file, line, effect }) => [file, line, effect])).toEqual([
      [one, 1, "allow"],
      [two, 1, "deny"],
      [two, 2, "allow"],
    ]);
  });

  it("prints a table where that is asked for", () => {
    const { out } = portcullis([...decide, "--format", "table"], `${denied}\n`);
    expect(out).toMatch(
      /line {2}effect +code +mode +policies\n +1 {2}deny +denied_by_policy +auto +no deletes, open\n/,
    );
  });

  it("does not let a policy's name steer the terminal", () => {
    const sly = file("sly.json", JSON.stringify([{ ...OPEN, name: "\u001b[2Jopen\u202e" }]));
    const { out } = portcullis(["decide", "--policies", sly, "--format", "table"], `${allowed}\n`);
    expect(out).toContain("\\u{1b}[2Jopen\\u{202e}");
  });

  it("decides nothing by policies that do not load", () => {
    const wrong = file("wrong.json", JSON.stringify([OPEN, { ...NO_DELETES, effekt: "deny" }]));
    const { code, out, err } = portcullis(["decide", "--policies", wrong], allowed);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain("error[unknown_key]: unknown key `effekt`");
    expect(err).toContain("the policies do not load: 1 error");
  });

  it("loads several files and folders of policies as one set", () => {
    const yaml = file("more.yaml", "id: more\nname: more\nscope: global\neffect: deny\nrule_expr: {}\n");
    const { out } = portcullis([...decide, "--policies", yaml], allowed);
    expect(brief(out)).toEqual([[1, "deny", "denied_by_policy"]]);
  });

  it("answers a line before the next one comes", async () => {
    const child = spawn(process.execPath, [COMMAND, ...decide]);
    child.stdin.write(`${allowed}\n`);
    const [first] = await once(child.stdout, "data");
    expect(JSON.parse(first)).toMatchObject({ line: 1, effect: "allow" });
    child.stdin.end();
    expect((await once(child, "close"))[0]).toBe(0);
  });

  it.each([
    ["ends quietly where nobody reads its answers any more", [], 0],
    ["exits with 1 where nobody reads its answers any more and a deny was to be told", ["--fail-on-deny"], 1],
  ])("%s", async (_, options, status) => {
    const child = spawn(process.execPath, [COMMAND, ...decide, ...options], { stdio: ["pipe", "pipe", "pipe"] });
    let err = "";
    child.stderr.on("data", (chunk) => {
      err += chunk;
    });
    child.stdin.on("error", () => {});
    child.stdout.once("data", () => child.stdout.destroy());
    const block = `${allowed}\n`.repeat(1000);
    const feed = setInterval(() => child.stdin.write(block), 5);
    const [code] = await once(child, "close");
    clearInterval(feed);
    expect([code, err]).toEqual([status, ""]);
  });

  it("keeps to its memory however long the stream is", { timeout: 300_000 }, async () => {
    const [little, much] = [await peakOf(2), await peakOf(200)];
    console.log(`decide: ${little.toFixed(0)} MB of memory for 2 MB of requests, ${much.toFixed(0)} MB for 200 MB`);
    expect(much).toBeLessThan(little + 60);
  });

  it("takes the actions and the tools of a catalogue", () => {
    const catalogue = file("catalogue.json", JSON.stringify({ actions: ["export"], tools: [{ name: "search" }] }));
    const asked = `${JSON.stringify(request({ action: "export" }))}\n${allowed}`;
    expect(brief(portcullis(decide, asked).out)[0]).toEqual([1, "deny", "invalid_request"]);
    const with_ = portcullis([...decide, "--catalogue", catalogue], asked);
    // By the catalogue no tool is called `delete`, so the policy on it does not load.
    expect([with_.code, with_.out]).toEqual([1, ""]);
    expect(with_.err).toContain("target_matches_nothing");
    const open = file("open.json", JSON.stringify([OPEN]));
    const { code, out } = portcullis(["decide", "--policies", open, "--catalogue", catalogue], asked);
    expect([code, brief(out)]).toEqual([
      0,
      [
        [1, "allow", "allowed"],
        [2, "allow", "allowed"],
      ],
    ]);
    const broken = file("broken.json", JSON.stringify({ actionz: [] }));
    expect(portcullis(["decide", "--policies", open, "--catalogue", broken], asked)).toMatchObject({
      code: 1,
      out: "",
    });
  });

  it("keeps to its memory where its answers are read slowly", async () => {
    const many = file("many.ndjson", `${allowed}\n`.repeat(200_000));
    const child = spawn(process.execPath, [COMMAND, ...decide, many], { stdio: ["ignore", "pipe", "ignore"] });
    const memory = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1]) / 1024;
    // The first answers are there, and nobody takes more for a while.
    await once(child.stdout, "readable");
    await new Promise((done) => setTimeout(done, 1500));
    const waiting = memory();
    let lines = 0;
    for await (const chunk of child.stdout) for (const byte of chunk as Buffer) if (byte === 10) lines++;
    expect(lines).toBe(200_000);
    // All answers together are 60 MB, all requests 50 MB.
    expect(waiting).toBeLessThan(160);
  });
});
