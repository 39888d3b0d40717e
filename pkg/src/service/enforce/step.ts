// Steps of agents. An agent library may swallow what its tools throw; what was stopped is collected here all the same.
import type { Mode } from "../../types/generated/Mode.js";
import type { StopError } from "./errors.js";
import type { OnDenial } from "./ports.js";
import { currentScope, inScope } from "./scope.js";

/** An `AbortSignal`, also for programs that are compiled without the types of a platform that has it. */
type Signal = typeof globalThis extends { AbortSignal: { prototype: infer Known } }
  ? Known
  : { readonly aborted: boolean; readonly reason: unknown };

/** One step of an agent, while it runs and after. */
export class Step {
  /** In which it may be done: calls in it are in draft mode where it is. */
  readonly mode: Mode;
  readonly onDenial: OnDenial;
  readonly #denials: StopError[] = [];
  readonly #byCall = new Map<string, StopError>();
  #abort: AbortController | undefined;
  #closed = false;

  constructor(mode: Mode, onDenial: OnDenial) {
    this.mode = mode;
    this.onDenial = onDenial;
  }

  /** The step that is under way here, if there is one. */
  static get current(): Step | undefined {
    return currentScope()?.step;
  }

  /** All calls that were stopped in it, in order; it may be asked at any time. */
  get denials(): readonly StopError[] {
    return [...this.#denials];
  }

  /** What ended it; nothing more is begun in it. */
  get ended(): StopError | undefined {
    return this.onDenial === "continue" ? undefined : this.#denials[0];
  }

  /** Aborts when the step is ended: hand it to the agent library, so that the model is not asked again. */
  get signal(): Signal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.ended !== undefined) this.#abort.abort(this.ended);
    }
    return this.#abort.signal;
  }

  /** Whether its work has returned. A denial after that can't end it any more. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Does work as a part of the step, where a library has lost the asynchronous context. */
  run<T>(work: () => T): T {
    return inScope({ step: this, mode: this.mode, node: undefined }, work);
  }

  /** The stop of the same call in this step, if it was stopped before. @internal */
  earlier(key: () => string | undefined): StopError | undefined {
    if (this.ended !== undefined) return this.ended;
    if (this.#byCall.size === 0) return undefined;
    const known = key();
    return known === undefined ? undefined : this.#byCall.get(known);
  }

  /** Whether it was not collected before. @internal */
  collect(stop: StopError, key: string | undefined): boolean {
    if (key !== undefined) this.#byCall.set(key, stop);
    if (this.#denials.includes(stop)) return false;
    this.#denials.push(stop);
    if (this.onDenial !== "continue") this.#abort?.abort(stop);
    return true;
  }

  /** @internal */
  close(): void {
    this.#closed = true;
  }
}
