// What every command is, and what it is given.
import type { PolicyEngine } from "../engine/engine.js";
import type { Validate } from "../engine/validate.js";
import type { Args, Spec } from "./args.js";
import type { Sink } from "./terminal.js";

/** The engine, loaded when a command needs it. */
export interface Engine {
  readonly PolicyEngine: typeof PolicyEngine;
  readonly validate: Validate;
}

/** What a command is given. */
export interface Context {
  readonly args: Args;
  readonly env: NodeJS.ProcessEnv;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly out: Sink;
  readonly err: Sink;
  engine(): Promise<Engine>;
}

/** Exit codes. */
export const OK = 0;
/** Diagnostics, or a deny that was to fail. */
export const FOUND = 1;
/** The command was called wrongly. */
export const USAGE = 2;

export interface Command {
  readonly spec: Spec;
  /** Answers the exit code. */
  run(context: Context): Promise<number>;
}
