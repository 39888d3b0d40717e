// The host's TypeORM on PostgreSQL: policies are written in its transactions, and a service decides by them.
import { Global, Module, type OnApplicationShutdown } from "@nestjs/common";
import { Test, type TestingModule } from "@nestjs/testing";
import { PortcullisError, type Request } from "portcullis";
import { PolicyEngineModule } from "portcullis/nestjs";
import { CallDeniedError, Enforcer, PolicyEngineService, PolicyStore, type RoleNames } from "portcullis/service";
import { Column, DataSource, type DataSourceOptions, Entity, PrimaryColumn, type QueryRunner } from "typeorm";
import { allowed } from "./deciding.js";
import { facts, type Session } from "./facts";
import * as migrations from "./migrations";

const roles: Required<RoleNames> = JSON.parse(process.env.ROLES ?? "");
const author = { tenant: null, by: "deployment" };
const open = { id: "open", name: "open", scope: "global", effect: "allow", rule_expr: {} } as const;

/** A table of the host: why a policy is there. */
@Entity()
class Ticket {
  @PrimaryColumn()
  policy: string;

  @Column()
  reason: string;
}

const options: DataSourceOptions = {
  type: "postgres",
  url: process.env.DATABASE_URL,
  entities: [Ticket],
  migrations: Object.values(migrations),
};

/** As the owner of the database, before the application starts. */
async function deploy(): Promise<void> {
  const db = await new DataSource({ ...options, synchronize: true }).initialize();
  try {
    await db.runMigrations();
    await db.query(`GRANT ${roles.app}, ${roles.loader} TO CURRENT_USER`);
  } finally {
    await db.destroy();
  }
}

@Global()
@Module({
  providers: [{ provide: DataSource, useFactory: () => new DataSource(options).initialize() }],
  exports: [DataSource],
})
class DatabaseModule implements OnApplicationShutdown {
  constructor(private readonly db: DataSource) {}

  async onApplicationShutdown(): Promise<void> {
    await this.db.destroy();
  }
}

@Module({
  imports: [
    DatabaseModule,
    PolicyEngineModule.forRootAsync<Session>({
      inject: [DataSource],
      useFactory: (database: DataSource) => ({ service: { database, role: roles.loader }, facts }),
    }),
  ],
})
class AppModule {}

let app: TestingModule | undefined;
// Also where the test fails: what stays connected would keep Jest from ending.
afterAll(() => app?.close());

test("a policy and a row of the host are there together or not at all", async () => {
  await deploy();
  app = await Test.createTestingModule({ imports: [AppModule] }).compile();
  await app.init();
  const db = app.get(DataSource);
  const service = app.get(PolicyEngineService);
  const enforcer = app.get<Enforcer<Session>>(Enforcer);
  const store = new PolicyStore({ database: db, role: roles.app });

  /** Writes both within a transaction, by a store on its connection. */
  const write = async (runner: QueryRunner, within: PolicyStore) => {
    await runner.startTransaction();
    await within.create(author, open);
    // The host's statements are its own user's, and go on after one of the store's that failed.
    const again: unknown = await within.create(author, open).catch((error: unknown) => error);
    expect(again).toBeInstanceOf(PortcullisError);
    expect(again).toMatchObject({ code: "policy_exists" });
    await runner.manager.insert(Ticket, { policy: open.id, reason: "the deployment" });
    expect(await within.read(author, open.id)).toMatchObject(open);
    expect(await runner.manager.count(Ticket)).toBe(1);
  };
  /** What everybody else sees. */
  const seen = async () => {
    await service.refresh();
    const call = enforcer.toolCall("search", { input: {}, context: { userId: "u1" } }, () => "found");
    return {
      policies: (await store.list(author)).policies.map(({ id }) => id),
      tickets: await db.getRepository(Ticket).find(),
      decided: service.decide(allowed as Request).code,
      called: await call.catch((error: unknown) => error),
    };
  };
  const neither = { policies: [], tickets: [], decided: "no_matching_allow", called: expect.any(CallDeniedError) };

  const runner = db.createQueryRunner();
  try {
    expect(await seen()).toEqual(neither);
    await write(runner, store.within(runner));
    expect(await seen()).toEqual(neither);
    await runner.rollbackTransaction();
    expect(await seen()).toEqual(neither);
    await write(runner, new PolicyStore({ database: runner, role: roles.app }));
    expect(await seen()).toEqual(neither);
    await runner.commitTransaction();
  } finally {
    await runner.release();
  }
  expect(await seen()).toEqual({
    policies: ["open"],
    tickets: [{ policy: "open", reason: "the deployment" }],
    decided: "allowed",
    called: "found",
  });
  process.stdout.write("decided by what was committed");
});
