// Calls: what a host asks an enforcer, and what the enforcer hands to the code that does the work.
import type { Mode } from "../../types/generated/Mode.js";
import type { OnDenial } from "./ports.js";
import type { Snapshot } from "./snapshot.js";
import type { Step } from "./step.js";

/** How much a call takes, by meter: whole numbers, at least 0. */
export type Usage = Readonly<Record<string, number>>;

/** A call, after its input was validated. */
export interface Call<Input, Context> {
  /** JSON data. It is copied once; what is decided and executed is that copy. */
  readonly input: Input;
  readonly context: Context;
  /** The host's own id of the call, by which an approval finds it again. */
  readonly callId?: string | undefined;
  /** What the call is expected to take of meters that don't count calls, such as `tokens`. */
  readonly estimate?: Usage | undefined;
  /** The step that it belongs to, where the asynchronous context does not tell. */
  readonly step?: Step | undefined;
}

/** A call of an agent's step. */
export interface StepCall<Input, Context> extends Call<Input, Context> {
  /** For this step, in place of the enforcer's own. */
  readonly onDenial?: OnDenial | undefined;
}

/** What the code that does the work is given. */
export interface Permit<Input> {
  /** The copy that was decided, frozen. */
  readonly input: Snapshot<Input>;
  /** In `draft` nothing may take effect. */
  readonly mode: Mode;
  /** Says what the call really took, where that is not what was expected. May be said again; the last word counts. */
  used(usage: Usage): void;
}

/** What a step of an agent is given. */
export interface StepPermit<Input> extends Permit<Input> {
  readonly step: Step;
}

/** Does the work. What it returns is handed on as it is. */
export type Work<Given, Result> = (permit: Given) => Result | Promise<Result>;

/** What a call is, in its reports and errors. */
export interface CallInfo {
  readonly action: string;
  readonly id: string;
  readonly run_id: string | null;
  readonly call_id: string | null;
}
