// Browsers and bundlers: the binary is fetched from beside this file, once.
import { PolicyEngine as Engine, INSTANCES, type PolicySet, type ResidualSet } from "../engine/engine.js";
import { validator } from "../engine/validate.js";
import { instancesOf, notReady } from "./shared.js";

export * from "../index.js";

let compiled: WebAssembly.Module | undefined;
let loading: Promise<WebAssembly.Module> | undefined;

const instances = instancesOf(() => {
  if (compiled === undefined)
    throw notReady({ remedy: "Await `ready()`, or load an engine with `await PolicyEngine.load(…)`, first." });
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

/** Validates policies against a catalogue, if there is one. Needs the binary: await `ready()`, or load an engine, first. */
export const validate = validator(instances);

/** Loads the binary. After it, `validate` and `PolicyEngine.loadSync` work. */
export async function ready(): Promise<void> {
  loading ??= compile();
  try {
    compiled = await loading;
  } catch (cause) {
    loading = undefined;
    throw notReady({
      message: `the policy engine's binary can't be loaded: ${cause instanceof Error ? cause.message : String(cause)}`,
      remedy:
        "Serve `portcullis.wasm` beside the script, and allow `wasm-unsafe-eval` where there is a Content-Security-Policy. " +
        "Where no file can be fetched, import `portcullis/base64`, or `portcullis/module` and bring the binary.",
      cause,
    });
  }
}

async function compile(): Promise<WebAssembly.Module> {
  // The build puts it beside what it makes of this file.
  const url = new URL("../glue/portcullis.wasm", import.meta.url);
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url.href}: ${response.status} ${response.statusText}`);
  // Streaming needs the right media type, which not every server gives.
  const isWasm = response.headers.get("content-type")?.startsWith("application/wasm") ?? false;
  return isWasm ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}
