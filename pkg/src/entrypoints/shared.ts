// What the entry points have in common. Only here is the glue: its state is one for the whole process or page, so all
// entry points share one instance of the core.

import { PortcullisError } from "../engine/errors.js";
import { Instances } from "../engine/instance.js";
import * as glue from "../glue/portcullis.js";

/** Gives the compiled binary, or throws what to do about it. */
type Source = () => WebAssembly.Module;

const sources: Source[] = [];
let started = false;

const instances = new Instances({
  instantiate() {
    const module = compiled();
    // Without it the glue would go on with the instance it has, failed or not.
    if (started) glue.__wbg_reset_state();
    started = true;
    const { memory } = glue.initSync({ module });
    return { memory, CoreLoader: glue.CoreLoader };
  },
});

/** The shared instance, made of the binary of this entry point unless an earlier one has it. */
export function instancesOf(source: Source): Instances {
  sources.push(source);
  return instances;
}

/** From the first entry point that has the binary; where none has, what the first says about it. */
function compiled(): WebAssembly.Module {
  const failures: unknown[] = [];
  for (const source of sources) {
    try {
      return source();
    } catch (error) {
      failures.push(error);
    }
  }
  throw failures[0];
}

/** What an entry point throws that does not have the binary. */
export function notReady(details: { message?: string; remedy: string; retryable?: boolean; cause?: unknown }) {
  const { message = "the policy engine's binary is not loaded yet", remedy, retryable = true, cause } = details;
  const error = new PortcullisError({ code: "not_ready", message, remedy, retryable });
  if (cause !== undefined) Object.defineProperty(error, "cause", { value: cause });
  return error;
}
