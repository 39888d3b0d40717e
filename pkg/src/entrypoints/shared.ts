// What the entry points have in common. Only here is the glue: its state is one for the whole process or page, so all
// entry points share one instance of the core.

import { PortcullisError } from "../engine/errors.js";
import { Instances } from "../engine/instance.js";
import * as glue from "../glue/portcullis.js";

let source: (() => WebAssembly.Module) | undefined;
let started = false;

const instances = new Instances({
  instantiate() {
    const module = source?.();
    if (module === undefined) throw notReady();
    // Without it the glue would go on with the instance it has, failed or not.
    if (started) glue.__wbg_reset_state();
    started = true;
    const { memory } = glue.initSync({ module });
    return { memory, CoreLoader: glue.CoreLoader };
  },
});

/** The shared instance, made of this module unless another entry point has brought one before. */
export function instancesOf(module: () => WebAssembly.Module | undefined): Instances {
  const earlier = source;
  source = () => (earlier?.() ?? module()) as WebAssembly.Module;
  return instances;
}

function notReady(): PortcullisError {
  return new PortcullisError({
    code: "not_ready",
    message: "the policy engine's binary is not loaded yet",
    remedy: "Await `ready()`, or load an engine with `await PolicyEngine.load(…)`, first.",
    retryable: true,
  });
}
