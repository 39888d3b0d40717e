// Aborts at chosen places: a copy of the binary in which a function ends in a trap once it is told to.
import { readFileSync } from "node:fs";
import binaryen from "binaryen";
import type { Policy, Request } from "portcullis";
import { expect, it } from "vitest";

const { PolicyEngine, init, PortcullisError } = await import("portcullis/module");

const { getOwnPropertyDescriptor } = Object;
/** The switch in the latest instance. */
let armed: WebAssembly.Global<"i32"> | undefined;
let made = 0;
WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
  construct(target, [module, imports]) {
    const instance = new target(module as WebAssembly.Module, imports as WebAssembly.Imports);
    armed = instance.exports["armed"] as WebAssembly.Global<"i32">;
    made++;
    return instance;
  },
});

const realNow = performance.now.bind(performance);
/** What is added to the clock: a failure long ago is followed by no pause. */
let ahead = 0;
performance.now = () => realNow() + ahead;

/** The binary with aborts: an exported function whose number the switch has does not come back. */
function aborting(names: readonly string[]): WebAssembly.Module {
  const module = binaryen.readBinary(readFileSync(new URL(import.meta.resolve("portcullis/portcullis.wasm"))));
  const { BulkMemory, MutableGlobals, Multivalue, NontrappingFPToInt, ReferenceTypes, SignExt } = binaryen.Features;
  module.setFeatures(BulkMemory | MutableGlobals | Multivalue | NontrappingFPToInt | ReferenceTypes | SignExt);
  module.addGlobal("armed", binaryen.i32, true, module.i32.const(0));
  module.addGlobalExport("armed", "armed");
  names.forEach((name, i) => {
    const { value } = binaryen.getExportInfo(module.getExport(name));
    const { params, results, vars, body } = binaryen.getFunctionInfo(module.getFunction(value));
    const isArmed = module.i32.eq(module.global.get("armed", binaryen.i32), module.i32.const(i + 1));
    module.removeFunction(value);
    module.addFunction(
      value,
      params,
      results,
      vars,
      module.block(null, [module.if(isArmed, module.unreachable()), body], results),
    );
  });
  const binary = module.emitBinary();
  module.dispose();
  return new WebAssembly.Module(new Uint8Array(binary));
}

const request = (bad: boolean): Request =>
  ({
    action: "tool_call",
    now: 0,
    tenant: { id: "acme" },
    user: { id: "u1" },
    tool: { id: "search" },
    app: null,
    workflow: null,
    agent: null,
    run: null,
    input: { name: bad ? "bad" : "fine" },
  }) as Request;
const policy = (id: string, effect: Policy["effect"], rule_expr: Policy["rule_expr"]): Policy => ({
  id,
  name: id,
  scope: "global",
  effect,
  rule_expr,
});
const policies = [policy("open", "allow", {}), policy("name", "deny", { when: { field: "input.name", eq: "bad" } })];

type Engine = InstanceType<typeof PolicyEngine>;

/** What has the core called, by the function that aborts. */
const CALLS: Readonly<Record<string, (engine: Engine) => unknown>> = {
  core_decide: (engine) => engine.decide(request(true)),
  core_explain: (engine) => engine.explain(request(true)),
  core_preview: (engine) => engine.preview(request(true), { unknown: ["input"] }),
  core_request_digest: (engine) => engine.requestDigest(request(true)),
  core_replace: (engine) => engine.replace(policy("name", "deny", { when: { field: "input.name", eq: "worse" } })),
  core_remove: (engine) => engine.remove("name"),
  coreloader_step: () => PolicyEngine.loadSync({ policies }),
  coreloader_finish: () => PolicyEngine.loadSync({ policies }),
};

init(aborting(Object.keys(CALLS)));

/** The code of what a call answers or throws. */
function codeOf(call: () => unknown): unknown {
  try {
    const answer = call();
    return typeof answer === "object" && answer !== null && getOwnPropertyDescriptor(answer, "code")?.value;
  } catch (error) {
    return PortcullisError.is(error) ? error.code : error;
  }
}

it.each(Object.entries(CALLS).map(([name, call], i) => ({ name, call, number: i + 1 })))(
  "$name: a call that does not come back fails by itself, and all engines decide as before",
  ({ call, number }) => {
    ahead += 120_000;
    const engines = [PolicyEngine.loadSync({ policies }), PolicyEngine.loadSync({ policies })] as const;
    const decide = () => engines.flatMap((engine) => [true, false].map((bad) => engine.decide(request(bad)).code));
    const before = decide();
    expect(before).toEqual(["denied_by_policy", "allowed", "denied_by_policy", "allowed"]);
    (armed as WebAssembly.Global<"i32">).value = number;
    const instances = made;
    expect(codeOf(() => call(engines[0]))).toBe("engine_failure");
    expect(decide()).toEqual(before);
    expect(made).toBe(instances + 1);
    for (const engine of engines) engine.close();
  },
);
