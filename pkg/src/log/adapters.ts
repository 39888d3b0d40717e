// What feeds a log: the service's sink, or an enforcer's observer. One of them, or each call is there twice.
import type { Decision } from "../types/generated/Decision.js";
import type { Request } from "../types/inputs.js";
import type { DecisionRecord, Recorder } from "./entry.js";
import { marks } from "./marks.js";

/** For `onDecision` of a service. `enforced`: whether what is denied is stopped; default true. */
export function decisionSink(
  recorders: Recorder | readonly Recorder[],
  { enforced = true }: { readonly enforced?: boolean } = {},
): (decision: Decision, request: Request, latencyUs?: number) => void {
  const all = listed(recorders);
  return (decision, request, latencyUs) => {
    for (const recorder of all) recorder.append({ decision, request, enforced, latencyUs });
  };
}

/** As much of an enforcer's report as is logged. */
export interface ReportedCall {
  readonly call: NonNullable<DecisionRecord["call"]>;
  readonly enforced: boolean;
  readonly request: Request | null;
  readonly decision: Decision | null;
  readonly stop: { readonly code: string } | null;
  readonly latencyUs?: number;
}

/** What an enforcer tells a log. */
export interface CallObserver {
  /** Records a call as it is decided, before its work is begun. */
  onDecision(report: ReportedCall): void;
  /** Records it at its end, where a host hands on nothing else. */
  onCall(report: ReportedCall): void;
}

/** For the `observer` of an enforcer: calls with what was decided, also those that were refused undecided. */
export function callObserver(recorders: Recorder | readonly Recorder[]): CallObserver {
  const all = listed(recorders);
  const recorded = marks();
  const record = ({ call, enforced, request, decision, stop, latencyUs }: ReportedCall) => {
    const decided = decidedOf(decision, stop);
    const entry = { decision: decided, request, call, enforced, latencyUs };
    for (const recorder of all) recorder.append(entry);
  };
  return {
    onDecision(report) {
      recorded.add(report.call);
      record(report);
    },
    onCall(report) {
      if (!recorded.has(report.call)) record(report);
    },
  };
}

/** What stopped a call counts, where that is not the decision: a limit, facts that were refused. */
function decidedOf(decision: Decision | null, stop: ReportedCall["stop"]): DecisionRecord["decision"] {
  if (decision !== null && (stop === null || decision.effect !== "allow")) return decision;
  const { mode = null, reasons = [], shadow = [], policy_set = null } = decision ?? {};
  return { effect: "deny", code: stop?.code ?? "invalid_request", mode, reasons, shadow, policy_set };
}

function listed(recorders: Recorder | readonly Recorder[]): readonly Recorder[] {
  return Array.isArray(recorders) ? (recorders as readonly Recorder[]) : [recorders as Recorder];
}
