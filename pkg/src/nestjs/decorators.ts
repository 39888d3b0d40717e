// Decorators: methods of providers that are enforced.
import { Inject } from "@nestjs/common";
import { PortcullisError } from "../engine/errors.js";
import {
  type Call,
  Enforcer,
  type OnDenial,
  type Permit,
  type Usage,
  type WorkflowNode,
} from "../service/enforce/index.js";

/** Where an instance keeps the enforcer that Nest injects. */
const ENFORCER = Symbol.for("portcullis.enforcer");

/** A method that is enforced returns a promise; it is given the permit behind its own arguments. */
// biome-ignore lint/suspicious/noExplicitAny: the arguments have the types that the host says
type Method = (...args: any[]) => Promise<unknown>;
type Decorator = <M extends Method>(
  target: object,
  key: string | symbol,
  descriptor: TypedPropertyDescriptor<M>,
) => void;

/** What the enforcer is told of a call beside its input and context. */
export interface EnforceOptions {
  /** What it is expected to take of meters that don't count calls. */
  // biome-ignore lint/suspicious/noExplicitAny: they have the types that the host says
  estimate?(input: any, context: any): Usage;
  /** The host's own id of the call. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  callId?(context: any): string | undefined;
}

/** Does the work of the method itself, with arguments of the enforcer's. */
type Original = (...args: unknown[]) => Promise<unknown>;
type Enforced = (enforcer: Enforcer, args: readonly unknown[], original: Original) => Promise<unknown>;

/**
 * Enforces the handler of a tool: `handle(input, context, permit?)`. It is called with the snapshot of the input, and with
 * the permit, whatever its caller gave as a third argument.
 *
 * @example
 * class Refunds {
 *   @EnforceTool("refund")
 *   async handle(input: RefundInput, context: Session, permit?: Permit<RefundInput>) { … }
 * }
 */
export function EnforceTool(tool: string, options?: EnforceOptions): Decorator {
  return enforcing((enforcer, [input, context], original) =>
    enforcer.toolCall(tool, callOf(input, context, options), (permit) => original(permit.input, context, permit)),
  );
}

/** Enforces a runtime of tools: `execute(toolId, input, context, permit?)`, with input that was validated. */
export function EnforceToolRuntime(options?: EnforceOptions): Decorator {
  return named(options, (enforcer, tool, call, work) => enforcer.toolCall(idOf(tool), call, work));
}

/** Enforces a router of models: `complete(model, input, context, permit?)`; the input is what policies may read of the call. */
export function EnforceLlmCall(options?: EnforceOptions): Decorator {
  return named(options, (enforcer, model, call, work) => enforcer.llmCall(idOf(model), call, work));
}

/** Enforces the start of workflows: `start(workflowId, input, context, permit?)`; the run has the mode of the permit. */
export function EnforceRunStart(options?: EnforceOptions): Decorator {
  return named(options, (enforcer, workflow, call, work) => enforcer.runStart(idOf(workflow), call, work));
}

/** Enforces an executor of nodes: `execute({ action, id }, input, context, permit?)`. */
export function EnforceNode(options?: EnforceOptions): Decorator {
  return named(options, (enforcer, node, call, work) => {
    const { action, id } = (node ?? {}) as Partial<WorkflowNode>;
    return enforcer.node({ action: idOf(action), id: idOf(id) }, call, work);
  });
}

type Asked = Call<unknown, unknown>;
type Doing = (permit: Permit<unknown>) => Promise<unknown>;

/** A method whose first argument says what is called. */
function named(
  options: EnforceOptions | undefined,
  ask: (enforcer: Enforcer, what: unknown, call: Asked, work: Doing) => Promise<unknown>,
): Decorator {
  return enforcing((enforcer, [what, input, context], original) =>
    ask(enforcer, what, callOf(input, context, options), (permit) => original(what, permit.input, context, permit)),
  );
}

/** Enforces a runtime of agents: `runAgentStep(agentId, context, input, permit?)`. */
export function EnforceAgentStep(options?: EnforceOptions & { readonly onDenial?: OnDenial }): Decorator {
  return enforcing((enforcer, [agent, context, input], original) => {
    const call = Object.assign(callOf(input, context, options), { onDenial: options?.onDenial });
    return enforcer.agentStep(idOf(agent), call, (permit) => original(agent, context, permit.input, permit));
  });
}

/** Of what the host's functions say; one that throws is a fact that can't be had. */
function callOf(input: unknown, context: unknown, options: EnforceOptions = {}): Asked {
  try {
    return { input, context, callId: options.callId?.(context), estimate: options.estimate?.(input, context) };
  } catch (error) {
    return {
      input,
      // Asked for with the facts: there a failure denies the call, is reported and counted, and in shadow stops nothing.
      get context(): never {
        throw error;
      },
    };
  }
}

function enforcing(enforce: Enforced): Decorator {
  return (target, key, descriptor) => {
    const method = descriptor.value;
    if (method === undefined) throw new TypeError(`\`${String(key)}\` is no method`);
    Inject(Enforcer)(target, ENFORCER);
    const enforced = async function (this: { [ENFORCER]?: Enforcer }, ...args: unknown[]): Promise<unknown> {
      const enforcer = this[ENFORCER];
      if (enforcer === undefined) throw notInjected(String(key));
      return enforce(enforcer, args, async (...given) => method.apply(this, given));
    };
    Object.defineProperty(enforced, "name", { value: method.name });
    copyMetadata(method, enforced);
    descriptor.value = enforced as unknown as typeof method;
  };
}

/** What other decorators said of the method, such as its route. */
function copyMetadata(from: object, to: object): void {
  const { getMetadataKeys, getMetadata, defineMetadata } = Reflect as unknown as Metadata;
  for (const key of getMetadataKeys(from)) defineMetadata(key, getMetadata(key, from), to);
}

/** What reflect-metadata adds, which Nest loads. */
interface Metadata {
  getMetadataKeys(target: object): unknown[];
  getMetadata(key: unknown, target: object): unknown;
  defineMetadata(key: unknown, value: unknown, target: object): void;
}

/** What is no id is one that no policy allows by name. */
function idOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function notInjected(method: string): PortcullisError {
  return new PortcullisError({
    code: "not_ready",
    message: `\`${method}\` is enforced, and its object was not made by Nest`,
    remedy: "Let Nest provide it, in an application that imports `PolicyEngineModule`.",
    retryable: false,
  });
}
