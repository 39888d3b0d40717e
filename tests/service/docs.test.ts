// The page of the service: its program prints what the page says, and its tables are the code's.
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const root = new URL("../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");
const page = read("docs/service.md");

function block(fence: string): string {
  const found = new RegExp(`^\`\`\`${fence}\\n([\\s\\S]*?)^\`\`\`$`, "m").exec(page)?.[1];
  if (found === undefined) throw new Error(`the page has no block of ${fence}`);
  return found;
}

it("has a program that compiles, and prints what it says", () => {
  const folder = new URL("target/service-page/", root);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL("service.mts", folder), block("ts service.mts"));
  const strictly = [
    "--noEmit",
    "--strict",
    "--exactOptionalPropertyTypes",
    "--module",
    "nodenext",
    "--target",
    "es2022",
  ];
  execFileSync("npx", ["tsc", ...strictly, "--skipLibCheck", "service.mts"], { cwd: folder, stdio: "inherit" });
  const { DATABASE_URL: _, NODE_ENV: __, ...env } = process.env;
  const printed = execFileSync("npx", ["tsx", "service.mts"], { cwd: folder, encoding: "utf8", env });
  expect(printed).toBe(block("text"));
}, 120_000);

describe("its tables have", () => {
  const sources = ["store", "service"].flatMap((folder) =>
    readdirSync(new URL(`pkg/src/${folder}/`, root))
      .filter((name) => name.endsWith(".ts"))
      .map((name) => read(`pkg/src/${folder}/${name}`)),
  );
  const all = (pattern: RegExp) =>
    [...new Set(sources.flatMap((text) => [...text.matchAll(pattern)].map(([, word]) => word as string)))].sort();
  const rows = (title: string) =>
    [...(page.split(`## ${title}\n`)[1]?.split("\n## ")[0] ?? "").matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code);

  it("each code", () => {
    // Those with a severity are findings, which the page of errors has.
    const codes = all(/\bcode: "(\w+)"(?!, severity)/g);
    expect(codes.length).toBeGreaterThan(10);
    // Their names are put together.
    expect(rows("Codes").sort()).toEqual([...codes, "policy_not_found", "revision_not_found"].sort());
  });

  it("each way to contain a policy", () => {
    expect(rows("A policy that does not load").sort()).toEqual(all(/\bcontained\("(\w+)"/g));
  });
});
