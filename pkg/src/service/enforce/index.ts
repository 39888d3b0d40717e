export type { Call, CallInfo, Permit, StepCall, StepPermit, Usage, Work } from "./call.js";
export { Enforcer, type WorkflowNode } from "./enforcer.js";
export { CallDeniedError, CallPausedError, type StopError } from "./errors.js";
export type {
  ApprovalClaim,
  ApprovalQuery,
  Approvals,
  DecisionPoint,
  EnforcerOptions,
  Facts,
  FactsProvider,
  FactsQuery,
  OnDenial,
  ToolFacts,
} from "./ports.js";
export type { CallReport, Counters, DecisionReport, Observer, StepReport, Trouble } from "./reports.js";
export { type Snapshot, SnapshotError, snapshot } from "./snapshot.js";
export { Step } from "./step.js";
