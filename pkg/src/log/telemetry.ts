// OpenTelemetry: counters, a histogram and gauges, and a span for each decision or an event on the span that is active.
// Nothing where its API is not installed.
import type { DecisionRecord, Recorder } from "./entry.js";
import type { DecisionLog } from "./log.js";

type Attributes = Record<string, string | boolean>;

/** Seconds since 1970, and nanoseconds. */
type Time = [number, number];

/** As much of `@opentelemetry/api` as is used. */
interface Api {
  readonly metrics: { getMeter(name: string): Meter };
  readonly trace: {
    getTracer(name: string): Tracer;
    getActiveSpan(): { addEvent(name: string, attributes: Attributes): unknown } | undefined;
  };
  readonly SpanKind: { readonly INTERNAL: number };
  readonly SpanStatusCode: { readonly ERROR: number };
}

interface Tracer {
  /** A child of the span that is active. */
  startSpan(name: string, options: { kind: number; attributes: Attributes; startTime: Time }): Span;
}

interface Span {
  setStatus(status: { code: number }): unknown;
  end(time: Time): void;
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

export interface DecisionTelemetryOptions {
  /** Whether each decision is a span of its own; else it is an event on the span that is active. Default true. */
  readonly spans?: boolean;
}

/** What tells OpenTelemetry of decisions; nothing where `@opentelemetry/api` is not installed. */
export async function decisionTelemetry({
  spans = true,
}: DecisionTelemetryOptions = {}): Promise<DecisionTelemetry | undefined> {
  try {
    const api = (await import("@opentelemetry/api")) as unknown as Api;
    return new Telemetry(api, spans);
  } catch {
    return undefined;
  }
}

/** The span, or the event. */
const NAME = "portcullis.decision";
/** Codes of what could not be decided. A denial is what policies are for, and no error. */
const FAILURES: ReadonlySet<string> = new Set(["engine_failure", "policies_unavailable"]);

class Telemetry implements DecisionTelemetry {
  readonly #api: Api;
  readonly #meter: Meter;
  /** None where decisions are events. */
  readonly #tracer: Tracer | undefined;
  readonly #decisions: ReturnType<Meter["createCounter"]>;
  readonly #duration: ReturnType<Meter["createHistogram"]>;

  constructor(api: Api, spans: boolean) {
    this.#api = api;
    this.#meter = api.metrics.getMeter("portcullis");
    this.#tracer = spans ? api.trace.getTracer("portcullis") : undefined;
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
      const details = { ...attributes };
      if (typeof request?.tool?.id === "string") details["gen_ai.tool.name"] = request.tool.id;
      if (typeof request?.agent?.id === "string") details["gen_ai.agent.id"] = request.agent.id;
      if (this.#tracer === undefined) this.#api.trace.getActiveSpan()?.addEvent(NAME, details);
      else this.#span(this.#tracer, code, details, latencyUs);
    } catch {
      // Telemetry that fails must not be what stops a call.
    }
  }

  /** Begun and ended here, when the decision is there: what a call does next is no part of it. */
  #span(tracer: Tracer, code: string, attributes: Attributes, latencyUs = 0): void {
    const end = microseconds();
    const startTime = timeOf(end - Math.round(latencyUs));
    const span = tracer.startSpan(NAME, { kind: this.#api.SpanKind.INTERNAL, attributes, startTime });
    if (FAILURES.has(code)) span.setStatus({ code: this.#api.SpanStatusCode.ERROR });
    span.end(timeOf(end));
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

/**
 * Since 1970. The wall's clock has milliseconds alone, by which a span would begin before its parent. The finer one stands
 * still while a machine sleeps, and does not hear of a clock that was set: it counts only within the wall's millisecond.
 */
function microseconds(): number {
  const wall = Date.now();
  const fine = performance.timeOrigin + performance.now();
  return Math.round(Math.min(Math.max(fine, wall), wall + 1) * 1_000);
}

function timeOf(microseconds: number): Time {
  return [Math.floor(microseconds / 1e6), (microseconds % 1e6) * 1_000];
}
