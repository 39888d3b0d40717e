// The log itself: what is taken, kept, dropped and counted, and that its chain shows every change.
import { createHash } from "node:crypto";
import fc from "fast-check";
import { PolicyEngine } from "portcullis";
import {
  type Anchor,
  callObserver,
  DecisionLog,
  type DecisionLogOptions,
  decisionSink,
  type Verified,
  Verifier,
} from "portcullis/service";
import { describe, expect, it } from "vitest";
import { canonical, digestOf, type Json } from "../../pkg/src/log/canonical.js";
import { decision, lineOf, MemorySink, record, request } from "./support.js";

function verify(lines: readonly string[], anchors: readonly Anchor[] = []): Verified {
  const verifier = new Verifier();
  verifier.anchor(anchors);
  for (const [i, line] of lines.entries()) verifier.line(line, String(i));
  return verifier.end();
}

async function logged(append: (log: DecisionLog) => void, options: Partial<DecisionLogOptions> = {}) {
  const sink = new MemorySink();
  const log = new DecisionLog({ sink, ...options });
  append(log);
  const closed = await log.close();
  return { sink, log, closed };
}

describe("an entry", () => {
  it("says what was decided, and for whom", async () => {
    const { sink } = await logged((log) => log.append({ ...record("deny"), latencyUs: 12 }));
    expect(sink.entries).toEqual([
      {
        v: 1,
        kind: "genesis",
        writer: expect.any(String),
        seq: 0,
        prev: null,
        time: expect.any(Number),
        sample_allows: 1,
      },
      {
        v: 1,
        kind: "decision",
        writer: sink.entries[0]?.["writer"],
        seq: 1,
        prev: JSON.parse(sink.lines[0] as string).hash,
        time: expect.any(Number),
        tenant: "acme",
        effect: "deny",
        code: "denied_by_policy",
        mode: "auto",
        enforced: true,
        policies: ["p1"],
        shadow: [],
        policy_set: "sha256:0",
        action: "tool_call",
        app: null,
        user: "u1",
        workflow: null,
        agent: null,
        tool: "search",
        run: "r1",
        call: null,
        latency_us: 12,
        request: null,
        complete: false,
      },
    ]);
  });

  it("keeps no request unless asked, then not its input, and hashes what is named", async () => {
    const kept = async (options: NonNullable<DecisionLogOptions["request"]>) =>
      (await logged((log) => log.append(record("deny")), { request: options })).sink.entries[1];
    const { input: _, ...others } = request();
    expect(await kept({})).toMatchObject({ request: others, complete: false });
    expect((await kept({}))?.["request"]).not.toHaveProperty("input");
    expect(await kept({ omit: [] })).toMatchObject({ request: request(), complete: true });
    const digest = `sha256:${createHash("sha256").update('"u1@example.org"').digest("hex")}`;
    const hashed = await kept({ omit: [], hash: [["user", "email"]] });
    expect(hashed).toMatchObject({ request: { user: { id: "u1", email: digest } }, complete: false });
    const keyed = await kept({ omit: [], hash: [["user", "email"]], hashKey: "k" });
    expect(JSON.stringify(keyed)).toMatch(/"email":"hmac-sha256:[0-9a-f]{64}"/);
    expect(
      await kept({
        omit: [
          ["user", "email"],
          ["input", "query"],
        ],
      }),
    ).toMatchObject({
      request: { user: { id: "u1" }, input: {} },
    });
    expect(await kept({ omit: [], maxBytes: 40 })).toMatchObject({ complete: false });
  });

  it("holds the request as it was when it was decided", async () => {
    const input = { amount: 1 };
    const { sink } = await logged(
      (log) => {
        log.append(record("deny", { input }));
        input.amount = 2;
      },
      { request: { omit: [] } },
    );
    expect(sink.entries[1]).toMatchObject({ request: { input: { amount: 1 } } });
  });

  it("is complete only where nothing of the request was changed", async () => {
    const odd: unknown[] = [new Date(0), 1n, "\ud800", "\0", Number.NaN, 2 ** 53, () => 1, { deep: [Symbol()] }];
    const { sink } = await logged((log) => odd.forEach((input) => void log.append(record("deny", { input }))), {
      request: { omit: [] },
    });
    expect(sink.entries.slice(1).map(({ complete }) => complete)).toEqual(odd.map(() => false));
    expect(verify(sink.lines).findings).toEqual([]);
  });

  it("is taken without a throw, whatever is appended", async () => {
    const bad = {
      get tenant(): never {
        throw new Error("no");
      },
    };
    const { sink, log } = await logged((log) => {
      log.append({ ...record("deny"), request: bad as never });
      log.append(null as never);
      log.append({ ...record("deny"), request: null });
    });
    expect(log.stats()).toMatchObject({ written: 1, dropped: { unreadable: 2 } });
    expect(sink.entries.at(-1)).toMatchObject({ kind: "gap", dropped: { allow: 0, unreadable: 2 } });
  });
});

