// Telemetry, through the real API: its globals are set to ones that remember.
import { AsyncLocalStorage } from "node:async_hooks";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import {
  type Context,
  context,
  metrics,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  type SpanOptions,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { PolicyEngine } from "portcullis";
import {
  callObserver,
  DecisionLog,
  type DecisionTelemetry,
  type DecisionTelemetryOptions,
  decisionTelemetry,
  Enforcer,
  type Facts,
  type FactsQuery,
} from "portcullis/service";
import { afterAll, describe, expect, it, vi } from "vitest";
import { MemorySink, record } from "./support.js";

type Observed = { observe(value: number, attributes?: object): void };

const told: [string, number, object][] = [];
const callbacks = new Map<string, (result: Observed) => void>();
const observable = (name: string) => ({
  addCallback: (callback: (result: Observed) => void) => void callbacks.set(name, callback),
});
const meter = {
  createCounter: (name: string) => ({
    add: (value: number, attributes: object) => told.push([name, value, attributes]),
  }),
  createHistogram: (name: string) => ({
    record: (value: number, attributes: object) => told.push([name, value, attributes]),
  }),
  createObservableGauge: observable,
  createObservableCounter: observable,
};
metrics.setGlobalMeterProvider({ getMeter: () => meter } as never);
afterAll(() => metrics.disable());

/** A span, or what there was of one, as it was told. */
class Told implements Partial<Span> {
  readonly events: [string, unknown][] = [];
  readonly ends: unknown[] = [];
  readonly statuses: unknown[] = [];

  readonly name: string;
  readonly options: SpanOptions;
  readonly parent: Span | undefined;

  constructor(name: string, options: SpanOptions = {}, parent?: Span) {
    this.name = name;
    this.options = options;
    this.parent = parent;
  }

  spanContext() {
    return { traceId: "1".repeat(32), spanId: "1".repeat(16), traceFlags: 1 };
  }

  addEvent(name: string, attributes: unknown): never {
    this.events.push([name, attributes]);
    return this as never;
  }

  setStatus(status: unknown): never {
    this.statuses.push(status);
    return this as never;
  }

  end(time: unknown): void {
    this.ends.push(time);
  }

  /** Does work while it is the active span. */
  during<T>(work: () => T): T {
    return context.with(trace.setSpan(context.active(), this as never), work);
  }
}

const spans: Told[] = [];
const scopes: string[] = [];
const tracer = {
  startSpan(name: string, options: SpanOptions, parent = context.active()) {
    const span = new Told(name, options, trace.getSpan(parent));
    spans.push(span);
    return span;
  },
};
const storage = new AsyncLocalStorage<Context>();
const contexts = {
  active: () => storage.getStore() ?? ROOT_CONTEXT,
  with: (active: Context, work: () => unknown) => storage.run(active, work),
  disable: () => storage.disable(),
};
const provider = {
  getTracer(scope: string) {
    scopes.push(scope);
    return tracer;
  },
};
trace.setGlobalTracerProvider(provider as never);
context.setGlobalContextManager(contexts as never);
afterAll(() => {
  trace.disable();
  context.disable();
});

async function installed(options?: DecisionTelemetryOptions): Promise<DecisionTelemetry> {
  for (const list of [told, spans, scopes]) list.length = 0;
  const telemetry = await decisionTelemetry(options);
  if (telemetry === undefined) throw new Error("the API is installed");
  return telemetry;
}

/** What is told of an allowed call, by a span or an event. */
const ALLOWED = {
  "portcullis.effect": "allow",
  "portcullis.code": "allowed",
  "portcullis.action": "tool_call",
  "portcullis.enforced": true,
  "gen_ai.tool.name": "search",
  "gen_ai.agent.id": "helper",
};

/** Microseconds since 1970, of what spans are told. */
const micros = (time: unknown) => {
  const [seconds, nanoseconds] = time as [number, number];
  return seconds * 1e6 + nanoseconds / 1e3;
};

it("counts decisions, times them, and shows how the log is", async () => {
  const telemetry = await installed();
  telemetry.append({ ...record("deny"), latencyUs: 3 });
  const attributes = {
    "portcullis.effect": "deny",
    "portcullis.code": "denied_by_policy",
    "portcullis.action": "tool_call",
    "portcullis.enforced": true,
  };
  expect(told).toEqual([
    ["portcullis.decisions", 1, attributes],
    ["portcullis.decision.duration", 0.000003, attributes],
  ]);
  const sink = new MemorySink();
  sink.stick();
  const log = new DecisionLog({ sink, maxEntries: 2 });
  telemetry.watch(log);
  for (let i = 0; i < 5; i++) log.append(record("allow"));
  const observed = (name: string) => {
    const values: unknown[] = [];
    callbacks.get(name)?.({ observe: (value, attributes) => void values.push([value, attributes]) });
    return values;
  };
  expect(observed("portcullis.log.queue.size")).toEqual([[2, undefined]]);
  expect(observed("portcullis.log.dropped")).toContainEqual([3, { "portcullis.effect": "allow" }]);
  sink.release();
  await log.close();
});

describe("a span for each decision", () => {
  it("has what the event has, is a child of the active span, and is ended at once", async () => {
    const telemetry = await installed();
    const parent = new Told("request");
    const before = Date.now();
    parent.during(() => telemetry.append({ ...record("allow", { agent: { id: "helper" } }), latencyUs: 1_234_567 }));
    const after = Date.now();
    expect(scopes).toEqual(["portcullis"]);
    expect(spans).toHaveLength(1);
    const [span] = spans as [Told];
    expect(span).toMatchObject({ name: "portcullis.decision", parent, events: [], statuses: [] });
    expect(span.options).toEqual({
      kind: SpanKind.INTERNAL,
      attributes: ALLOWED,
      startTime: expect.anything(),
    });
    expect(span.ends).toHaveLength(1);
    const [end] = span.ends.map(micros) as [number];
    expect(end - micros(span.options.startTime)).toBe(1_234_567);
    expect(end).toBeGreaterThanOrEqual(before * 1e3);
    expect(end).toBeLessThanOrEqual((after + 1) * 1e3);
    expect(parent).toMatchObject({ events: [], ends: [] });
    // Metrics are as they were.
    expect(told.map(([name, value]) => [name, value])).toEqual([
      ["portcullis.decisions", 1],
      ["portcullis.decision.duration", 1.234567],
    ]);
  });

  it("has no length where none was measured, and begins a trace where there is none", async () => {
    const telemetry = await installed();
    telemetry.append(record("allow"));
    const [span] = spans as [Told];
    expect(span.parent).toBeUndefined();
    expect(span.ends).toEqual([span.options.startTime]);
  });

  it("keeps to the wall's clock when that is set", async () => {
    const telemetry = await installed();
    const clock = vi.spyOn(Date, "now");
    try {
      for (const wall of [1_000_000_000_123, 2_000_000_000_123]) {
        clock.mockReturnValue(wall);
        telemetry.append(record("allow"));
        const end = micros(spans.at(-1)?.ends[0]);
        expect(end).toBeGreaterThanOrEqual(wall * 1e3);
        expect(end).toBeLessThanOrEqual((wall + 1) * 1e3);
      }
    } finally {
      clock.mockRestore();
    }
  });

  it("is an error where nothing could be decided, and not where something is denied", async () => {
    const telemetry = await installed();
    const codes = {
      denied_by_policy: [],
      no_matching_allow: [],
      invalid_request: [],
      limit_exceeded: [],
      facts_unavailable: [],
      engine_failure: [{ code: SpanStatusCode.ERROR }],
      policies_unavailable: [{ code: SpanStatusCode.ERROR }],
    };
    for (const code of Object.keys(codes)) {
      const { decision, ...rest } = record("deny");
      telemetry.append({ ...rest, decision: { ...decision, code } });
    }
    const found = spans.map(({ options, statuses, ends }) => [
      options.attributes?.["portcullis.code"],
      statuses,
      ends.length,
    ]);
    expect(found).toEqual(Object.entries(codes).map(([code, statuses]) => [code, statuses, 1]));
  });

  it("is within the span of a call that is enforced, and over before its work begins", async () => {
    const telemetry = await installed();
    const policies = [{ id: "open", name: "open", scope: "global", effect: "allow", rule_expr: {} }];
    const enforcer = new Enforcer({
      decisions: PolicyEngine.loadSync({ policies: JSON.stringify(policies) }),
      facts: {
        async facts({ id }: FactsQuery<object>): Promise<Facts> {
          await pause(20);
          return {
            tenant: { id: "acme" },
            app: null,
            user: null,
            workflow: null,
            agent: null,
            tool: { id },
            run: null,
          };
        },
      },
      observer: callObserver(telemetry),
    });
    const call = async (id: string, parent: Told) => {
      const work = () => spans.filter((span) => span.parent === (parent as never)).map(({ ends }) => ends.length);
      const ended = await parent.during(() => enforcer.toolCall(id, { input: {}, context: {} }, work));
      expect(ended).toEqual([1]);
    };
    const [first, second] = [new Told("first"), new Told("second")];
    await Promise.all([call("one", first), call("two", second)]);
    expect(spans.map(({ parent, options }) => [parent, options.attributes?.["gen_ai.tool.name"]])).toEqual([
      [first, "one"],
      [second, "two"],
    ]);
    // The facts were waited for.
    for (const { options, ends } of spans) expect(micros(ends[0]) - micros(options.startTime)).toBeGreaterThan(15_000);
  });

  it("stops nothing when it fails, and is counted all the same", async () => {
    const telemetry = await installed();
    const failing = vi.spyOn(tracer, "startSpan").mockImplementation(() => {
      throw new Error("no spans today");
    });
    try {
      telemetry.append(record("deny"));
      telemetry.append(null as never);
    } finally {
      failing.mockRestore();
    }
    expect(told.map(([name]) => name)).toEqual(["portcullis.decisions"]);
    expect(spans).toEqual([]);
  });
});

it("puts an event on the span that is active in place of spans, and never throws", async () => {
  const telemetry = await installed({ spans: false });
  const active = new Told("request");
  active.during(() => {
    telemetry.append({ ...record("allow", { agent: { id: "helper" } }), latencyUs: 3 });
    telemetry.append(null as never);
  });
  telemetry.append(record("allow"));
  expect(active.events).toEqual([["portcullis.decision", ALLOWED]]);
  expect(spans).toEqual([]);
  expect(told.map(([name]) => name)).toEqual([
    "portcullis.decisions",
    "portcullis.decision.duration",
    "portcullis.decisions",
  ]);
});

it("is nothing where the API is not installed, for both kinds of modules", () => {
  const folder = mkdtempSync(join(tmpdir(), "portcullis-telemetry-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(fileURLToPath(new URL("../../pkg/dist", import.meta.url)), join(folder, "dist"), { recursive: true });
  for (const load of ['import("./dist/service.js")', 'Promise.resolve(require("./dist/service.cjs"))']) {
    const program = `${load}.then((m) => m.decisionTelemetry()).then(console.log)`;
    const args = ["--input-type=commonjs", "--eval", program];
    expect(execFileSync(process.execPath, args, { cwd: folder, encoding: "utf8" })).toBe("undefined\n");
  }
});
