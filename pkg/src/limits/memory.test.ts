import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Limit } from "../types/generated/Limit.js";
import { MemoryLimiter, type Refusal, RefusingLimiter, type Reservation } from "./index.js";

const NOW = Date.UTC(2030, 4, 31, 23, 59, 50);
const budget: Limit = {
  policy_id: "p",
  index: 0,
  meter: "tokens",
  kind: "budget",
  per: ["user"],
  key: ["ann"],
  window: null,
  max: 10,
  burst: null,
  amount: null,
  on_exceed: "deny",
};
const daily: Limit = { ...budget, index: 1, window: "1d" };
const monthly: Limit = { ...budget, index: 2, window: "1mo" };
const rate: Limit = { ...budget, index: 3, kind: "rate", window: "1s", max: 7, burst: 7 };
const atOnce: Limit = { ...budget, index: 4, kind: "concurrent", max: 2 };

function asking(limiter = new MemoryLimiter()) {
  return (claims: [Limit, number][], now = NOW, tenant_id = "acme") =>
    limiter.reserve({
      tenant_id,
      now,
      run_id: null,
      call_id: null,
      claims: claims.map(([limit, amount]) => ({ limit, amount })),
    });
}

function granted(answer: Reservation | Refusal): Reservation {
  if (!answer.granted) throw new Error(`refused: ${JSON.stringify(answer)}`);
  return answer;
}

describe("a limiter in memory", () => {
  it("holds a budget: reserved, settled and released", () => {
    const ask = asking();
    const first = granted(ask([[budget, 6]]));
    expect(ask([[budget, 5]])).toEqual({ granted: false, limit: budget, spent: 0, reserved: 6, retry_after_ms: null });
    first.settle([3]);
    granted(ask([[budget, 7]])).release();
    granted(ask([[budget, 7]])).settle([7]);
    expect(ask([[budget, 1]])).toMatchObject({ granted: false, spent: 10, reserved: 0 });
    granted(ask([[budget, 0]]));
  });

  it("records truly what is more than was claimed, which stops the next", () => {
    const ask = asking();
    granted(ask([[budget, 1]])).settle([25]);
    expect(ask([[budget, 0]])).toMatchObject({ granted: false, spent: 25 });
  });

  it("reserves all or nothing", () => {
    const ask = asking();
    granted(ask([[atOnce, 2]]));
    expect(
      ask([
        [budget, 10],
        [atOnce, 1],
      ]),
    ).toMatchObject({ granted: false, limit: atOnce, reserved: 2 });
    granted(ask([[budget, 10]]));
  });

  it("counts days and months of the calendar in UTC, and says when they end", () => {
    const ask = asking();
    granted(
      ask([
        [daily, 10],
        [monthly, 10],
      ]),
    ).settle([10, 10]);
    expect(ask([[daily, 1]])).toMatchObject({ granted: false, retry_after_ms: 10_000 });
    expect(ask([[monthly, 1]])).toMatchObject({ granted: false, retry_after_ms: 10_000 });
    expect(ask([[monthly, 11]])).toMatchObject({ granted: false, retry_after_ms: null });
    granted(
      ask(
        [
          [daily, 10],
          [monthly, 10],
        ],
        NOW + 10_000,
      ),
    );
    expect(ask([[daily, 1]], NOW + 10_000)).toMatchObject({ granted: false, retry_after_ms: 86_400_000 });
  });

  it("lets a burst through at a rate, and then one at a time", () => {
    const ask = asking();
    for (let i = 0; i < 7; i++) granted(ask([[rate, 1]])).settle([1]);
    const refused = ask([[rate, 1]]);
    expect(refused).toMatchObject({ granted: false, spent: 7, retry_after_ms: 143 });
    expect(ask([[rate, 1]], NOW + 142).granted).toBe(false);
    granted(ask([[rate, 1]], NOW + 143));
    expect(ask([[rate, 1]], NOW + 143).granted).toBe(false);
    expect(ask([[rate, 8]], NOW + 100_000)).toMatchObject({ granted: false, retry_after_ms: null });
    granted(ask([[rate, 7]], NOW + 100_000));
  });

  it("counts anew at a rate that was edited, and in the same month of another year", () => {
    const ask = asking();
    granted(ask([[rate, 7]]));
    granted(ask([[{ ...rate, max: 8, burst: 8 }, 8]]));
    granted(ask([[{ ...rate, window: "2s" }, 7]]));
    granted(ask([[monthly, 10]])).settle([10]);
    granted(ask([[monthly, 10]], Date.UTC(2031, 4, 31)));
  });

  it("gives back at a rate what was released or not used", () => {
    const ask = asking();
    granted(ask([[rate, 7]])).release();
    granted(ask([[rate, 7]])).settle([2]);
    granted(ask([[rate, 5]]));
    expect(ask([[rate, 1]]).granted).toBe(false);
  });

  it("holds so many at a time", () => {
    const ask = asking();
    const [one, two] = [granted(ask([[atOnce, 1]])), granted(ask([[atOnce, 1]]))];
    expect(ask([[atOnce, 1]])).toMatchObject({ granted: false, reserved: 2, retry_after_ms: null });
    one.settle([1]);
    granted(ask([[atOnce, 1]]));
    two.release();
    granted(ask([[atOnce, 1]]));
  });

  it("keeps tenants, keys and limits apart", () => {
    const ask = asking();
    granted(ask([[budget, 10]]));
    granted(ask([[budget, 10]], NOW, "other"));
    granted(ask([[{ ...budget, key: ["bob"] }, 10]]));
    granted(ask([[{ ...budget, index: 9 }, 10]]));
    granted(ask([[{ ...budget, policy_id: "q" }, 10]]));
    expect(ask([[budget, 1]]).granted).toBe(false);
  });

  it("ends a reservation once", () => {
    const held = granted(asking()([[budget, 1]]));
    held.settle([1]);
    expect(() => held.settle([1])).toThrow("once");
    expect(() => held.release()).toThrow("once");
  });

  it("never reserves past a limit, in whatever order calls begin and end", () => {
    const moves = fc.array(fc.record({ amount: fc.nat(6), ends: fc.nat(5), settles: fc.boolean() }), { maxLength: 60 });
    fc.assert(
      fc.property(moves, (moves) => {
        const ask = asking();
        const open: { held: Reservation; amount: number }[] = [];
        let spent = 0;
        for (const { amount, ends, settles } of moves) {
          const answer = ask([[budget, amount]]);
          const reserved = open.reduce((sum, { amount }) => sum + amount, 0);
          expect(answer.granted).toBe(spent + reserved + amount <= budget.max);
          if (answer.granted) open.push({ held: answer, amount });
          const [ended] = open.splice(ends, 1);
          if (ended === undefined) continue;
          if (settles) {
            ended.held.settle([ended.amount]);
            spent += ended.amount;
          } else ended.held.release();
        }
      }),
    );
  });
});

