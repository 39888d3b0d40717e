// Node: the binary is read from beside this file when it is first needed.
import { readFileSync } from "node:fs";
import { PolicyEngine as Engine, INSTANCES } from "../engine/engine.js";
import { validator } from "../engine/validate.js";
import { instancesOf, notReady } from "./shared.js";

export * from "../index.js";

let compiled: WebAssembly.Module | undefined;

const instances = instancesOf(() => {
  compiled ??= new WebAssembly.Module(read());
  return compiled;
});

export class PolicyEngine extends Engine {
  /** @internal */
  static override readonly [INSTANCES] = instances;
}

/** Validates policies against a catalogue, if there is one. Says everything that it finds, and throws for none of it. */
export const validate = validator(instances);

/** Loads the binary. Here that needs no wait; elsewhere `validate` and `loadSync` work once it has resolved. */
export async function ready(): Promise<void> {
  instances.get();
}

function read(): Uint8Array<ArrayBuffer> {
  try {
    // The build puts it beside what it makes of this file.
    return readFileSync(new URL("../glue/portcullis.wasm", import.meta.url));
  } catch (cause) {
    throw notReady({
      message: "the policy engine's binary can't be read: a bundler left it behind, or the package is incomplete",
      remedy: "Keep `portcullis` out of the bundle, or import `portcullis/base64`, which holds the binary.",
      retryable: false,
      cause,
    });
  }
}
