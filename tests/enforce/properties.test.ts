// What holds of every host, however it calls, swallows and repeats.
import fc from "fast-check";
import { expect, it } from "vitest";
import { gated, type Plan, permitted, plans, type Run, runPlan } from "./host.js";

const RUNS = 400;

function always(holds: (run: Run, plan: Plan) => void): () => Promise<void> {
  return () =>
    fc.assert(
      fc.asyncProperty(plans, async (plan) => holds(await runPlan(plan), plan)),
      { numRuns: RUNS },
    );
}

it(
  "no call runs that is denied or paused, except in shadow",
  always(({ began }, { enforcement }) => {
    if (enforcement === "shadow") return;
    expect(began.filter(({ action, id, amount }) => !permitted(action, id, amount))).toEqual([]);
  }),
);

it(
  "no helper that tries again runs a call that was stopped in its step",
  always(({ began }) => {
    expect(began.filter(({ again }) => again)).toEqual([]);
  }),
);

it(
  "in shadow nothing is stopped",
  always(({ stops, steps, enforcer }, { enforcement }) => {
    if (enforcement === "enforce") return;
    expect(stops).toEqual([]);
    expect(steps.filter(({ step }) => step.denials.length > 0)).toEqual([]);
    expect(enforcer.counters).toMatchObject({ denied: 0, paused: 0 });
  }),
);

it(
  "each reservation ends once: settled where the work began, else released",
  always(({ began, reservations, enforcer }, { enforcement }) => {
    expect(reservations.filter(({ settled, released }) => settled + released !== 1)).toEqual([]);
    const counted = began.filter(({ action }) => action !== "agent_step");
    const settled = reservations.filter(({ settled }) => settled === 1);
    if (enforcement === "enforce") expect(settled).toHaveLength(counted.length);
    expect(enforcer.counters.troubles).toBe(0);
  }),
);

it(
  "each approval lets one call go ahead: started before it and ended after it, or released",
  always(({ began, claims }, { enforcement }) => {
    if (enforcement === "shadow") expect(claims).toEqual([]);
    else expect(began.filter(gated).length).toBeLessThanOrEqual(claims.filter(({ started }) => started === 1).length);
    for (const { started, ended, released, startable } of claims) {
      expect([started, ended]).toEqual(started === 1 ? [1, 1] : [0, 0]);
      // Of one whose start failed nobody knows whether it is spent.
      expect(started + released).toBeLessThanOrEqual(1);
      if (startable) expect(started + released).toBe(1);
    }
  }),
);

it(
  "inputs and results come through as they are",
  always(({ altered }) => {
    expect(altered).toEqual([]);
  }),
);

it(
  "no stop is lost: the step has it, whatever the library swallowed",
  always(({ stops }) => {
    for (const { stop, step } of stops) if (step !== undefined) expect(step.denials).toContain(stop);
  }),
);

it(
  "a step that ends by denial fails with its first, and one that goes on returns what its work did",
  always(({ steps }) => {
    for (const { step, returned, threw } of steps) {
      const [first] = step.denials;
      if (step.onDenial === "end" && first !== undefined) expect(threw).toBe(first);
      else if (returned) expect(threw).toBeUndefined();
    }
  }),
);

it(
  "within a step no call is stopped twice for itself: the second time it is the first stop again",
  always(({ steps }) => {
    for (const { step } of steps) expect(new Set(step.denials).size).toBe(step.denials.length);
  }),
);

it("the plans reach what they are for", async () => {
  const seen = { began: 0, stops: 0, released: 0, settled: 0, ended: 0, wentOn: 0, nested: 0, approved: 0, unspent: 0 };
  for (const plan of fc.sample(plans, 300)) {
    const { began, stops, reservations, claims, steps } = await runPlan(plan);
    seen.began += began.length;
    seen.stops += stops.length;
    seen.released += reservations.filter(({ released }) => released > 0).length;
    seen.settled += reservations.filter(({ settled }) => settled > 0).length;
    seen.ended += steps.filter(({ step }) => step.ended !== undefined).length;
    seen.wentOn += steps.filter(({ step, returned }) => returned && step.denials.length > 0).length;
    seen.approved += began.filter(gated).length;
    seen.unspent += claims.filter(({ released }) => released > 0).length;
    seen.nested += began.filter(({ step }) => step !== undefined).length;
  }
  for (const [what, times] of Object.entries(seen)) expect(times, what).toBeGreaterThan(0);
});
