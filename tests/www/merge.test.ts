// What the server has by now, what was read, and what was typed: brought together without losing any of it.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Base, merged } from "../../www/src/connect/merge.js";
import { contentOf, differences, same, written } from "../../www/src/connect/policies.js";
import type { StoredPolicy } from "../../www/src/connect/wire.js";
import type { PolicyValue } from "../../www/src/state/form.js";

function stored(id: string, name: string, revision: number, tenant_id: string | null = null): StoredPolicy {
  return {
    ...{ id, name, description: null, scope: "global", effect: "deny", rule_expr: {}, tenant_id, enabled: true },
    ...{ enforcement: "enforce", visibility: tenant_id === null ? "private" : "public", revision },
    ...{ updated_at: "2026-11-23T00:00:00.000Z", updated_by: "ann" },
  };
}

/** One policy on all sides: as it was read, as it is there, as it is here. Names are what differs. */
interface Sides {
  readonly base: string | undefined;
  readonly theirs: string | undefined;
  readonly mine: string | undefined;
}

const name = fc.option(fc.constantFrom("a", "b", "c"), { nil: undefined, freq: 4 });
const sides: fc.Arbitrary<Sides> = fc.record({ base: name, theirs: name, mine: name });

function asked(all: readonly Sides[]) {
  const bases = new Map<string, Base>();
  const mine = new Map<string, PolicyValue>();
  const theirs: StoredPolicy[] = [];
  for (const [index, one] of all.entries()) {
    const id = `p${index}`;
    if (one.base !== undefined) bases.set(id, { policy: stored(id, one.base, 1) });
    if (one.theirs !== undefined) theirs.push(stored(id, one.theirs, one.theirs === one.base ? 1 : 2));
    if (one.mine !== undefined) mine.set(id, written(stored(id, one.mine, 1)));
  }
  return { mine, bases, theirs };
}

describe("brought together", () => {
  it("what was typed is never touched, and what was not follows the server", () => {
    fc.assert(
      fc.property(fc.array(sides, { maxLength: 6 }), (all) => {
        const { mine, bases, theirs } = asked(all);
        const found = merged(mine, bases, theirs);
        const after = new Map([...mine].map(([id, value]) => [id, value["name"]]));
        for (const step of found.steps) {
          if ("add" in step) after.set(step.add.id, step.add.name);
          else if ("remove" in step) after.delete(step.id);
          else after.set(step.id, step.set.name);
        }
        for (const [index, { base, theirs: there, mine: here }] of all.entries()) {
          const id = `p${index}`;
          // Edited here: it stays to the letter.
          if (here !== base) expect(after.get(id), id).toBe(here);
          else expect(after.get(id), id).toBe(there);
          // In conflict is what was changed on both sides, and otherwise.
          expect(found.conflicts.has(id), id).toBe(here !== base && there !== base && here !== there);
          // A save would be based on what is there, and only where nobody is overwritten by it.
          const isBased = found.bases.get(id)?.policy.name === there && found.bases.has(id) === (there !== undefined);
          expect(isBased, id).toBe(!found.conflicts.has(id));
        }
      }),
    );
  });

  it("nothing is left to do the second time", () => {
    fc.assert(
      fc.property(fc.array(sides, { maxLength: 6 }), (all) => {
        const { mine, bases, theirs } = asked(all);
        const first = merged(mine, bases, theirs);
        const after = new Map(mine);
        for (const step of first.steps) {
          if ("add" in step) after.set(step.add.id, written(step.add));
          else {
            after.delete(step.id);
            if ("set" in step) after.set(step.set.id, written(step.set));
          }
        }
        const second = merged(after, first.bases, theirs);
        expect(second.steps).toEqual([]);
        expect(second.conflicts).toEqual(first.conflicts);
      }),
    );
  });

  it("a new policy whose answer was lost is found under the id that it was given", () => {
    const own = written(stored("policy-1", "mine", 1, "acme"));
    const { bases, steps } = merged(new Map([["policy-1", own]]), new Map(), [stored("7f", "mine", 1, "acme")]);
    expect(steps).toMatchObject([{ id: "policy-1", set: { id: "7f" } }]);
    expect([...bases.keys()]).toEqual(["7f"]);
  });
});

it("what goes without saying is not written, and is the same", () => {
  for (const owner of [null, "acme"]) {
    const policy = stored("a", "a", 3, owner);
    expect(Object.keys(written(policy))).toEqual([
      ...["id", "name", "scope", "effect", "rule_expr"],
      ...(owner === null ? [] : ["tenant_id"]),
    ]);
    expect(same(written(policy), policy)).toBe(true);
    expect(same({ ...written(policy), colour: 1 }, policy)).toBe(false);
    expect(same({ ...written(policy), enabled: false }, policy)).toBe(false);
    expect(same({ ...written(policy), revision: 7, updated_at: "then" }, policy)).toBe(true);
  }
});

it("differences are told at the deepest places, under keys of any kind", () => {
  const before = { rule_expr: { "a/b~": [1, { x: 1 }], gone: null }, name: "n" };
  const after = { rule_expr: { "a/b~": [1, { x: 2 }, 3], come: 1 }, name: "n" };
  expect(differences(before, after)).toEqual([
    { pointer: "/rule_expr/a~1b~0/1/x", before: 1, after: 2 },
    { pointer: "/rule_expr/a~1b~0/2", after: 3 },
    { pointer: "/rule_expr/gone", before: null },
    { pointer: "/rule_expr/come", after: 1 },
  ]);
  expect(differences(contentOf(stored("a", "a", 1)), contentOf(stored("a", "a", 2)))).toEqual([]);
});
