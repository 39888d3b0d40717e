// `portcullis/module`, for edge runtimes and the like: the caller brings the compiled binary, `portcullis/portcullis.wasm`.
import { PolicyEngine as Engine, INSTANCES } from "../engine/engine.js";
import { PortcullisError } from "../engine/errors.js";
import { validator } from "../engine/validate.js";
import { instancesOf, notReady } from "./shared.js";

export * from "../index.js";

/** A `WebAssembly.Module`; TypeScript knows that name only with the types of browsers, of Node or of a worker. */
export type CompiledModule = object;

const HOW =
  "Give it a `WebAssembly.Module`: what your runtime makes of importing `portcullis/portcullis.wasm`, " +
  "or what `await WebAssembly.compile(…)` makes of that file.";

let brought: WebAssembly.Module | undefined;

const instances = instancesOf(() => {
  if (brought === undefined) throw notReady({ remedy: `Call \`init\` first. ${HOW}`, retryable: false });
  return brought;
});

export class PolicyEngine extends Engine {
  /** @internal */
  static override readonly [INSTANCES] = instances;
}

/** Validates policies against a catalogue, if there is one. Needs the binary: call `init` first. */
export const validate = validator(instances);

/**
 * Takes the compiled binary. Call it once, before anything else.
 *
 * @throws PortcullisError `invalid_argument` for anything but a `WebAssembly.Module`.
 * @example
 * import module from "portcullis/portcullis.wasm";
 * init(module);
 */
export function init(module: CompiledModule): void {
  // By its tag, which modules of other realms have too.
  if (Object.prototype.toString.call(module) !== "[object WebAssembly.Module]") {
    const message = "`init` was given something else than a compiled binary";
    throw new PortcullisError({ code: "invalid_argument", message, remedy: HOW, retryable: false });
  }
  // The glue asks for the prototype, which one of another realm has not: Next.js compiles outside of the realm it runs in.
  if (!(module instanceof WebAssembly.Module)) Object.setPrototypeOf(module, WebAssembly.Module.prototype);
  brought = module as WebAssembly.Module;
}

/** Resolves where `init` was called; rejects with `not_ready` where it wasn't. */
export async function ready(): Promise<void> {
  instances.get();
}
