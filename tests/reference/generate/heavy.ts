/** Cases at the caps and just past them. They are large and slow, so generateCase takes few. */
import type { Condition, Effect, Json, Leaf, Policy } from "../types.js";
import type { Case } from "./case.js";
import { allowAll } from "./policy.js";
import type { Random } from "./random.js";

const STEPS = 8_388_608;
const STRING_BYTES = 65_536;
const ARRAY_BYTES = 1_048_576;

interface Heavy {
  when: Condition;
  input: Json;
}

/** Each policy also meets the other's input. */
export function generateHeavyCase(random: Random): Case {
  const pair = [random.pick(makers)(random), random.pick(makers)(random)];
  const policies = pair.map(({ when }, index): Policy => {
    const effect = random.pick<Effect>(["deny", "allow"]);
    return { id: `heavy-${index}`, name: "heavy", scope: "global", effect, rule_expr: { when } };
  });
  if (random.chance(0.5)) policies.push(allowAll("open", null, {}));
  const requests = pair.map(({ input }) => ({
    action: "llm_call",
    now: 0,
    tenant: { id: "acme" },
    app: null,
    user: null,
    workflow: null,
    agent: null,
    tool: null,
    run: null,
    input,
  }));
  return { policies, requests, grants: requests.map(() => undefined) };
}

/** A string of exactly so many bytes, in code points of one to four. */
function textOf(bytes: number, random: Random): string {
  const unit = random.pick(["a", "ä", "€", "😀"]);
  const width = Buffer.byteLength(unit);
  return unit.repeat(Math.floor(bytes / width)) + "b".repeat(bytes % width);
}

/** At the cap, one past it, or well past it. */
const around = (cap: number, random: Random) => cap + random.pick([0, 1, 1, 1000]);

function longString(random: Random): Heavy {
  const value = textOf(around(STRING_BYTES, random), random);
  const leaf = random.pick<Leaf>([
    { ne: "x" },
    { contains: "b" },
    { as: "size", gt: 10 },
    { exists: true },
    { as: "lower", ne: "x" },
    { ends_with: "a", ignore_case: true },
    { matches: "*b" },
    { eq: { field: "input.value" } },
  ]);
  return { when: { field: "input.value", ...leaf }, input: { value } };
}

function longRight(random: Random): Heavy {
  const value = textOf(around(STRING_BYTES, random), random);
  return { when: { field: "input.short", ne: { field: "input.value" } }, input: { short: "x", value } };
}

function manyElements(random: Random): Heavy {
  const value = Array.from({ length: around(10_000, random) }, (_, index) => index);
  const leaf = random.pick<Leaf>([
    { includes: 9999 },
    { as: "size", gte: 10_000 },
    { exists: true },
    { some: { eq: 9999 } },
    { every: { lt: 10_000 } },
    { eq: 1 },
  ]);
  return {
    when: random.chance(0.2) ? { field: "input.one", in: { field: "input.value" } } : { field: "input.value", ...leaf },
    input: { value, one: 5 },
  };
}

function manyKeys(random: Random): Heavy {
  const value = Object.fromEntries(Array.from({ length: around(10_000, random) }, (_, index) => [`k${index}`, 1]));
  const leaf = random.pick<Leaf>([
    { as: "keys", includes: "k9999" },
    { as: "keys", some: { eq: "k1" } },
    { exists: true },
  ]);
  return { when: { field: "input.value", ...leaf }, input: { value } };
}

function manyCells(random: Random): Heavy {
  const leaves = random.pick([20, 50, 100]);
  const value = Array.from({ length: 100_000 / leaves + random.pick([0, 1, 1, 1]) }, () => 1);
  const body = { any: Array.from({ length: leaves }, (_, index) => ({ eq: -index })) };
  return { when: { field: "input.value", some: body }, input: { value } };
}

function costlyGlob(random: Random): Heavy {
  const pattern = `*${"a".repeat(255)}`;
  const value = textOf(random.chance(0.15) ? STEPS / 256 : STEPS / 256 + random.pick([1, 1000]), random);
  return { when: { field: "input.value", matches: pattern }, input: { value } };
}

function costlyContains(random: Random): Heavy {
  const patterns = Array.from({ length: random.pick([127, 128, 128]) }, (_, index) =>
    `pattern${index}`.slice(-8).padStart(8, "x"),
  );
  return {
    when: { field: "input.value", contains: [...new Set(patterns)] },
    input: { value: textOf(STRING_BYTES, random) },
  };
}

/** 1,000 elements have 8,388 steps each. */
function costlyElement(random: Random): Heavy {
  const [leaf, size]: [Leaf, number] = random.pick([
    [{ matches: "*aaaaaaaab" }, 838],
    [{ contains: "aaaaaaab" }, 8380],
  ]);
  const value = Array.from({ length: 1000 }, (_, index) =>
    index === 500 ? "a".repeat(size + random.pick([0, 1, 1, 2])) : "x",
  );
  return { when: { field: "input.value", some: leaf }, input: { value } };
}

/** Sixteen strings at the cap make up the sum exactly; one past its own cap adds nothing. */
function fullArray(random: Random): string[] {
  const full = Array.from({ length: ARRAY_BYTES / STRING_BYTES }, () => "a".repeat(STRING_BYTES));
  if (random.chance(0.3)) full[random.below(full.length)] += "a";
  return [...full, ...random.pick([[], [""], ["b"], ["b", ""], ["", "b"]])];
}

function runningSum(random: Random): Heavy {
  const value = fullArray(random);
  const when = random.pick<Condition>([
    { field: "input.value", includes: "b" },
    { field: "input.one", in: { field: "input.value" } },
    { field: "input.value", some: { eq: "b" } },
    { field: "input.value", some: { eq: "" } },
    { field: "input.value", every: { exists: true } },
  ]);
  return { when, input: { value, one: "b" } };
}

function runningSumOfItems(random: Random): Heavy {
  const value = fullArray(random).map((text) => ({ a: { b: text } }));
  return { when: { field: "input.value", some: { item: "a.b", ends_with: "b" } }, input: { value: [{}, ...value] } };
}

/** A single element too long is not added to the sum. */
function longElement(random: Random): Heavy {
  const value = ["short", "a".repeat(around(STRING_BYTES, random)), "after"];
  const when = random.pick<Condition>([
    { field: "input.value", includes: "after" },
    { field: "input.value", includes: "after" },
    { field: "input.value", some: { eq: "after" } },
    { field: "input.value", every: { ne: "after" } },
    { field: "input.one", not_in: { field: "input.value" } },
  ]);
  return { when, input: { value, one: "x" } };
}

const makers = [
  longString,
  longRight,
  manyElements,
  manyKeys,
  manyCells,
  costlyGlob,
  costlyContains,
  costlyElement,
  runningSum,
  runningSumOfItems,
  longElement,
];
