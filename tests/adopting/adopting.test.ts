// The guide to adopting: its code is compiled as it stands, and a platform goes the way that it describes.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { portcullis } from "../cli/run.js";
import { Cluster } from "../postgres/cluster.js";
import { sql } from "../postgres/server.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const page = readFileSync(join(root, "docs/adopting.md"), "utf8");
const folder = join(root, "target/adopting");

/** The files of the page, and what the platform has already, in a folder of the test's own. */
function assemble(): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(fileURLToPath(new URL("platform/", import.meta.url)), folder, { recursive: true });
  for (const [, name, text] of page.matchAll(/^```\w+ adopting\/(\S+)\n([\s\S]*?)^```$/gm)) {
    writeFileSync(join(folder, name as string), text as string);
  }
}

describe("a platform that follows the guide", () => {
  /** What the program has said, by name and in order. */
  let told: [string, unknown][] = [];
  let address = "";
  const said = (what: string) => told.filter(([name]) => name === what).map(([, value]) => value);

  beforeAll(async () => {
    const cluster = await Cluster.start();
    await sql(cluster.address, "CREATE ROLE platform LOGIN CREATEROLE", "CREATE DATABASE platform OWNER platform");
    address = cluster.address.replace("postgres@", "platform@").replace(/postgres$/, "platform");
    assemble();
    const migrations = portcullis(["migrate", "--print", "--format", "typeorm", "--roles"]);
    writeFileSync(join(folder, "migrations.ts"), migrations.out);
    execFileSync("npx", ["tsc", "--project", folder], { cwd: root, stdio: "inherit" });
    const env = { ...process.env, DATABASE_URL: address, PORTCULLIS_ENFORCEMENT: "shadow" };
    const printed = execFileSync(process.execPath, ["out/check.js"], { cwd: folder, encoding: "utf8", env });
    told = printed
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  }, 600_000);

  const asBefore = {
    page: "fetch_page in auto",
    mail: "send_mail in auto",
    refund: { refunded: 20_000 },
    small: { refunded: 9_000 },
    agent: "went on",
    run: ["search in auto"],
    done: ["fetch_page in auto", "send_mail in auto", "fetch_page in auto", "search in auto"],
  };

  it("goes on as before, in shadow with the baseline, and with policies on trial", () => {
    expect(said("baseline, in shadow")).toEqual([asBefore]);
    expect(said("enforced, policies on trial")).toEqual([asBefore]);
  });

  it("learns what policies would have stopped", () => {
    const [before, trial] = said("found");
    expect(before).toEqual({});
    expect(trial).toEqual({
      "on trial: known-hosts": 1,
      "on trial: mail-is-drafted": 1,
      "on trial: own-tools": 1,
      "on trial: refunds-a-day": 2,
      "on trial: refunds-need-a-lead": 1,
    });
  });

  it("enforces them one by one, and rolls all of it back", () => {
    expect(said("policies enforced")).toEqual([
      {
        ...asBefore,
        page: "denied_by_policy",
        mail: "send_mail in draft",
        refund: "approval_required",
        agent: "denied_by_policy",
        done: ["send_mail in draft", "search in auto"],
      },
    ]);
    expect(said("rolled back")).toEqual([asBefore]);
    const stops = ["denied_by_policy by known-hosts, baseline", "denied_by_policy by own-tools, baseline"];
    for (const stop of stops)
      expect(said("found")[2]).toMatchObject({ [`stopped: ${stop}`]: 1, [`would stop: ${stop}`]: 1 });
  });

  it("lets a tenant write its own policies, and a browser tell what its user may do", () => {
    expect(said("a tenant's own")).toEqual([["acme", ["no mail"]]]);
    // What the platform keeps private may matter for all but what the tenant denies.
    const any = ["allow", "deny", "require_approval"];
    expect(said("in the browser")).toEqual([{ search: any, refund: any, fetch_page: any, send_mail: ["deny"] }]);
    expect(said("health")).toEqual([["ok", true]]);
  });

  it("replays what was logged by a draft of a policy", () => {
    const draft = join(folder, "draft.json");
    const policies = [
      { id: "baseline", name: "open as before", scope: "global", effect: "allow", rule_expr: {} },
      { id: "no-refunds", name: "no refunds", scope: "tool", effect: "deny", rule_expr: { target: ["refund"] } },
    ];
    writeFileSync(draft, JSON.stringify(policies));
    const replay = ["log", "replay", "--role", "portcullis_log", "--database", address];
    const { out, err, code } = portcullis([...replay, "--policies", draft, "--since", "2026-01-01"]);
    expect([code, err]).toEqual([0, expect.stringMatching(/^\d+ replayed: \d+ would flip; 0 can't be replayed\n$/)]);
    expect(out).toMatch(/acme\/r1 {2}tool_call refund: allow → deny {2}\+no-refunds/);
    expect(out).toMatch(/tool_call fetch_page: deny → allow {2}-known-hosts/);
  });
});
