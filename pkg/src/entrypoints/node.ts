// Node: the binary is read from beside this file when it is first needed.
import { existsSync, readFileSync } from "node:fs";
import { PolicyEngine as Engine, INSTANCES } from "../engine/engine.js";
import { validator } from "../engine/validate.js";
import { instancesOf } from "./shared.js";

export * from "../index.js";

let compiled: WebAssembly.Module | undefined;

const instances = instancesOf(() => {
  if (compiled === undefined) {
    const packed = new URL("./portcullis.wasm", import.meta.url);
    // In the source tree it lies with the glue.
    const file = existsSync(packed) ? packed : new URL("../glue/portcullis.wasm", import.meta.url);
    compiled = new WebAssembly.Module(readFileSync(file));
  }
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
