// What is decided, case by case: by the package in Node, by the reference, and natively.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { PolicyEngine } from "portcullis";
import { describe, expect, it } from "vitest";
import { type Catalogue, type Policy, referenceDecide, requestDigest } from "./reference/index.js";
import { type Case, type Decider, decideCase, grantsOf, type Json, mismatches } from "./vectors/cases.js";
import { deciderOf, type Outcome, outcomeOf } from "./vectors/engine.js";
import { areas, LEAST } from "./vectors/files.js";

const cases = areas.flatMap((area) => area.cases);

it(`there are at least ${LEAST} cases, each with a description of its own in its file`, () => {
  expect(cases.length).toBeGreaterThanOrEqual(LEAST);
  for (const area of areas) {
    const descriptions = area.cases.map(({ description }) => description);
    expect(new Set(descriptions).size, area.name).toBe(descriptions.length);
  }
});

/** What is wrong with the cases of an area, by their descriptions. */
function failuresOf(area: Case[], decide: (one: Case) => Json): string[] {
  return area.flatMap((one) => mismatches(one.expect, decide(one)).map((problem) => `${one.description}: ${problem}`));
}

const plain = (value: unknown): Json => JSON.parse(JSON.stringify(value));

describe("the package decides as the case says", () => {
  it.each(areas)("$name", { timeout: 300_000 }, (area) => {
    expect(failuresOf(area.cases, (one) => JSON.parse(outcomeOf(PolicyEngine, one).decision))).toEqual([]);
  });
});

describe("the reference decides as the case says", () => {
  it.each(areas)("$name", { timeout: 300_000 }, (area) => {
    expect(failuresOf(area.cases, (one) => plain(decideCase(referenceOf(one), one)))).toEqual([]);
  });
});

function referenceOf(one: Case): Decider<ReturnType<typeof referenceDecide>> {
  const policies = one.policies as unknown as Policy[];
  const catalogue = (one.catalogue ?? {}) as unknown as Catalogue;
  return {
    decide: (request, grants) => referenceDecide(policies, request, { catalogue, grants }),
    digest: (request) => requestDigest(request, catalogue),
  };
}

it("Node decides byte for byte as the native engine does", { timeout: 600_000 }, () => {
  const native = decideNatively(cases);
  const differences = cases.flatMap((one, index) => {
    const inNode = outcomeOf(PolicyEngine, one);
    const natively = native[index] as Outcome;
    if (inNode.decision === natively.decision && inNode.digest === natively.digest) return [];
    return [{ description: one.description, inNode, natively }];
  });
  expect(differences).toEqual([]);
});

/** All outcomes, by one process of the native engine. */
function decideNatively(all: Case[]): Outcome[] {
  const lines = all.map((one) => {
    const { policies, catalogue, request } = one;
    return JSON.stringify({ policies, catalogue, requests: [request], grants: [resolvedGrants(one)], digests: true });
  });
  const command = ["run", "--quiet", "--example", "decide_lines"];
  const { status, stdout, stderr, error } = spawnSync("cargo", command, {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    input: `${lines.join("\n")}\n`,
    encoding: "utf8",
    maxBuffer: 2 ** 30,
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`cargo ${command.join(" ")}: ${stderr}`);
  return stdout.trimEnd().split("\n").map(outcomeOfLine);
}

/** Taken from the line as it is written: parsing it and printing it again would hide a difference. */
function outcomeOfLine(line: string): Outcome {
  const match = /^\{"decisions":\[(.*)\],"digests":\[(.*)\]\}$/.exec(line);
  if (match === null) throw new Error(`the native engine answers ${line}`);
  const [, decision, digest] = match as unknown as [string, string, string];
  return { decision, digest: JSON.parse(digest) };
}

function resolvedGrants({ policies, catalogue, request, grants }: Case): Json {
  if (grants === undefined) return null;
  const engine = PolicyEngine.loadSync({ policies, catalogue } as unknown as Parameters<
    typeof PolicyEngine.loadSync
  >[0]);
  try {
    return grantsOf(deciderOf(engine), request, grants);
  } finally {
    engine.close();
  }
}
