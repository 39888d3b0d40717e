// Telemetry, through the real API: its globals are set to ones that remember.
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { metrics, trace } from "@opentelemetry/api";
import { DecisionLog, decisionTelemetry } from "portcullis/service";
import { afterAll, expect, it } from "vitest";
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

it("counts decisions, times them, and shows how the log is", async () => {
  const telemetry = await decisionTelemetry();
  if (telemetry === undefined) throw new Error("the API is installed");
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

it("puts an event on the span that is active, and never throws", async () => {
  const events: [string, object][] = [];
  const span = { addEvent: (name: string, attributes: object) => events.push([name, attributes]) };
  const context = await import("@opentelemetry/api");
  const active = context.trace.setSpan(context.ROOT_CONTEXT, span as never);
  context.context.setGlobalContextManager({ active: () => active } as never);
  afterAll(() => context.context.disable());
  expect(trace.getActiveSpan()).toBe(span);
  const telemetry = await decisionTelemetry();
  telemetry?.append(record("allow", { agent: { id: "helper" } }));
  telemetry?.append(null as never);
  expect(events).toEqual([
    [
      "portcullis.decision",
      expect.objectContaining({
        "gen_ai.tool.name": "search",
        "gen_ai.agent.id": "helper",
        "portcullis.effect": "allow",
      }),
    ],
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
