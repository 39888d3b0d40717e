// The module: an enforcer for the whole application, made from what the host configures.
import {
  type DynamicModule,
  type FactoryProvider,
  Inject,
  type InjectionToken,
  Module,
  type ModuleMetadata,
  type OnApplicationShutdown,
  type Provider,
} from "@nestjs/common";
import { type DecisionPoint, Enforcer, type EnforcerOptions } from "../service/enforce/index.js";

/** What the module is set up with. */
export interface PolicyEngineModuleOptions<Context = unknown> extends EnforcerOptions<Context> {
  /** Whether `decisions` is closed when the application shuts down; it is unless this says `false`. */
  readonly closeOnShutdown?: boolean | undefined;
}

/** The same, made of what other modules provide. */
export interface PolicyEngineModuleAsyncOptions<Context = unknown> {
  readonly imports?: ModuleMetadata["imports"];
  readonly inject?: FactoryProvider["inject"];
  // biome-ignore lint/suspicious/noExplicitAny: what is injected has the types that the host says
  useFactory(...injected: any[]): PolicyEngineModuleOptions<Context> | Promise<PolicyEngineModuleOptions<Context>>;
}

/** The token of whoever decides: the engine or the service that the module was set up with. */
export const POLICY_DECISIONS = Symbol.for("portcullis.decisions");
const OPTIONS = Symbol.for("portcullis.options");

/** Injects whoever decides. */
export const InjectDecisions = (): ParameterDecorator & PropertyDecorator => Inject(POLICY_DECISIONS);

/** Closes what decides once no request is under way any more. */
class Closing implements OnApplicationShutdown {
  readonly #options: PolicyEngineModuleOptions;

  constructor(options: PolicyEngineModuleOptions) {
    this.#options = options;
  }

  async onApplicationShutdown(): Promise<void> {
    const decisions = this.#options.decisions as DecisionPoint & { close?(): unknown };
    if (this.#options.closeOnShutdown !== false) await decisions.close?.();
  }
}

/**
 * Provides an `Enforcer`, and whoever decides as `POLICY_DECISIONS`, to the whole application.
 *
 * @example
 * PolicyEngineModule.forRootAsync({
 *   imports: [FactsModule],
 *   inject: [PlatformFacts],
 *   useFactory: async (facts) => ({ decisions: await PolicyEngine.load({ policies }), facts }),
 * })
 */
// biome-ignore lint/complexity/noStaticOnlyClass: Nest's modules are classes
export class PolicyEngineModule {
  static forRoot<Context>(options: PolicyEngineModuleOptions<Context>): DynamicModule {
    return dynamic({ provide: OPTIONS, useValue: options }, []);
  }

  static forRootAsync<Context>(options: PolicyEngineModuleAsyncOptions<Context>): DynamicModule {
    const { imports = [], inject = [], useFactory } = options;
    return dynamic({ provide: OPTIONS, useFactory, inject }, imports);
  }
}

// By call, since the package is built without the compiler's support for decorators.
Module({})(PolicyEngineModule);

function dynamic(options: Provider, imports: NonNullable<ModuleMetadata["imports"]>): DynamicModule {
  const from = (
    provide: InjectionToken,
    useFactory: (options: PolicyEngineModuleOptions) => unknown,
  ): FactoryProvider => ({ provide, inject: [OPTIONS], useFactory });
  return {
    module: PolicyEngineModule,
    global: true,
    imports,
    providers: [
      options,
      from(Enforcer, (options) => new Enforcer(options)),
      from(POLICY_DECISIONS, ({ decisions }) => decisions),
      from(Closing, (options) => new Closing(options)),
    ],
    exports: [Enforcer, POLICY_DECISIONS],
  };
}
