// The enforcer: decides a call at the seam where it is made, and lets it go ahead or stops it.
import type { Mode } from "../../types/generated/Mode.js";
import type { Request } from "../../types/inputs.js";
import { Attempt, Granted } from "./attempt.js";
import type { Call, CallInfo, Permit, StepCall, StepPermit, Work } from "./call.js";
import { Clearance } from "./clearance.js";
import { CallDeniedError, CallPausedError, type StopError } from "./errors.js";
import type { EnforcerOptions } from "./ports.js";
import { type CallReport, type Counters, type DecisionReport, isPending, Reporter } from "./reports.js";
import { currentScope, inScope, type NodeScope } from "./scope.js";
import { type Snapshot, snapshot } from "./snapshot.js";
import { Step } from "./step.js";

/** Work that also sees how it was decided. */
type Worked<Input, Context, Result> = (
  permit: Granted<Input>,
  attempt: Attempt<Input, Context>,
) => Result | Promise<Result>;

/** What a node of a workflow does. */
export interface WorkflowNode {
  /** `tool_call`, `agent_step`, `llm_call`, or one that the catalogue declares. */
  readonly action: string;
  /** Of the tool, the agent or the model. */
  readonly id: string;
}

/**
 * Decides calls where they are made. What is decided is a frozen copy of the validated input, with facts that the host
 * looks up; what is executed is that copy. Inputs and results are never changed.
 *
 * @example
 * const enforcer = new Enforcer({ decisions: engine, facts });
 * execute(toolId, input, context) {
 *   const valid = schemaOf(toolId).parse(input);
 *   return enforcer.toolCall(toolId, { input: valid, context }, ({ input, mode }) => handlerOf(toolId)(input, mode));
 * }
 */
export class Enforcer<Context = unknown> {
  readonly #clearance: Clearance<Context>;
  readonly #reporter: Reporter;
  readonly #enforcement: () => "enforce" | "shadow" | undefined;
  readonly #onDenial: "end" | "continue";

  constructor(options: EnforcerOptions<Context>) {
    this.#reporter = new Reporter(options.observer);
    this.#clearance = new Clearance(options, this.#reporter);
    this.#enforcement = () => options.enforcement ?? options.decisions.enforcement;
    this.#onDenial = options.onDenial ?? "end";
  }

  /** What has happened so far. */
  get counters(): Counters {
    return this.#reporter.counters;
  }

  /**
   * A call of a tool. A tool whose facts don't say `supports_draft` is refused in draft mode.
   *
   * @throws CallDeniedError, which is a PolicyDeniedError, where it may not be made.
   * @throws CallPausedError, which is an ApprovalRequiredError, where people must approve it first.
   */
  toolCall<Input, Result>(
    tool: string,
    call: Call<Input, Context>,
    work: Work<Permit<Input>, Result>,
  ): Promise<Result> {
    return this.#enforce("tool_call", tool, call, work);
  }

  /** A handler of a tool that is called around the runtime, enforced. It is called as before, or with more of the call. */
  wrapTool<Input, Result>(
    tool: string,
    handler: (input: Snapshot<Input>, context: Context, permit: Permit<Input>) => Result | Promise<Result>,
  ): (input: Input, context: Context, more?: Omit<Call<Input, Context>, "input" | "context">) => Promise<Result> {
    return (input, context, more) =>
      this.toolCall<Input, Result>(tool, { ...more, input, context }, (given) => handler(given.input, context, given));
  }

  /**
   * A step of an agent. Calls that are stopped while it runs are collected, even where the agent's library swallows what
   * its tools throw. As `onDenial` says, the step then fails with the first of them (`end`), or goes on (`continue`).
   */
  agentStep<Input, Result>(
    agent: string,
    call: StepCall<Input, Context>,
    work: Work<StepPermit<Input>, Result>,
  ): Promise<Result> {
    return this.#enforce("agent_step", agent, call, (permit, { info }) => this.#step(info, call, permit, work));
  }

  /** A call of a model. The input is what policies may read of it, such as the model's name and the tokens asked for. */
  llmCall<Input, Result>(
    model: string,
    call: Call<Input, Context>,
    work: Work<Permit<Input>, Result>,
  ): Promise<Result> {
    return this.#enforce("llm_call", model, call, work);
  }

  /** The start of a run of a workflow. The run has the mode that the permit says. */
  runStart<Input, Result>(
    workflow: string,
    call: Call<Input, Context>,
    work: Work<Permit<Input>, Result>,
  ): Promise<Result> {
    return this.#enforce("run_start", workflow, call, work);
  }

