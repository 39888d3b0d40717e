// OpenTelemetry: counters, a histogram and gauges, and an event on the span that is active. Nothing where its API is not
// installed. An event and no span for each decision: it takes a microsecond, and a trace of a thousand calls would be
// mostly that.
import type { DecisionRecord, Recorder } from "./entry.js";
import type { DecisionLog } from "./log.js";

type Attributes = Record<string, string | boolean>;

/** As much of `@opentelemetry/api` as is used. */
interface Api {
  readonly metrics: { getMeter(name: string): Meter };
  readonly trace: { getActiveSpan(): { addEvent(name: string, attributes: Attributes): unknown } | undefined };
}

interface Described {
  readonly description: string;
  readonly unit: string;
}

interface Observable {
  addCallback(observe: (result: { observe(value: number, attributes?: Attributes): void }) => void): void;
}

interface Meter {
  createCounter(name: string, options: Described): { add(value: number, attributes: Attributes): void };
  createHistogram(name: string, options: Described): { record(value: number, attributes: Attributes): void };
  createObservableGauge(name: string, options: Described): Observable;
  createObservableCounter(name: string, options: Described): Observable;
}

export interface DecisionTelemetry extends Recorder {
  /** Also shows how a log is. */
  watch(log: DecisionLog): void;
}

/** What tells OpenTelemetry of decisions; nothing where `@opentelemetry/api` is not installed. */
export async function decisionTelemetry(): Promise<DecisionTelemetry | undefined> {
  try {
    const api = (await import("@opentelemetry/api")) as unknown as Api;
    return new Telemetry(api);
  } catch {
    return undefined;
  }
}

class Telemetry implements DecisionTelemetry {
  readonly #api: Api;
  readonly #meter: Meter;
  readonly #decisions: ReturnType<Meter["createCounter"]>;
  readonly #duration: ReturnType<Meter["createHistogram"]>;

  constructor(api: Api) {
    this.#api = api;
    this.#meter = api.metrics.getMeter("portcullis");
    this.#decisions = this.#meter.createCounter("portcullis.decisions", {
      description: "Decisions, by effect, code and action",
      unit: "{decision}",
    });
    this.#duration = this.#meter.createHistogram("portcullis.decision.duration", {
      description: "Time that decisions took",
      unit: "s",
    });
  }

  append(record: DecisionRecord): void {
    try {
      const { decision, request, call, enforced, latencyUs } = record;
      const { effect, code } = decision;
      const action = call?.action ?? request?.action;
      const attributes: Attributes = {
        "portcullis.effect": effect,
        "portcullis.code": code,
        // Of a request that is amiss it could be any text, and each would be a series of its own.
        "portcullis.action": code === "invalid_request" || typeof action !== "string" ? "unknown" : action,
        "portcullis.enforced": enforced,
      };
      this.#decisions.add(1, attributes);
      if (latencyUs !== undefined) this.#duration.record(latencyUs / 1e6, attributes);
      const span = this.#api.trace.getActiveSpan();
      if (span === undefined) return;
      const event = { ...attributes };
      if (typeof request?.tool?.id === "string") event["gen_ai.tool.name"] = request.tool.id;
      if (typeof request?.agent?.id === "string") event["gen_ai.agent.id"] = request.agent.id;
      span.addEvent("portcullis.decision", event);
    } catch {
      // Telemetry that fails must not be what stops a call.
    }
  }

  watch(log: DecisionLog): void {
    this.#meter
      .createObservableGauge("portcullis.log.queue.size", {
        description: "Decisions that wait to be written",
        unit: "{decision}",
      })
      .addCallback((result) => result.observe(log.stats().queued));
    this.#meter
      .createObservableGauge("portcullis.log.queue.bytes", {
        description: "Bytes that they take, about",
        unit: "By",
      })
      .addCallback((result) => result.observe(log.stats().queued_bytes));
    this.#meter
      .createObservableCounter("portcullis.log.dropped", {
        description: "Decisions that were not logged, by effect",
        unit: "{decision}",
      })
      .addCallback((result) => {
        for (const [effect, count] of Object.entries(log.stats().dropped)) {
          result.observe(count, { "portcullis.effect": effect });
        }
      });
  }
}
