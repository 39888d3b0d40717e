/** Lets the memory of the core grow at any cold call, as it may at worst. To be imported before the package. */

export const growth = { happens: false, count: 0 };

/** A page each; more would come near what a memory may have. */
const MOST = 4_000;
const COLD = /^core_(?:route|bucket|child|node|owner|owner_info|policy_set|reserve|reason|explain)$/;

type Exports = { readonly memory: WebAssembly.Memory } & Readonly<Record<string, unknown>>;

WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
  construct(target, [module, imports]) {
    const { exports } = new target(module as WebAssembly.Module, imports as WebAssembly.Imports);
    return { exports: growing(exports as unknown as Exports) };
  },
});

function growing(exports: Exports): Record<string, unknown> {
  const grow = () => {
    if (!growth.happens || growth.count >= MOST) return;
    growth.count++;
    exports.memory.grow(1);
  };
  const wrapped = Object.entries(exports).map(([name, value]): [string, unknown] => {
    if (!COLD.test(name)) return [name, value];
    const call = value as (...given: unknown[]) => unknown;
    return [
      name,
      (...given: unknown[]) => {
        const result = call(...given);
        grow();
        return result;
      },
    ];
  });
  return Object.fromEntries(wrapped);
}
