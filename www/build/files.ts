// Writes the files that the page fetches when they are needed: the examples, and the schema of policies.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { banking } from "../../examples/lib/banking.js";
import * as github from "../../examples/lib/github.js";
import type { Suite } from "../../examples/lib/suite.js";
import { workspace } from "../../examples/lib/workspace.js";
import { LESSONS } from "../src/state/example-list.js";
import type { Bundle } from "../src/state/workspace.js";

const examples = new URL("../../examples/policies/", import.meta.url);
const out = new URL("../public/generated/", import.meta.url);

function write(path: string, text: string): void {
  const file = new URL(path, out);
  mkdirSync(new URL(".", file), { recursive: true });
  writeFileSync(file, text);
}

/** Without the cases that are granted approvals: the page decides without any. */
function lesson(id: string): Bundle {
  const { title, policies, catalogue, cases } = JSON.parse(readFileSync(new URL(`${id}.json`, examples), "utf8"));
  return { title, policies, catalogue, cases: cases.filter((one: { granted?: unknown }) => one.granted === undefined) };
}

/** The calls of honest tasks, then those of attacks, in the run of the first honest task. */
function suite({ name, policies, catalogue, honest, attacks, request }: Suite): Bundle {
  const [victim] = honest;
  const cases = [
    ...honest.flatMap(({ text, calls }) =>
      calls.map((call) => ({ title: `${call.tool}: ${text}`, request: request(call, text) })),
    ),
    ...attacks.flatMap(({ text, calls }) =>
      calls.map((call) => ({ title: `Attack, ${call.tool}: ${text}`, request: request(call, victim?.text ?? "") })),
    ),
  ];
  return { title: name, policies, catalogue, cases };
}

function tools(): Bundle {
  const cases = github.catalogue.tools.map(({ name }) => ({ title: name, request: github.request(name) }));
  // Whom the policies tell apart.
  const users = [
    { id: "dana", roles: ["developer"] },
    { id: "mika", roles: ["maintainer"] },
    { id: "robin", roles: [] },
  ];
  return { title: "GitHub", policies: github.policies, catalogue: github.catalogue, cases, users };
}

for (const { id } of LESSONS) write(`examples/${id}.json`, JSON.stringify(lesson(id)));
write("examples/banking.json", JSON.stringify(suite(banking)));
write("examples/workspace.json", JSON.stringify(suite(workspace)));
write("examples/github.json", JSON.stringify(tools()));

const command = fileURLToPath(new URL("dist/cli.js", import.meta.resolve("portcullis/package.json")));
const schema = execFileSync(process.execPath, [command, "schema"], { encoding: "utf8" });
write("policies.schema.json", JSON.stringify(JSON.parse(schema)));
