// The README's program prints what the README says it prints.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";

const root = new URL("..", import.meta.url);
const readme = readFileSync(new URL("README.md", root), "utf8");

function block(language: string): string {
  const found = readme.match(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "m"));
  if (found?.[1] === undefined) throw new Error(`the README has no block of ${language}`);
  return found[1];
}

it("runs", () => {
  const folder = new URL("target/readme/", root);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL("example.mts", folder), block("ts"));
  const printed = execFileSync("npx", ["tsx", "example.mts"], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  expect(printed.trim()).toBe(block("text").trim());
});
