// The page of the log: its program prints what the page says, and its tables are the code's.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";

const root = new URL("../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");
const page = read("docs/decision-log.md");

function block(fence: string): string {
  const found = new RegExp(`^\`\`\`${fence}\\n([\\s\\S]*?)^\`\`\`$`, "m").exec(page)?.[1];
  if (found === undefined) throw new Error(`the page has no block of ${fence}`);
  return found;
}

const rows = (head: string) =>
  [...(page.split(`\n| ${head} |`)[1]?.split("\n\n")[0] ?? "").matchAll(/^\| `(\w+)` \|/gm)].map(([, word]) => word);
const words = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, word]) => word);

it("has a program that prints what it says", () => {
  const folder = new URL("target/log-page/", root);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL("decision-log.mts", folder), block("ts decision-log.mts"));
  const { DATABASE_URL: _, NODE_ENV: __, ...env } = process.env;
  const printed = execFileSync("npx", ["tsx", "decision-log.mts"], { cwd: folder, encoding: "utf8", env });
  expect(printed).toBe(block("text"));
}, 120_000);

it("has each finding, and each kind of entry", () => {
  const codes = /readonly code:\n([\s\S]*?);/.exec(read("pkg/src/log/verify.ts"))?.[1] ?? "";
  expect(rows("Finding | Means")).toEqual(words(codes, /"(\w+)"/g));
  expect(rows("`kind` | Holds").sort()).toEqual(words(read("pkg/src/log/entry.ts"), /readonly kind: "(\w+)"/g).sort());
});

it("has each metric", () => {
  for (const name of words(read("pkg/src/log/telemetry.ts"), /\("(portcullis\.[\w.]+)", \{/g)) {
    expect(page).toContain(`\`${name}\``);
  }
});
