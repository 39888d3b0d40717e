// What each project has that decides: the snippets of docs/installing.md, which are files of the projects that the tests
// build and run, and the programs in `common/` that use them.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const common = new URL("./common/", import.meta.url);
const { policies } = await import(new URL("deciding.js", common).href);
const guide = readFileSync(new URL("../../docs/installing.md", import.meta.url), "utf8");

/** By `<host>/<path>`, as the line says that opens the snippet. */
const snippets = Array.from(
  guide.matchAll(/^```\w+ ([\w-]+)\/(\S+)\n([\s\S]*?)^```$/gm),
  ([, host = "", path = "", text = ""]) => ({ host, path, text }),
);

/** The hosts that the guide has snippets for. */
export const documented: ReadonlySet<string> = new Set(snippets.map(({ host }) => host));

/** Copies `common/` into a project, with the policies as `policies.json` and the snippets for hosts. */
export function furnish(project: string, hosts: readonly string[]): void {
  cpSync(fileURLToPath(common), project, { recursive: true });
  writeFileSync(join(project, "policies.json"), JSON.stringify(policies));
  for (const host of hosts) {
    if (!documented.has(host)) throw new Error(`docs/installing.md has no snippet for ${host}`);
    for (const { path, text } of snippets.filter((snippet) => snippet.host === host)) {
      const file = join(project, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }
}
