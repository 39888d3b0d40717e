// One attempt at a call: what is found out about it on the way to a decision.
import { createHash } from "node:crypto";
import type { Decision } from "../../types/generated/Decision.js";
import type { Grant } from "../../types/generated/Grant.js";
import type { Mode } from "../../types/generated/Mode.js";
import type { Request } from "../../types/inputs.js";
import type { Claimed } from "./approving.js";
import type { Call, CallInfo, Permit, Usage } from "./call.js";
import type { StopError } from "./errors.js";
import type { Reporter } from "./reports.js";
import { type Held, isAmount } from "./reserving.js";
import type { NodeScope, Scope } from "./scope.js";
import { canonical, type Snapshot } from "./snapshot.js";
import type { Step } from "./step.js";

export class Attempt<Input, Context> {
  info: CallInfo;
  snapshot: Snapshot<Input> | undefined;
  request: Request | null = null;
  decision: Decision | null = null;
  /** The mode that the run asks for. */
  asked: Mode = "auto";
  held: Held | null = null;
  /** The approval that the call goes ahead by, if it needs one. */
  claimed: Claimed | null = null;
  /** What people have granted for it. */
  grants: readonly Grant[] = [];
  stop: StopError | null = null;
  repeated = false;
  /** Microseconds until it was decided; 0 where nobody asks. */
  latencyUs = 0;
  readonly call: Call<Input, Context>;
  /** Whether what stops it does: as is said when it is made, to its end. */
  readonly enforced: boolean;
  readonly step: Step | undefined;
  /** The node whose own call it is. */
  readonly node: NodeScope | undefined;
  /** The mode of the work that the call is a part of. */
  readonly around: Mode;
  #key: string | undefined;

  constructor(action: string, id: string, call: Call<Input, Context>, scope: Scope | undefined, enforced: boolean) {
    this.info = { action, id, run_id: null, call_id: call.callId ?? null };
    this.call = call;
    this.enforced = enforced;
    this.step = call.step ?? scope?.step;
    const node = scope?.node;
    this.node = node?.action === action && node.id === id ? node : undefined;
    this.around = scope?.mode === "draft" || this.step?.mode === "draft" ? "draft" : "auto";
  }

  /** In which the work may be done: the stricter of what was decided and what is around it. */
  get mode(): Mode {
    return this.decision?.mode === "auto" && this.around === "auto" ? "auto" : "draft";
  }

  /** Whether it is stopped by what has happened in its step: that has ended, or the same call was stopped in it. */
  heedStep(): boolean {
    const earlier = this.stop === null ? this.step?.earlier(() => this.key) : undefined;
    if (earlier === undefined) return false;
    this.stop = earlier;
    this.repeated = true;
    return true;
  }

  /** The work is not begun after all. */
  async giveBack(): Promise<void> {
    await this.held?.release();
    await this.claimed?.release();
  }

  /** What the same call has again; `undefined` where the input has no form to compare. */
  get key(): string | undefined {
    if (this.snapshot === undefined && this.call.input !== undefined) return undefined;
    const { action, id } = this.info;
    // A digest, so that a step which remembers it does not hold large inputs.
    this.#key ??= createHash("sha256")
      .update(JSON.stringify([action, id, canonical(this.snapshot)]))
      .digest("base64");
    return this.#key;
  }
}

/** What the code that does the work is given. */
export class Granted<Input> implements Permit<Input> {
  readonly input: Snapshot<Input>;
  readonly mode: Mode;
  readonly #call: CallInfo;
  readonly #reporter: Reporter;
  #usage: Record<string, number> | undefined;

  constructor(input: Snapshot<Input>, mode: Mode, call: CallInfo, reporter: Reporter) {
    this.input = input;
    this.mode = mode;
    this.#call = call;
    this.#reporter = reporter;
  }

  get usage(): Usage | undefined {
    return this.#usage;
  }

  used(usage: Usage): void {
    for (const [meter, amount] of Object.entries(usage)) {
      if (isAmount(amount)) {
        this.#usage ??= Object.create(null) as Record<string, number>;
        this.#usage[meter] = amount;
      } else {
        const error = new RangeError(`the usage of \`${meter}\` is no whole number of at least 0: ${amount}`);
        this.#reporter.trouble({ code: "usage_refused", call: this.#call, error });
      }
    }
  }
}
