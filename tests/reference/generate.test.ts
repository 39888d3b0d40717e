import { describe, expect, test } from "vitest";
import { sha256 } from "./canonical.js";
import { Coverage, requiredKeys } from "./coverage.js";
import { referenceDecide } from "./decide.js";
import { generateCase } from "./generate/case.js";
import { Random } from "./generate/random.js";
import type { Decision } from "./types.js";

function coverageOf(pairs: number, seed: number): Coverage {
  const coverage = new Coverage();
  const random = new Random(seed);
  for (let done = 0; done < pairs; ) {
    const { policies, requests, grants } = generateCase(random);
    for (const [index, request] of requests.entries())
      referenceDecide(policies, request, { grants: grants[index], trace: coverage.trace });
    done += requests.length;
  }
  return coverage;
}

describe("the generated cases", () => {
  test("reach nearly all rules soon", () => {
    expect(coverageOf(3000, 1).missing().length).toBeLessThanOrEqual(requiredKeys.length * 0.05);
  }, 240_000);

  test("reach all rules", () => {
    expect(coverageOf(20_000, 2).missing()).toEqual([]);
  }, 600_000);

  test("are the same for the same seed", () => {
    const cases = (seed: number) => {
      const random = new Random(seed);
      return sha256(JSON.stringify(Array.from({ length: 50 }, () => generateCase(random))));
    };
    expect(cases(3)).toBe(cases(3));
    expect(cases(3)).not.toBe(cases(4));
  });

  test("are plain JSON", () => {
    const random = new Random(5);
    for (let n = 0; n < 300; n += 1) {
      const { policies, requests, grants } = generateCase(random);
      const copy = JSON.parse(JSON.stringify({ policies, requests })) as {
        policies: typeof policies;
        requests: unknown[];
      };
      requests.forEach((request, index) => {
        const options = { grants: grants[index] };
        expect(referenceDecide(copy.policies, copy.requests[index], options)).toEqual(
          referenceDecide(policies, request, options),
        );
      });
    }
  });
});

describe("on the generated cases", () => {
  const sampled = (seed: number, count: number) => {
    const random = new Random(seed);
    return Array.from({ length: count }, () => generateCase(random)).flatMap(({ policies, requests, grants }) =>
      requests.map((request, index) => ({ policies, request, grants: grants[index] })),
    );
  };

  test("the order of policies doesn't matter", () => {
    const random = new Random(6);
    for (const { policies, request, grants } of sampled(7, 200)) {
      const shuffled = random.sample(policies, policies.length);
      expect(referenceDecide(shuffled, request, { grants })).toEqual(referenceDecide(policies, request, { grants }));
    }
  });

  test("without a shadow or disabled policy the verdict is the same", () => {
    const verdictOf = ({ effect, code, mode, reasons, limits, approvals }: Decision) => ({
      effect,
      code,
      mode,
      reasons,
      limits,
      approvals,
    });
    for (const { policies, request, grants } of sampled(8, 200)) {
      const enforced = policies.filter((policy) => policy.enforcement !== "shadow" && policy.enabled !== false);
      expect(verdictOf(referenceDecide(enforced, request, { grants }))).toEqual(
        verdictOf(referenceDecide(policies, request, { grants })),
      );
    }
  });

  // Without grants: one that was given for draft counts only when the mode is draft, and a modify can make it so.
  test("one more policy other than an allow never loosens", () => {
    const rank = { allow: 0, require_approval: 1, deny: 2 };
    for (const { policies, request } of sampled(9, 200)) {
      const whole = referenceDecide(policies, request);
      for (const policy of policies.filter(({ effect }) => effect !== "allow")) {
        const without = referenceDecide(
          policies.filter((other) => other !== policy),
          request,
        );
        expect(rank[whole.effect]).toBeGreaterThanOrEqual(rank[without.effect]);
        if (without.mode === "draft") expect(whole.mode).toBe("draft");
      }
    }
  });
});
