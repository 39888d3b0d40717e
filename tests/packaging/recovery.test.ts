// What happens when the WebAssembly itself fails. Its memory is filled up to the last page from outside, so that the next
// allocation inside traps; and its stack ends where a request calls the engine without end.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Policy, PolicyEngine, Request } from "portcullis";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Project } from "./project.js";
import { open, request, words } from "./requests.js";

const project = new Project();
// So that what was called stands below the functions of the core.
Error.stackTraceLimit = 50;
const Instance = WebAssembly.Instance;
let portcullis: ReturnType<Project["load"]>;
/** The instances that the package has made. */
let instances: WebAssembly.Instance[] = [];

beforeEach(() => {
  instances = [];
  WebAssembly.Instance = new Proxy(Instance, {
    construct(target, [module, imports]) {
      const instance = new target(module, imports);
      instances.push(instance);
      return instance;
    },
  });
  portcullis = project.load();
});

afterEach(() => {
  WebAssembly.Instance = Instance;
});

function load(...policies: Policy[]): PolicyEngine {
  return portcullis.PolicyEngine.loadSync({ policies });
}

/** Takes all memory that the latest instance has or could get. New pages are not written to, so they cost nothing. */
function exhaust(): void {
  const instance = instances.at(-1);
  if (instance === undefined) throw new Error("the package has made no instance");
  const { memory, __wbindgen_malloc: allocate } = instance.exports as unknown as Exports;
  untilRefused(65_536, (pages) => memory.grow(pages));
  untilRefused(65_536, (bytes) => allocate(bytes, 1));
}

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly __wbindgen_malloc: (bytes: number, alignment: number) => number;
}

/** Takes as much as there is: first by large pieces, then by ever smaller ones. */
function untilRefused(most: number, take: (size: number) => unknown): void {
  for (let size = most; size >= 1; ) {
    try {
      take(size);
    } catch {
      size = Math.floor(size / 2);
    }
  }
}

const fine = request({ words: ["fine"] });
const bad = request({ words: ["fine", "BAD"] });
/** One that the core must make room for. */
const large = request({ words: Array.from({ length: 5_000 }, (_, n) => `${n} ${"x".repeat(200)}`) });
const failure = { effect: "deny", code: "engine_failure", mode: "draft" };

/** Decides until the engine does so again; answers the milliseconds that took. */
async function untilDecided(engine: PolicyEngine, asked: Request): Promise<number> {
  const start = performance.now();
  while (engine.decide(asked).code === "engine_failure" && performance.now() - start < 5_000)
    await new Promise((done) => setTimeout(done, 1));
  return performance.now() - start;
}

it("denies where the core traps, and all engines decide again with the next call", () => {
  const [engine, other] = [load(open, words), load(open)];
  expect(engine.decide(fine).code).toBe("allowed");
  exhaust();
  expect(engine.decide(large)).toMatchObject(failure);
  expect(engine.lastFailure).toBeInstanceOf(WebAssembly.RuntimeError);
  expect(instances).toHaveLength(1);

  expect(other.decide(bad).code).toBe("allowed");
  expect([fine, bad, large].map((asked) => engine.decide(asked).code)).toEqual([
    "allowed",
    "denied_by_policy",
    "allowed",
  ]);
  expect(instances).toHaveLength(2);
});

it("denies where the core traps amid a decision, and decides what needs no memory", () => {
  const rule_expr = { when: { field: "input.word", ne: "fine" } };
  const many = Array.from({ length: 2_000 }, (_, n): Policy => ({ ...words, id: `word-${n}`, rule_expr }));
  const engine = load(open, ...many);
  const [allowed, denied] = [request({ word: "fine" }), request({ word: "bad" })];
  expect(engine.decide(allowed).code).toBe("allowed");
  exhaust();
  expect(engine.decide(allowed).code).toBe("allowed");
  // There is no room for so many reasons.
  expect(engine.decide(denied)).toMatchObject(failure);
  expect((engine.lastFailure as Error).stack).toMatch(/ _?Core\.decide /);
});

