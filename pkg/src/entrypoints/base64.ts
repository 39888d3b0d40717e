// `portcullis/base64`, for hosts that load no file: the binary is in the script.
import { PolicyEngine as Engine, INSTANCES, type PolicySet, type ResidualSet } from "../engine/engine.js";
import { validator } from "../engine/validate.js";
import binary from "../glue/portcullis.wasm";
import { instancesOf } from "./shared.js";

export * from "../index.js";

let compiled: WebAssembly.Module | undefined;

const instances = instancesOf(() => {
  compiled ??= new WebAssembly.Module(decode());
  return compiled;
});

export class PolicyEngine extends Engine {
  /** @internal */
  static override readonly [INSTANCES] = instances;

  static override async load(set: PolicySet | ResidualSet): Promise<Engine> {
    await ready();
    // biome-ignore lint/complexity/noThisInStatic: the class that this one extends is meant
    return super.load(set);
  }
}

/** Validates policies against a catalogue, if there is one. Says everything that it finds, and throws for none of it. */
export const validate = validator(instances);

/** Compiles the binary without holding up the event loop. What needs it earlier compiles it at once. */
export async function ready(): Promise<void> {
  compiled ??= await WebAssembly.compile(decode());
  instances.get();
}

function decode(): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(binary), (character) => character.charCodeAt(0));
}
