// The programs of the README and the guide print what the pages say they print.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";

const root = new URL("..", import.meta.url);

function block(page: string, language: string): string {
  const text = readFileSync(new URL(page, root), "utf8");
  const found = text.match(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "m"));
  if (found?.[1] === undefined) throw new Error(`${page} has no block of ${language}`);
  return found[1];
}

it.each(["README.md", "docs/enforcing.md"])("the program of %s runs", (page) => {
  const folder = new URL("target/readme/", root);
  mkdirSync(folder, { recursive: true });
  const program = page.replace(/^.*\/|\.md$/g, "").toLowerCase();
  writeFileSync(new URL(`${program}.mts`, folder), block(page, "ts"));
  const printed = execFileSync("npx", ["tsx", `${program}.mts`], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  expect(printed.trim()).toBe(block(page, "text").trim());
});