it("throws where the core traps in an explanation", () => {
  const engine = load(open, words);
  exhaust();
  const explain = () => engine.explain(large);
  expect(explain).toThrow(
    expect.objectContaining({ name: "PortcullisError", code: "engine_failure", retryable: true }),
  );
  expect(engine.explain(bad).decision.code).toBe("denied_by_policy");
});

it("keeps what was replaced and removed", () => {
  const engine = load(open, { ...words, id: "first" });
  engine.remove("first");
  engine.replace(words);
  const { digest } = engine;
  const before = JSON.stringify([engine.decide(fine), engine.decide(bad)]);
  exhaust();
  expect(engine.decide(large)).toMatchObject(failure);
  expect(JSON.stringify([engine.decide(fine), engine.decide(bad)])).toBe(before);
  expect(engine.digest).toBe(digest);
});

it("decides again within 100 ms, as a median of several failures without a pause", { timeout: 120_000 }, () => {
  // Of processor time, which other processes don't lengthen; whoever waits here counts as working.
  const spent = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  };
  const took = Array.from({ length: 7 }, () => {
    // A package of its own, which has not failed before.
    portcullis = project.load();
    const engine = load(open, words);
    expect(engine.decide(fine).code).toBe("allowed");
    exhaust();
    const start = spent();
    expect(engine.decide(large)).toMatchObject(failure);
    while (engine.decide(bad).code === "engine_failure" && spent() - start < 5_000);
    const ms = spent() - start;
    expect(engine.decide(bad).code).toBe("denied_by_policy");
    return ms;
  });
  const median = [...took].sort((a, b) => a - b)[3] as number;
  console.log(`a decision ${median.toFixed(1)} ms of processor time after a failure`);
  expect(median).toBeLessThanOrEqual(100);
});

const refuses = expect.objectContaining({ name: "PortcullisError", code: "engine_failure", retryable: true });

/** Calls that need room in the core for what they are given, and what they throw where there is none. */
const CALLS: Readonly<Record<string, (engine: PolicyEngine) => unknown>> = {
  preview: (engine) => engine.preview(large, { unknown: ["user"] }),
  previewMany: (engine) => engine.previewMany(large, { unknown: ["user"], vary: { app: [null, { id: "a" }] } }),
  residual: (engine) => engine.residual({ tenant: { id: "acme" }, input: large.input }),
  replace: (engine) => engine.replace({ ...words, rule_expr: { when: { field: "input.x", in: texts(20, 3_000) } } }),
};
const texts = (count: number, length: number) => Array.from({ length: count }, (_, n) => `${n}${"x".repeat(length)}`);

it.each(Object.entries(CALLS))("throws where the core traps in %s, and all is as before", (_, call) => {
  const [engine, other] = [load(open, words), load(open)];
  const told = () => JSON.stringify([engine.digest, engine.decide(fine), engine.decide(bad), engine.preview(bad)]);
  const before = told();
  exhaust();
  expect(() => call(engine)).toThrow(refuses);
  expect(instances).toHaveLength(1);
  expect(told()).toBe(before);
  expect(other.decide(bad).code).toBe("allowed");
  expect(instances).toHaveLength(2);
  // With room again, it does what it should.
  expect(() => call(engine)).not.toThrow();
});

it("denies where the core traps while it looks for the policies on an id that it has not seen", () => {
  const target = Array.from({ length: 200 }, (_, n) => `${n}*`);
  const engine = load(open, { ...words, id: "tools", scope: "tool", rule_expr: { target } });
  const on = (id: string) => request({ words: ["fine"] }, id);
  expect([engine.decide(on("search")).code, engine.decide(on("7")).code]).toEqual(["allowed", "denied_by_policy"]);
  exhaust();
  const unseen = Array.from({ length: 20_000 }, (_, n) => `${n % 200} ${"x".repeat(100)} ${n}`);
  const codes = unseen.map((id) => engine.decide(on(id)).code);
  expect(new Set(codes)).toEqual(new Set(["denied_by_policy", "engine_failure"]));
  expect(instances.length).toBeGreaterThan(1);
  expect(engine.decide(on("search")).code).toBe("allowed");
  expect(engine.decide(on(unseen[0] as string)).code).toBe("denied_by_policy");
});

