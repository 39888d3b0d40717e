// Traps in the WebAssembly, forced: its memory is taken from outside, or its stack ends. It runs in browsers too, where it is to
// be imported before the package.
import type { Policy, PolicyEngine, Request } from "portcullis";

/** The instances that the package has made. */
const instances: WebAssembly.Instance[] = [];

WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
  construct(target, [module, imports]) {
    const instance = new target(module as WebAssembly.Module, imports as WebAssembly.Imports);
    instances.push(instance);
    return instance;
  },
});

const realNow = performance.now.bind(performance);
/** What is added to the clock; or where it stands. */
let ahead = 0;
let standing: number | undefined;
performance.now = () => standing ?? realNow() + ahead;

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly __wbindgen_malloc: (bytes: number, alignment: number) => number;
}

/** Takes all memory that the latest instance has or could get. New pages are not written to, so they cost nothing. */
function exhaust(): void {
  const { memory, __wbindgen_malloc: allocate } = (instances.at(-1) as WebAssembly.Instance)
    .exports as unknown as Exports;
  untilRefused((pages) => memory.grow(pages));
  untilRefused((bytes) => allocate(bytes, 1));
}

function untilRefused(take: (size: number) => unknown): void {
  for (let size = 65_536; size >= 1; ) {
    try {
      take(size);
    } catch {
      size = Math.floor(size / 2);
    }
  }
}

function request(input: unknown): Request {
  const ids = { tenant: { id: "acme" }, user: { id: "u1" }, tool: { id: "search" } };
  return { action: "tool_call", now: 0, ...ids, app: null, workflow: null, agent: null, run: null, input } as Request;
}

const policy = (id: string, effect: Policy["effect"], rule_expr: Policy["rule_expr"]): Policy => ({
  id,
  name: id,
  scope: "global",
  effect,
  rule_expr,
});
const open = policy("open", "allow", {});
const words = policy("words", "deny", { when: { field: "input.words", some: { as: "lower", eq: "bad" } } });
const name = policy("name", "deny", { when: { field: "input.name", eq: "bad" } });

const asked = [
  request({ words: ["fine"], name: "fine" }),
  request({ words: ["BAD"], name: "fine" }),
  request({ words: ["fine"], name: "bad" }),
];
/** One that the core must make room for. */
const large = request({ words: Array.from({ length: 5_000 }, (_, n) => `${n} ${"x".repeat(200)}`) });

/** Ways to make a core trap. */
const TRAPS: Readonly<Record<string, (engine: PolicyEngine) => void>> = {
  "memory that is exhausted in a decision": (engine) => {
    exhaust();
    engine.decide(large);
  },
  "memory that is exhausted in an explanation": (engine) => {
    exhaust();
    try {
      engine.explain(large);
    } catch {
      // It throws `engine_failure`, as it should.
    }
  },
  "a stack that ends": (engine) => {
    const descend = (): void => {
      try {
        descend();
      } catch {
        // On the way back there is a little more of it at each step.
      }
      try {
        engine.explain(asked[1] as Request);
      } catch {
        // Here it ends, in JavaScript or in the core.
      }
    };
    descend();
  },
};

export interface Recovery {
  readonly trap: string;
  /** Milliseconds until all engines decided again. */
  readonly ms: number;
  readonly failed: boolean;
  readonly problems: readonly string[];
}

/** Has one of three engines trap, each way; all must decide as before. */
export function recoveries(Engine: typeof PolicyEngine): Recovery[] {
  return Object.entries(TRAPS).map(([trap, strike]) => {
    // As after a minute without a failure.
    ahead += 120_000;
    const engines = [[open, words], [open, name], [open]].map((policies) => Engine.loadSync({ policies }));
    const decide = () => engines.map((engine) => asked.map((one) => JSON.stringify(engine.decide(one))));
    const before = JSON.stringify(decide());
    const made = instances.length;
    strike(engines[0] as PolicyEngine);
    const start = realNow();
    let now = decide();
    // Where the stack ended more than once, there is a pause.
    while (JSON.stringify(now).includes("engine_failure") && realNow() - start < 15_000) now = decide();
    const ms = realNow() - start;
    const problems = JSON.stringify(now) === before ? [] : [`after ${trap}: ${JSON.stringify(now).slice(0, 2_000)}`];
    for (const engine of engines) engine.close();
    return { trap, ms, failed: instances.length > made, problems };
  });
}

const PAUSES = [0, 100, 1_000, 10_000, 10_000];

/** Has the core trap again and again on a clock that stands; answers what is wrong with how often an instance is made. */
export function repeatedly(Engine: typeof PolicyEngine): string[] {
  const problems: string[] = [];
  ahead += 120_000;
  standing = performance.now();
  const [engine, other] = [
    [open, words],
    [open, name],
  ].map((policies) => Engine.loadSync({ policies })) as [PolicyEngine, PolicyEngine];
  const expectMade = (when: string, count: number, code: string) => {
    const codes = [engine, other].map((one) => one.decide(asked[0] as Request).code);
    if (codes.some((found) => found !== code)) problems.push(`${when}: ${codes} and not ${code}`);
    if (instances.length !== count) problems.push(`${when}: ${instances.length} instances and not ${count}`);
  };
  for (const pause of PAUSES) {
    exhaust();
    engine.decide(large);
    const made = instances.length;
    if (pause > 0) {
      // A caller that does not wait makes no difference.
      for (let n = 0; n < 100; n++) expectMade(`at once, before ${pause} ms`, made, "engine_failure");
      standing += pause - 1;
      expectMade(`1 ms before ${pause} ms are over`, made, "engine_failure");
      standing += 1;
    }
    expectMade(`after ${pause} ms`, made + 1, "allowed");
  }
  ahead += standing - (realNow() + ahead);
  standing = undefined;
  engine.close();
  other.close();
  return problems;
}
