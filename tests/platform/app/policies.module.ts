// Policies and what was decided: each part of it is a user of the database of its own.
import { type DynamicModule, Inject, Injectable, Logger, Module, type OnApplicationShutdown } from "@nestjs/common";
import { postgres } from "portcullis/postgres";
import {
  type Database,
  DecisionLog,
  databaseLog,
  databaseSource,
  loggedDecisions,
  PolicyEngineService,
  PolicyStore,
  type ServiceOptions,
} from "portcullis/service";
import { DataSource } from "typeorm";

export interface PoliciesOptions {
  /** Where policies of all tenants are read: a user that is a member of `portcullis_loader`. */
  readonly loader: string;
  /** Where decisions are logged: a user that is a member of `portcullis_log`. */
  readonly log: string;
  readonly service?: Partial<Pick<ServiceOptions, "enforcement" | "pollMs" | "maxStalenessMs">> | undefined;
}

const LOADER = Symbol("where policies are read");
const LOG = Symbol("where decisions are logged");
export const DECISIONS = Symbol("what was decided");

@Injectable()
class Closing implements OnApplicationShutdown {
  @Inject(PolicyEngineService) readonly service!: PolicyEngineService;
  @Inject(DecisionLog) readonly log!: DecisionLog;
  @Inject(LOADER) readonly loader!: Database;
  @Inject(LOG) readonly logs!: Database;

  /** No request is under way any more: what was decided is written, and then there is nobody left who needs a database. */
  async onApplicationShutdown(): Promise<void> {
    const { unwritten } = await this.log.close();
    if (Object.values(unwritten).some((count) => count > 0)) new Logger("policies").error({ unwritten });
    await this.service.close();
    await Promise.all([this.loader.close?.(), this.logs.close?.()]);
  }
}

@Module({})
class PoliciesModule {}

export function policiesModule({ loader, log, service }: PoliciesOptions): DynamicModule {
  return {
    module: PoliciesModule,
    global: true,
    providers: [
      { provide: LOADER, useFactory: () => postgres(loader, { connections: 2, applicationName: "platform-loader" }) },
      { provide: LOG, useFactory: () => postgres(log, { connections: 2, applicationName: "platform-log" }) },
      {
        provide: PolicyEngineService,
        inject: [LOADER],
        useFactory: (database: Database) =>
          PolicyEngineService.start({ source: databaseSource({ database }), ...service }),
      },
      {
        provide: DecisionLog,
        inject: [LOG],
        useFactory: (database: Database) => new DecisionLog({ sink: databaseLog({ database }), name: "platform" }),
      },
      // On the platform's own connections: a user that is a member of `portcullis_app`.
      { provide: PolicyStore, inject: [DataSource], useFactory: (database) => new PolicyStore({ database }) },
      { provide: DECISIONS, inject: [DataSource], useFactory: (database) => loggedDecisions({ database }) },
      Closing,
    ],
    exports: [PolicyEngineService, PolicyStore, DecisionLog, DECISIONS],
  };
}