  /**
   * The execution of a node of a workflow. Where the work makes the node's own call through another enforced seam, such as
   * the runtime of tools, that call is decided again, on the input as it is validated there, and counted there alone.
   */
  node<Input, Result>(
    { action, id }: WorkflowNode,
    call: Call<Input, Context>,
    work: Work<Permit<Input>, Result>,
  ): Promise<Result> {
    return this.#enforce(action, id, call, (permit, attempt) => {
      const grants = [...(attempt.claimed?.grants ?? [])];
      const node: NodeScope = {
        action,
        id,
        release: () => attempt.held?.release(),
        grants: () => grants.splice(0),
      };
      return inScope({ step: attempt.step, mode: permit.mode, node }, () => work(permit));
    });
  }

  /**
   * The request that a call would be decided by, for previews.
   *
   * @throws SnapshotError for an input that is no JSON, PortcullisError `facts_unavailable`.
   */
  async requestFor({ action, id }: WorkflowNode, call: Call<unknown, Context>): Promise<Request> {
    const attempt = new Attempt(action, id, call, undefined, false);
    attempt.snapshot = snapshot(call.input);
    return this.#clearance.request(attempt);
  }

  async #enforce<Input, Result>(
    action: string,
    id: string,
    call: Call<Input, Context>,
    work: Worked<Input, Context, Result>,
  ): Promise<Result> {
    const scope = currentScope();
    const attempt = new Attempt(action, id, call, scope, this.#enforcement() !== "shadow");
    const { enforced } = attempt;
    if (attempt.node !== undefined) await attempt.node.release();
    const began = this.#reporter.hearsCalls ? performance.now() : Number.NaN;
    const clearing = this.#clearance.clear(attempt);
    if (isPending(clearing)) await clearing;
    // While it was on its way, its step may have ended, or the same call have been stopped in it.
    if (enforced && attempt.heedStep()) await attempt.giveBack();
    if (!Number.isNaN(began)) attempt.latencyUs = Math.round((performance.now() - began) * 1_000);
    if (enforced && attempt.stop !== null) throw this.#stopped(attempt, attempt.stop);
    const input = enforced ? attempt.snapshot : call.input;
    const mode = enforced ? attempt.mode : attempt.asked;
    const permit = new Granted(input as Snapshot<Input>, mode, attempt.info, this.#reporter);
    // Told before the work is begun, which may never end.
    this.#reporter.decision(reportOf(attempt, mode));
    const run = () => this.#run(attempt, permit, work);
    // What a call in draft mode does in turn is no less a draft.
    const drafting = enforced && mode === "draft" && attempt.around !== "draft";
    return drafting ? inScope({ step: attempt.step, node: scope?.node, mode }, run) : run();
  }

  async #run<Input, Result>(
    attempt: Attempt<Input, Context>,
    permit: Granted<Input>,
    work: Worked<Input, Context, Result>,
  ): Promise<Result> {
    let outcome: CallReport["outcome"] = "threw";
    try {
      const result = await work(permit, attempt);
      outcome = "returned";
      return result;
    } catch (error) {
      // A step that ended within this call, or a denial from where the step's context does not reach.
      if (attempt.step !== undefined && isStop(error) && attempt.enforced) this.#collect(attempt, attempt.step, error);
      throw error;
    } finally {
      const settling = attempt.held?.settle(permit.usage);
      if (isPending(settling)) await settling;
      if (attempt.claimed !== null) await attempt.claimed.end(outcome);
      this.#report(attempt, outcome, permit);
    }
  }

  async #step<Input, Result>(
    info: CallInfo,
    call: StepCall<Input, Context>,
    permit: Granted<Input>,
    work: Work<StepPermit<Input>, Result>,
  ): Promise<Result> {
    const step = new Step(permit.mode, call.onDenial ?? this.#onDenial);
    let outcome: "returned" | "threw" = "threw";
    let error: unknown;
    try {
      const given: StepPermit<Input> = { input: permit.input, mode: permit.mode, step, used: (u) => permit.used(u) };
      const result = await step.run(() => work(given));
      outcome = "returned";
      if (step.ended !== undefined) throw step.ended;
      return result;
    } catch (thrown) {
      error = thrown;
      throw step.ended ?? thrown;
    } finally {
      step.close();
      const { denials, ended } = step;
      this.#reporter.step({ call: info, denials, outcome: ended === undefined ? outcome : "ended", error });
    }
  }

  #stopped(attempt: Attempt<unknown, Context>, stop: StopError): StopError {
    if (!attempt.repeated && attempt.step !== undefined) this.#collect(attempt, attempt.step, stop);
    this.#reporter.decision(reportOf(attempt, null));
    this.#report(attempt, CallPausedError.is(stop) ? "paused" : "denied", null);
    return stop;
  }

  #collect(attempt: Attempt<unknown, Context>, step: Step, stop: StopError): void {
    if (!step.collect(stop, attempt.key)) return;
    if (step.closed) this.#reporter.trouble({ code: "late_denial", call: attempt.info, error: stop });
  }

  #report(attempt: Attempt<unknown, Context>, outcome: CallReport["outcome"], permit: Permit<unknown> | null): void {
    const { info, enforced, request, decision, stop, repeated, latencyUs } = attempt;
    const mode = permit?.mode ?? null;
    // Member by member: an object that is spread takes several times as long to make.
    this.#reporter.call({ call: info, enforced, request, decision, stop, repeated, mode, latencyUs, outcome });
  }
}

function reportOf(attempt: Attempt<unknown, unknown>, mode: Mode | null): DecisionReport {
  const { info, enforced, request, decision, stop, repeated, latencyUs } = attempt;
  return { call: info, enforced, request, decision, stop, repeated, mode, latencyUs };
}

function isStop(error: unknown): error is StopError {
  return CallDeniedError.is(error) || CallPausedError.is(error);
}
