// Edge runtimes and the like: the caller brings the compiled binary, `portcullis/portcullis.wasm`.
import { PolicyEngine as Engine, INSTANCES } from "../engine/engine.js";
import { validator } from "../engine/validate.js";
import { instancesOf } from "./shared.js";

export * from "../index.js";

let brought: WebAssembly.Module | undefined;

const instances = instancesOf(() => brought);

export class PolicyEngine extends Engine {
  /** @internal */
  static override readonly [INSTANCES] = instances;
}

/** Validates policies against a catalogue, if there is one. Needs the binary: call `init` first. */
export const validate = validator(instances);

/**
 * Takes the compiled binary. Call it once, before anything else.
 *
 * @example
 * import module from "portcullis/portcullis.wasm";
 * init(module);
 */
export function init(module: WebAssembly.Module): void {
  brought = module;
}

/** Resolves where `init` was called; rejects with `not_ready` where it wasn't. */
export async function ready(): Promise<void> {
  instances.get();
}
