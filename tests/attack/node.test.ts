// Hostile requests under Node: what is decided, that nothing throws, and that honest requests fare as before.
import { runInNewContext } from "node:vm";
import { PolicyEngine } from "portcullis";
import { afterAll, expect, it } from "vitest";
import { groupsOf } from "./all.js";
import { type Struck, slowest } from "./strike.js";

const groups = groupsOf(PolicyEngine, { foreign: (expression) => runInNewContext(expression) as unknown });
const struck: Struck[] = [];

it.each([...groups])("%s", { timeout: 120_000 }, (_, attack) => {
  const outcome = attack();
  struck.push(...outcome.struck);
  expect(outcome.problems).toEqual([]);
});

afterAll(() => {
  process.stdout.write(`${slowest("Node", struck)}\n`);
});
