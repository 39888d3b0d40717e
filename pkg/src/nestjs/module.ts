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
import { databaseSource, PolicyEngineService } from "../entrypoints/service.js";
import { type DecisionPoint, Enforcer, type EnforcerOptions } from "../service/enforce/index.js";
import type { ServiceOptions } from "../service/service.js";
import type { DatabaseSourceOptions } from "../store/source.js";

interface Common<Context> extends Omit<EnforcerOptions<Context>, "decisions"> {
  /** Whether what decides is closed when the application shuts down; it is unless this says `false`. */
  readonly closeOnShutdown?: boolean | undefined;
}

/** An engine or a service that the host has loaded. */
interface Given {
  readonly decisions: DecisionPoint;
}

/** A service that the module starts before anything that injects it, by a source or by a database. */
interface Started {
  readonly service: ServiceOptions | (Omit<ServiceOptions, "source"> & DatabaseSourceOptions);
}

/** What the module is set up with: what decides, or what a service is to be started with. */
export type PolicyEngineModuleOptions<Context = unknown> = Common<Context> & (Given | Started);

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
  readonly #decisions: DecisionPoint & { close?(): unknown };

  constructor(options: PolicyEngineModuleOptions, decisions: DecisionPoint) {
    this.#options = options;
    this.#decisions = decisions;
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.#options.closeOnShutdown !== false) await this.#decisions.close?.();
  }
}

/**
 * Provides an `Enforcer`, and whoever decides as `POLICY_DECISIONS`, to the whole application. A service that decides is
 * provided as `PolicyEngineService` too, unless the host does that itself and has it injected into the module's options.
 *
 * @example
 * PolicyEngineModule.forRootAsync({
 *   imports: [FactsModule],
 *   inject: [PlatformFacts, DataSource],
 *   useFactory: (facts, database) => ({ service: { database, role: "portcullis_loader" }, facts }),
 * })
 */
// biome-ignore lint/complexity/noStaticOnlyClass: Nest's modules are classes
export class PolicyEngineModule {
  static forRoot<Context>(options: PolicyEngineModuleOptions<Context>): DynamicModule {
    return dynamic({ provide: OPTIONS, useValue: options }, [], "service" in options || isService(options.decisions));
  }

  static forRootAsync<Context>(options: PolicyEngineModuleAsyncOptions<Context>): DynamicModule {
    const { imports = [], inject = [], useFactory } = options;
    const tokens = inject.map((one) => (typeof one === "object" && "token" in one ? one.token : one));
    return dynamic({ provide: OPTIONS, useFactory, inject }, imports, !tokens.includes(PolicyEngineService));
  }
}

// By call, since the package is built without the compiler's support for decorators.
Module({})(PolicyEngineModule);

function dynamic(options: Provider, imports: NonNullable<ModuleMetadata["imports"]>, provides: boolean): DynamicModule {
  const from = (
    provide: InjectionToken,
    useFactory: (options: PolicyEngineModuleOptions, decisions: DecisionPoint) => unknown,
  ): FactoryProvider => ({ provide, inject: [OPTIONS, POLICY_DECISIONS], useFactory });
  // Where an engine decides, there is none.
  const service = from(PolicyEngineService, (_, decisions) => (isService(decisions) ? decisions : undefined));
  return {
    module: PolicyEngineModule,
    global: true,
    imports,
    providers: [
      options,
      { provide: POLICY_DECISIONS, inject: [OPTIONS], useFactory: deciding },
      from(Enforcer, (options, decisions) => new Enforcer({ ...options, decisions })),
      from(Closing, (options, decisions) => new Closing(options, decisions)),
      ...(provides ? [service] : []),
    ],
    exports: [Enforcer, POLICY_DECISIONS, ...(provides ? [PolicyEngineService] : [])],
  };
}

function deciding(options: PolicyEngineModuleOptions): DecisionPoint | Promise<DecisionPoint> {
  if (!("service" in options)) return options.decisions;
  const { service } = options;
  return PolicyEngineService.start("source" in service ? service : { ...service, source: databaseSource(service) });
}

function isService(decisions: DecisionPoint): decisions is PolicyEngineService {
  return decisions instanceof PolicyEngineService;
}
