// What is known of the work that a call is a part of: carried by the asynchronous context.
import { AsyncLocalStorage } from "node:async_hooks";
import type { Grant } from "../../types/generated/Grant.js";
import type { Mode } from "../../types/generated/Mode.js";
import type { Step } from "./step.js";

/** A node of a workflow while it is executed. */
export interface NodeScope {
  readonly action: string;
  readonly id: string;
  /** Gives back what is reserved for the node, if it still is: its own call then reserves it. */
  release(): void | Promise<void>;
  /** What people have granted for the node, to whoever asks first. */
  grants(): readonly Grant[];
}

export interface Scope {
  readonly step: Step | undefined;
  readonly node: NodeScope | undefined;
  /** Work within is no less strict. */
  readonly mode: Mode;
}

const scopes = new AsyncLocalStorage<Scope>();

export function currentScope(): Scope | undefined {
  return scopes.getStore();
}

export function inScope<T>(scope: Scope, work: () => T): T {
  return scopes.run(scope, work);
}
