// Browsers and bundlers: the binary is fetched from beside this file, once.
import { PolicyEngine as Engine, INSTANCES, type PolicySet } from "../engine/engine.js";
import { validator } from "../engine/validate.js";
import { instancesOf } from "./shared.js";

export * from "../index.js";

let compiled: WebAssembly.Module | undefined;
let loading: Promise<WebAssembly.Module> | undefined;

const instances = instancesOf(() => compiled);

export class PolicyEngine extends Engine {
  /** @internal */
  static override readonly [INSTANCES] = instances;

  static override async load(set: PolicySet): Promise<Engine> {
    await ready();
    // biome-ignore lint/complexity/noThisInStatic: the class that this one extends is meant
    return super.load(set);
  }
}

/** Validates policies against a catalogue, if there is one. Needs the binary: await `ready()`, or load an engine, first. */
export const validate = validator(instances);

/** Loads the binary. After it, `validate` and `PolicyEngine.loadSync` work. */
export async function ready(): Promise<void> {
  loading ??= compile(new URL("./portcullis.wasm", import.meta.url));
  try {
    compiled = await loading;
  } catch (error) {
    loading = undefined;
    throw error;
  }
}

async function compile(url: URL): Promise<WebAssembly.Module> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url.href}: ${response.status} ${response.statusText}`);
  // Streaming needs the right media type, which not every server gives.
  const isWasm = response.headers.get("content-type")?.startsWith("application/wasm") ?? false;
  return isWasm ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}
