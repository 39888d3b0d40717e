// The names of the log that are public.
export { type CallObserver, callObserver, decisionSink, type ReportedCall } from "./adapters.js";
export type { RequestOptions } from "./draft.js";
export type {
  Anchor,
  Counts,
  Decided,
  DecisionEntry,
  DecisionRecord,
  Entry,
  Gap,
  Genesis,
  Recorder,
  Sealed,
} from "./entry.js";
export type { FileLogOptions } from "./file.js";
export { type Closed, DecisionLog, type DecisionLogOptions, type DecisionLogStats } from "./log.js";
export type { ChainReader, DecisionReader, LogFilter, LoggedDecision, LogListOptions, LogPage } from "./reader.js";
export { type Flip, Replay } from "./replay.js";
export type { LogSink } from "./sink.js";
export { type DecisionTelemetry, type DecisionTelemetryOptions, decisionTelemetry } from "./telemetry.js";
export { type LogFinding, type Verified, Verifier } from "./verify.js";