it("pauses after a second failure, and denies meanwhile", async () => {
  const [engine, other] = [load(open, words), load(open)];
  for (let failures = 0; failures < 2; failures++) {
    exhaust();
    expect(engine.decide(large)).toMatchObject(failure);
    if (failures === 0) expect(engine.decide(fine).code).toBe("allowed");
  }
  expect(other.decide(fine)).toMatchObject(failure);
  expect(() => other.explain(fine)).toThrow(expect.objectContaining({ code: "engine_failure" }));
  expect(await untilDecided(other, fine)).toBeLessThan(1_000);
  expect(engine.decide(bad).code).toBe("denied_by_policy");
});

it("builds a large set again between turns of the event loop, and denies meanwhile", async () => {
  const many = Array.from({ length: 3_000 }, (_, n): Policy => ({ ...words, id: `words-${n}`, name: `words ${n}` }));
  const engine = load(open, ...many);
  exhaust();
  expect(engine.decide(large)).toMatchObject(failure);
  expect(engine.decide(fine)).toMatchObject(failure);
  await untilDecided(engine, fine);
  expect(engine.decide(fine).code).toBe("allowed");
  expect(engine.decide(bad).reasons).toHaveLength(many.length + 1);
});

it("leaves an engine that is closed closed, and loads others", () => {
  const engine = load(open);
  exhaust();
  expect(() => engine.explain(large)).toThrow();
  engine.close();
  expect(engine.decide(fine)).toMatchObject(failure);
  expect(load(open).decide(fine).code).toBe("allowed");
});

it("refuses a set whose loading the failure came between", async () => {
  const many = Array.from({ length: 20_000 }, (_, n): Policy => ({ ...words, id: `words-${n}` }));
  const engine = load(open, words);
  const loading = portcullis.PolicyEngine.load({ policies: many });
  exhaust();
  expect(engine.decide(large)).toMatchObject(failure);
  expect(engine.decide(bad).code).toBe("denied_by_policy");
  await expect(loading).rejects.toMatchObject({ name: "PortcullisError", code: "engine_failure", retryable: true });
});

it("is not harmed by what is left of engines that failed", async () => {
  for (let n = 0; n < 50; n++) load(open, words).decide(fine);
  const failed = load(open, words);
  exhaust();
  expect(failed.decide(large)).toMatchObject(failure);
  const engines = Array.from({ length: 50 }, () => load(open, words));
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  await new Promise((done) => setTimeout(done, 10));
  for (const engine of engines) {
    expect(engine.decide(bad).code).toBe("denied_by_policy");
    engine.close();
  }
  expect(instances).toHaveLength(2);
});

it("outlives a request that calls the engine without end", async () => {
  const [engine, other] = [load(open, words), load(open)];
  const endless: Request = { ...fine };
  Object.defineProperty(endless, "run", { enumerable: true, get: () => void engine.decide(endless) });
  expect(engine.decide(endless).code).toMatch(/allowed|engine_failure/);
  expect(await untilDecided(engine, fine)).toBeLessThan(1_000);
  expect([engine.decide(fine).code, engine.decide(bad).code]).toEqual(["allowed", "denied_by_policy"]);
  expect(other.decide(bad).code).toBe("allowed");
});

it("decides rightly or denies wherever the stack ends", async () => {
  const engine = load(open, words);
  const codes = new Set<string>();
  const descend = (): void => {
    try {
      descend();
    } catch {
      // Here the stack is at its end; from here on there is a little more of it with each return.
    }
    try {
      codes.add(engine.decide(bad).code);
    } catch (error) {
      // Not even a call fits.
      codes.add((error as Error).name);
    }
  };
  descend();
  expect(codes).toContain("engine_failure");
  expect([...codes].filter((code) => !/denied_by_policy|engine_failure|RangeError/.test(code))).toEqual([]);
  expect(await untilDecided(engine, bad)).toBeLessThan(1_000);
  expect(engine.decide(bad).code).toBe("denied_by_policy");
});