describe("canonical JSON", () => {
  it("agrees with the core's digests", () => {
    const engine = PolicyEngine.loadSync({ policies: [] });
    let compared = 0;
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: "binary" }), (input) => {
        let digest: string;
        try {
          digest = engine.requestDigest(request({ input }));
        } catch {
          // A request that is no I-JSON has no digest.
          return;
        }
        compared++;
        const bound = {
          ...{ action: "tool_call", tenant: "acme", app: null, user: "u1", workflow: null, agent: null },
          ...{ tool: "search", tool_definition: null, root_run: "r1", mode: "auto", input: input as Json },
        };
        expect(digestOf(canonical(bound))).toBe(digest);
      }),
      { numRuns: 2_000 },
    );
    expect(compared).toBeGreaterThan(1_000);
    engine.close();
  });
});

describe("a full log", () => {
  it("drops allows first, then approvals, and counts each exactly", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom("allow" as const, "deny" as const, "require_approval" as const), { maxLength: 120 }),
        fc.integer({ min: 1, max: 40 }),
        async (effects, maxEntries) => {
          const sink = new MemorySink();
          sink.stick();
          const log = new DecisionLog({ sink, maxEntries, flushMs: 0 });
          for (const effect of effects) log.append(record(effect));
          expect(log.stats().queued).toBe(Math.min(maxEntries, effects.length));
          sink.release();
          await log.close();
          const count = (list: readonly unknown[], effect: string) => list.filter((one) => one === effect).length;
          const kept = sink.entries.map(({ effect }) => effect);
          const gap = sink.entries.find(({ kind }) => kind === "gap")?.["dropped"] as
            | Record<string, number>
            | undefined;
          for (const effect of ["allow", "deny", "require_approval"]) {
            expect(count(kept, effect) + (gap?.[effect] ?? 0)).toBe(count(effects, effect));
          }
          const denies = count(effects, "deny");
          expect(count(kept, "deny")).toBe(Math.min(denies, maxEntries));
          expect(count(kept, "require_approval")).toBe(
            Math.min(count(effects, "require_approval"), maxEntries - Math.min(denies, maxEntries)),
          );
          expect(verify(sink.lines).findings).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("is bounded in bytes too", async () => {
    const sink = new MemorySink();
    sink.stick();
    const log = new DecisionLog({ sink, maxBytes: 100_000, request: { omit: [] } });
    for (let i = 0; i < 1_000; i++) log.append(record("deny", { input: "x".repeat(10_000) }));
    expect(log.stats().queued_bytes).toBeLessThanOrEqual(100_000);
    sink.release();
    await log.close();
    const { written, dropped } = log.stats();
    expect(written + dropped.deny).toBe(1_000);
    expect(written).toBeGreaterThan(3);
  });

  it("pushes nothing out for one that would not fit all the same", async () => {
    const fill = (log: DecisionLog) => {
      for (let i = 0; i < 20; i++) log.append(record(i % 2 === 0 ? "allow" : "require_approval"));
    };
    const heavy = record("deny", { input: "x".repeat(60_000) });
    for (const before of [0, 1]) {
      const sink = new MemorySink();
      const log = new DecisionLog({ sink, maxBytes: 50_000, request: { omit: [] }, flushMs: 60_000 });
      // With denies before it, it would fit if those went too, and they don't.
      for (let i = 0; i < before; i++) log.append(record("deny", { input: "x".repeat(20_000) }));
      fill(log);
      const { queued } = log.stats();
      log.append(before === 0 ? heavy : record("deny", { input: "x".repeat(35_000) }));
      expect(log.stats()).toMatchObject({ queued, dropped: { allow: 0, require_approval: 0, deny: 1 } });
      await log.close();
    }
    const log = new DecisionLog({ sink: new MemorySink(), maxBytes: 80_000, request: { omit: [] }, flushMs: 60_000 });
    for (let i = 0; i < 3; i++) fill(log);
    log.append(heavy);
    // One that fits goes before what is lesser, allows first.
    const { dropped } = log.stats();
    expect(dropped).toMatchObject({ allow: 30, deny: 0 });
    expect(dropped.require_approval).toBeGreaterThan(0);
    expect(dropped.require_approval).toBeLessThan(30);
    await log.close();
  });

  it("writes many at once, and a few that came meanwhile not one by one", async () => {
    const sink = new MemorySink();
    const log = new DecisionLog({ sink, flushMs: 60_000 });
    const append = (count: number) => {
      for (let i = 0; i < count; i++) log.append(record("deny"));
    };
    append(400);
    sink.stick();
    await new Promise(setImmediate);
    append(5);
    sink.release();
    while (log.stats().written < 400) await new Promise(setImmediate);
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
    expect(log.stats()).toMatchObject({ written: 400, queued: 5 });
    await log.flush();
    expect(log.stats()).toMatchObject({ written: 405, queued: 0 });
    await log.close();
  });

  it("tries again, and goes on where it was", async () => {
    const sink = new MemorySink();
    sink.failing = true;
    const log = new DecisionLog({ sink, flushMs: 0 });
    log.append(record("deny"));
    while (log.stats().failures < 2) await new Promise((done) => setTimeout(done, 5));
    expect(log.stats()).toMatchObject({ queued: 1, written: 0, failure: "the disk is full", head: null });
    log.append(record("allow"));
    sink.failing = false;
    await log.flush();
    expect(log.stats()).toMatchObject({ queued: 0, written: 2, failures: 0, failure: null });
    expect(verify(sink.lines, [log.stats().head as Anchor]).findings).toEqual([]);
    await log.close();
  });

  it("says when it is closed what was not written", async () => {
    const sink = new MemorySink();
    sink.stick();
    const log = new DecisionLog({ sink, flushMs: 0 });
    log.append(record("deny"));
    await new Promise((done) => setTimeout(done, 20));
    log.append(record("allow"));
    const closed = await log.close({ timeoutMs: 30 });
    expect(closed).toEqual({ unwritten: { allow: 1, deny: 1, require_approval: 0 }, head: null });
    log.append(record("deny"));
    expect(log.stats().dropped.deny).toBe(1);
  });
});

describe("sampling", () => {
  const runs = Array.from({ length: 2_000 }, (_, i) => `run-${i}`);

  it("keeps a part of the runs, each whole, and every other effect", async () => {
    const { sink, log } = await logged(
      (log) => {
        for (const id of [...runs, ...runs]) log.append(record("allow", { run: { id, root_id: id } }));
        for (const id of runs.slice(0, 100)) log.append(record("deny", { run: { id } }));
      },
      { sampleAllows: 0.25 },
    );
    const allowed = sink.entries.filter(({ effect }) => effect === "allow").map(({ run }) => run);
    const kept = new Set(allowed);
    expect(allowed).toHaveLength(kept.size * 2);
    expect(kept.size).toBeGreaterThan(400);
    expect(kept.size).toBeLessThan(600);
    expect(log.stats().sampled_out).toBe(4_000 - allowed.length);
    expect(sink.entries.filter(({ effect }) => effect === "deny")).toHaveLength(100);
    expect(sink.entries[0]).toMatchObject({ sample_allows: 0.25 });
  });

  it("counts where there is no run", async () => {
    const { log } = await logged((log) => runs.forEach(() => void log.append(record("allow", { run: null }))), {
      sampleAllows: 0.5,
    });
    expect(Math.abs(log.stats().sampled_out - 1_000)).toBeLessThan(150);
  });
});

describe("a chain", () => {
  const chain = async () => {
    const { sink, log } = await logged(
      (log) => {
        for (let i = 0; i < 12; i++) log.append(record(i % 3 === 0 ? "deny" : "allow", { tool: { id: `t${i}` } }));
      },
      { request: {} },
    );
    return { lines: sink.lines, anchor: log.stats().head as Anchor };
  };

  it("holds as it was written, also with others between", async () => {
    const [a, b] = [await chain(), await chain()];
    const mixed = a.lines.flatMap((line, i) => [line, b.lines[i] as string]);
    expect(verify(mixed, [a.anchor, b.anchor])).toMatchObject({ findings: [], entries: 26, unanchored: [] });
  });

  it("shows any single change, removal, swap and repetition", async () => {
    const { lines, anchor } = await chain();
    const place = fc.nat({ max: lines.length - 1 });
    const broken = fc.oneof(
      fc.tuple(place, fc.nat(), fc.integer({ min: 32, max: 126 })).map(([at, offset, code]) => {
        const line = lines[at] as string;
        const i = offset % line.length;
        return lines.with(at, line.slice(0, i) + String.fromCharCode(code) + line.slice(i + 1));
      }),
      place.map((at) => lines.toSpliced(at, 1)),
      fc.tuple(place, place).map(([a, b]) => lines.with(a, lines[b] as string).with(b, lines[a] as string)),
      fc.tuple(place, place).map(([from, to]) => lines.toSpliced(to, 0, lines[from] as string)),
      fc.tuple(place, fc.nat({ max: 5 })).map(([at, cut]) => lines.slice(0, at).concat(cut === 0 ? [] : ["{"])),
    );
    fc.assert(
      fc.property(broken, (changed) => {
        fc.pre(changed.join("\n") !== lines.join("\n"));
        expect(verify(changed, [anchor]).findings).not.toEqual([]);
      }),
      { numRuns: 3_000 },
    );
  });

  it("shows an entry that was changed and hashed again", async () => {
    const { lines, anchor } = await chain();
    const { entry } = JSON.parse(lines[3] as string);
    const text = canonical({ ...entry, effect: "allow", tool: "other" } as Json);
    const forged = lineOf({ text, hash: `sha256:${createHash("sha256").update(text).digest("hex")}` });
    expect(verify(lines.with(3, forged), [anchor]).findings).toMatchObject([{ code: "unlinked", seq: 4 }]);
    const tail = lines.with(12, forged.replace(/"seq":3/, '"seq":12'));
    expect(verify(tail, [anchor]).findings.length).toBeGreaterThan(0);
  });

  it("can't show a tail that was cut where no anchor is kept, and says so", async () => {
    const { lines, anchor } = await chain();
    expect(verify(lines.slice(0, -2))).toMatchObject({ findings: [], unanchored: [anchor.writer] });
    expect(verify(lines.slice(0, -2), [anchor]).findings).toMatchObject([{ code: "truncated", seq: 12 }]);
    expect(verify([], [anchor]).findings).toMatchObject([{ code: "truncated" }]);
  });

  it("holds against anchors of other times: before retention, and after more of it", async () => {
    const { lines, anchor } = await chain();
    const removed = (seq: number): Anchor => {
      const { hash } = JSON.parse(lines[seq] as string);
      return { ...anchor, from: { seq, hash } };
    };
    const anchors = [anchor, removed(2), removed(5)];
    for (const some of [anchors, anchors.toReversed()]) {
      expect(verify(lines, some).findings).toEqual([]);
      expect(verify(lines.slice(3), some).findings).toEqual([]);
      expect(verify(lines.slice(6), some).findings).toEqual([]);
      expect(verify(lines.toSpliced(1, 5), some).findings).toEqual([]);
      expect(verify(lines.slice(7), some).findings).toMatchObject([{ code: "missing", seq: 7 }]);
      expect(verify(lines.slice(2), some).findings).toMatchObject([{ code: "no_beginning", seq: 2 }]);
      expect(verify(lines.toSpliced(1, 6), some).findings).toMatchObject([{ code: "missing", seq: 7 }]);
      expect(verify(lines.slice(6, -1), some).findings).toMatchObject([{ code: "truncated" }]);
    }
    const forged = { ...anchor, from: { seq: 5, hash: "sha256:0" } };
    expect(verify(lines.toSpliced(1, 5), [forged]).findings).toMatchObject([{ code: "unlinked", seq: 6 }]);
  });
});

describe("what feeds it", () => {
  it("is a service's sink", async () => {
    const { sink } = await logged((log) => {
      const sink = decisionSink(log, { enforced: false });
      sink(decision("deny"), request(), 3);
      sink(decision("deny"), request());
    });
    const entry = { effect: "deny", enforced: false, tool: "search" };
    expect(sink.entries.slice(1)).toMatchObject([
      { ...entry, latency_us: 3 },
      { ...entry, latency_us: null },
    ]);
  });

  it("is an enforcer's observer, also for calls that were refused undecided", async () => {
    const call = { action: "tool_call", id: "search", run_id: "r9", call_id: "c1" };
    const report = {
      call,
      enforced: true,
      outcome: "denied",
      request: null,
      decision: null,
      stop: { code: "facts_failed" },
    };
    const { sink } = await logged((log) => {
      const { onCall } = callObserver(log);
      onCall(report);
      onCall({ ...report, request: request(), decision: decision("allow"), stop: null, latencyUs: 7 });
      onCall({ ...report, request: request(), decision: decision("allow"), stop: { code: "limit_exceeded" } });
    });
    expect(sink.entries.slice(1)).toMatchObject([
      {
        effect: "deny",
        code: "facts_failed",
        tool: "search",
        run: "r9",
        call: "c1",
        tenant: null,
        policies: [],
        latency_us: null,
      },
      { effect: "allow", code: "allowed", run: "r1", call: "c1", latency_us: 7 },
      { effect: "deny", code: "limit_exceeded" },
    ]);
  });
});