it("a refusing limiter refuses", () => {
  expect(asking(new RefusingLimiter() as unknown as MemoryLimiter)([[budget, 0]])).toMatchObject({
    granted: false,
    limit: budget,
  });
});

describe("the memory of a limiter", () => {
  it("does not grow with what is over", () => {
    const limiter = new MemoryLimiter();
    const ask = asking(limiter);
    for (let i = 0; i < 20_000; i++) {
      const key = [`user-${i}`];
      const claims = [daily, rate, atOnce].map((limit): [Limit, number] => [{ ...limit, key }, 1]);
      granted(ask(claims, NOW + i * 3_600_000)).settle([1, 1, 1]);
    }
    expect(limiter.size).toBeLessThan(2_000);
  });

  it("keeps what is not: what was taken of a window, and what calls under way hold", () => {
    const limiter = new MemoryLimiter();
    const ask = asking(limiter);
    granted(ask([[budget, 10]])).settle([10]);
    granted(ask([[monthly, 10]])).settle([10]);
    const held = granted(
      ask([
        [atOnce, 2],
        [rate, 1],
      ]),
    );
    for (let i = 0; i < 5_000; i++) granted(ask([[{ ...rate, key: [`user-${i}`] }, 1]], NOW + i)).settle([1]);
    expect(limiter.size).toBeLessThan(3_000);
    expect(ask([[budget, 1]])).toMatchObject({ granted: false, spent: 10 });
    expect(ask([[monthly, 1]])).toMatchObject({ granted: false, spent: 10 });
    expect(ask([[atOnce, 1]])).toMatchObject({ granted: false, reserved: 2 });
    held.settle([2, 70]);
    granted(ask([[atOnce, 2]]));
    expect(ask([[rate, 1]], NOW + 5_000)).toMatchObject({ granted: false });
  });
});
