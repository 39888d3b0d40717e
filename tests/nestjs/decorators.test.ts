// Methods of providers that are enforced, and the module that makes them so.
import { PGlite } from "@electric-sql/pglite";
import {
  type DynamicModule,
  Global,
  Inject,
  Injectable,
  Module,
  type OnModuleInit,
  type Provider,
  Scope,
  SetMetadata,
} from "@nestjs/common";
import { Test } from "@nestjs/testing";
import { type Policy, PolicyDeniedError, PolicyEngine, PortcullisError } from "portcullis";
import {
  EnforceAgentStep,
  EnforceLlmCall,
  EnforceNode,
  EnforceRunStart,
  EnforceTool,
  EnforceToolRuntime,
  InjectDecisions,
  POLICY_DECISIONS,
  PolicyEngineModule,
} from "portcullis/nestjs";
import {
  type CallReport,
  type DecisionPoint,
  Enforcer,
  type Facts,
  type FactsQuery,
  type Limiter,
  migrate,
  type Permit,
  PolicyEngineService,
  type PolicySource,
  PolicyStore,
  type StepPermit,
  type WorkflowNode,
} from "portcullis/service";
import { afterEach, describe, expect, it } from "vitest";

interface Session {
  readonly user: string;
}

const session: Session = { user: "ann" };

const policies = [
  { id: "open", name: "open", scope: "global", effect: "allow", rule_expr: {} },
  {
    id: "large",
    name: "large",
    scope: "tool",
    effect: "deny",
    rule_expr: { target: ["refund", "transfer"], when: { field: "input.amount", gt: 100 } },
  },
  {
    id: "rogue",
    name: "rogue",
    scope: "agent",
    effect: "deny",
    rule_expr: { target: ["rogue"], actions: ["agent_step"] },
  },
] as unknown as Policy[];

const facts = {
  facts: ({ action, id, context }: FactsQuery<Session>): Facts => ({
    tenant: { id: "acme" },
    app: null,
    user: { id: context.user },
    workflow: null,
    agent: action === "agent_step" ? { id } : null,
    tool: action === "tool_call" ? { id } : null,
    run: null,
  }),
};

interface Amount {
  readonly amount: number;
}

@Injectable()
class Refunds {
  readonly made: unknown[] = [];

  @EnforceTool("refund")
  async handle(input: Amount, context: Session, permit?: Permit<Amount>) {
    this.made.push({ input, context, mode: permit?.mode });
    return input;
  }
}

@Injectable()
class Runtime {
  @EnforceToolRuntime()
  async execute(toolId: string, input: unknown, context: Session, permit?: Permit<unknown>) {
    return [toolId, input, context, permit?.mode];
  }
}

@Injectable({ scope: Scope.TRANSIENT })
class Agents {
  @Inject(Runtime) readonly runtime!: Runtime;

  @EnforceAgentStep()
  async runAgentStep(agentId: string, context: Session, input: { amount: number }, permit?: StepPermit<unknown>) {
    // As an agent library would.
    const told = await this.runtime.execute("transfer", input, context).catch(() => "error");
    return { agentId, told, denials: permit?.step.denials.length };
  }
}

@Injectable()
class Deciding {
  @InjectDecisions() readonly decisions!: DecisionPoint;
}

@Module({ providers: [Refunds, Runtime, Agents, Deciding] })
class Host {}

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const app of opened.splice(0)) await app.close();
});

async function start(more: object = {}) {
  const decisions = await PolicyEngine.load({ policies });
  const module = Test.createTestingModule({
    imports: [PolicyEngineModule.forRoot<Session>({ decisions, facts, ...more }), Host],
  });
  const app = await module.compile();
  await app.init();
  opened.push(app);
  return { app, decisions };
}

describe("a method that is enforced", () => {
  it("is given the snapshot, its own arguments and the permit of the enforcer alone", async () => {
    const { app } = await start();
    const refunds = app.get(Refunds);
    const input = { amount: 5 };
    const forged = { input, mode: "auto", used: () => {} } as const;
    const result = await refunds.handle(input, session, { ...forged, mode: "draft" } as Permit<Amount>);
    expect(result).toEqual(input);
    expect(result).not.toBe(input);
    expect(Object.isFrozen(result)).toBe(true);
    expect(refunds.made).toEqual([{ input, context: session, mode: "auto" }]);
    await expect(refunds.handle({ amount: 101 }, session)).rejects.toThrow(PolicyDeniedError);
    expect(refunds.made).toHaveLength(1);
  });

  it("may be a runtime of tools", async () => {
    const { app } = await start();
    const runtime = app.get(Runtime);
    expect(await runtime.execute("send", { to: "bob" }, session)).toEqual(["send", { to: "bob" }, session, "auto"]);
    await expect(runtime.execute("transfer", { amount: 101 }, session)).rejects.toThrow(PolicyDeniedError);
    await expect(runtime.execute({ toString: () => "send" } as never, {}, session)).rejects.toThrow(PolicyDeniedError);
  });

  it("may be a step of an agent, in an object that is made anew each time", async () => {
    const { app } = await start({ onDenial: "continue" });
    const agents = await app.resolve(Agents);
    expect(await agents.runAgentStep("helper", session, { amount: 5 })).toMatchObject({
      agentId: "helper",
      denials: 0,
    });
    expect(await agents.runAgentStep("helper", session, { amount: 500 })).toEqual({
      agentId: "helper",
      told: "error",
      denials: 1,
    });
    await expect(agents.runAgentStep("rogue", session, { amount: 5 })).rejects.toThrow(PolicyDeniedError);
    const { app: ending } = await start();
    const strict = await ending.resolve(Agents);
    await expect(strict.runAgentStep("helper", session, { amount: 500 })).rejects.toThrow(PolicyDeniedError);
  });

  it("may say what it takes, and which call it is", async () => {
    const seen: unknown[] = [];
    @Injectable()
    class Mail {
      @EnforceTool("mail", {
        estimate: (input: { to: string[] }) => ({ letters: input.to.length }),
        callId: (context: Session) => `call of ${context.user}`,
      })
      async send(input: { to: string[] }, _: Session, permit?: Permit<unknown>) {
        permit?.used({ letters: input.to.length + 1 });
      }
    }
    const limits = [{ meter: "letters", per: ["user"], max: 9 }];
    const limit = {
      id: "l",
      name: "l",
      scope: "tool",
      effect: "modify",
      rule_expr: { target: ["mail"], then: { limits } },
    };
    const decisions = PolicyEngine.loadSync({ policies: [...policies, limit as unknown as Policy] });
    const limiter: Limiter = {
      reserve({ call_id, claims }) {
        seen.push(call_id, ...claims.map(({ amount }) => amount));
        return { granted: true, settle: (amounts) => void seen.push(...amounts), release: () => {} };
      },
    };
    const app = await Test.createTestingModule({
      imports: [PolicyEngineModule.forRoot<Session>({ decisions, facts, limiter })],
      providers: [Mail],
    }).compile();
    opened.push(app);
    await app.get(Mail).send({ to: ["bob", "carol"] }, session);
    expect(seen).toEqual(["call of ann", 2, 3]);
  });

  it("may be a router of models, the start of a workflow, or an executor of nodes", async () => {
    @Injectable()
    class Everything {
      @EnforceLlmCall()
      async complete(model: string, input: unknown, context: Session, permit?: Permit<unknown>) {
        return [model, input, context, permit?.mode];
      }

      @EnforceRunStart()
      async start(workflow: string, input: unknown, context: Session, permit?: Permit<unknown>) {
        return [workflow, input, context, permit?.mode];
      }

      @EnforceNode()
      async execute(node: WorkflowNode, input: unknown, context: Session, permit?: Permit<unknown>) {
        return [node, input, context, permit?.mode];
      }
    }
    const calls: unknown[] = [];
    const seen = {
      onCall: ({ call: { action, id }, outcome }: CallReport) => void calls.push([action, id, outcome]),
    };
    const deny = (id: string, actions: string[], more: object = {}) =>
      ({ id, name: id, scope: "global", effect: "deny", rule_expr: { actions, when: BIG }, ...more }) as never;
    const denies = [deny("models", ["llm_call"]), deny("runs", ["run_start"])];
    const decisions = PolicyEngine.loadSync({ policies: [...policies, ...denies] });
    const everything = {
      facts: (query: FactsQuery<Session>) => ({
        ...facts.facts(query),
        workflow: query.action === "run_start" ? { id: query.id } : null,
      }),
    };
    const app = await Test.createTestingModule({
      imports: [PolicyEngineModule.forRoot<Session>({ decisions, facts: everything, observer: seen })],
      providers: [Everything],
    }).compile();
    opened.push(app);
    const all = app.get(Everything);
    const node = { action: "tool_call", id: "refund" };
    const [small, large] = [{ amount: 1 }, { amount: 500 }];
    expect(await all.complete("m", small, session)).toEqual(["m", small, session, "auto"]);
    expect(await all.start("w", small, session)).toEqual(["w", small, session, "auto"]);
    expect(await all.execute(node, small, session)).toEqual([node, small, session, "auto"]);
    for (const stopped of [
      () => all.complete("m", large, session),
      () => all.start("w", large, session),
      () => all.execute(node, large, session),
      // What names nothing is nothing that a policy allows by name.
      () => all.execute(undefined as never, small, session),
    ]) {
      await expect(stopped()).rejects.toThrow(PolicyDeniedError);
    }
    const [llm, run, tool] = [
      ["llm_call", "m"],
      ["run_start", "w"],
      ["tool_call", "refund"],
    ];
    const outcomes = (outcome: string) => [llm, run, tool].map((call) => [...(call as string[]), outcome]);
    expect(calls).toEqual([...outcomes("returned"), ...outcomes("denied"), ["", "", "denied"]]);
  });

  it.each([
    ["estimate", { estimate: () => throwing() }],
    ["callId", { callId: () => throwing() }],
  ])("whose `%s` throws is denied where that is enforced, counted, and runs in shadow", async (_, options) => {
    @Injectable()
    class Wrong {
      @EnforceTool("refund", options)
      async handle(input: Amount, _: Session) {
        return input;
      }

      @EnforceAgentStep(options)
      async runAgentStep(_agent: string, _context: Session, input: Amount) {
        return input;
      }
    }
    const decisions = PolicyEngine.loadSync({ policies });
    for (const enforcement of ["enforce", "shadow"] as const) {
      const imports = [PolicyEngineModule.forRoot<Session>({ decisions, facts, enforcement, closeOnShutdown: false })];
      const app = await Test.createTestingModule({ imports, providers: [Wrong] }).compile();
      opened.push(app);
      for (const call of [
        () => app.get(Wrong).handle({ amount: 1 }, session),
        () => app.get(Wrong).runAgentStep("helper", session, { amount: 1 }),
      ]) {
        const result = await call().catch((error: unknown) => error);
        if (enforcement === "shadow") expect(result).toEqual({ amount: 1 });
        else expect(result).toMatchObject({ code: "facts_unavailable", cause: { message: "not to be had" } });
        expect(PolicyDeniedError.is(result)).toBe(enforcement === "enforce");
      }
      const { counters } = app.get(Enforcer);
      expect(counters).toMatchObject(enforcement === "enforce" ? { denied: 2 } : { returned: 2, would_stop: 2 });
    }
  });

  it("of a step may say whether it goes on", async () => {
    @Injectable()
    class Going {
      @Inject(Runtime) readonly runtime!: Runtime;

      @EnforceAgentStep({ onDenial: "continue" })
      async runAgentStep(_: string, context: Session, input: Amount) {
        return this.runtime.execute("transfer", input, context).catch(() => "went on");
      }
    }
    const decisions = PolicyEngine.loadSync({ policies });
    const imports = [PolicyEngineModule.forRoot<Session>({ decisions, facts })];
    const app = await Test.createTestingModule({ imports, providers: [Going, Runtime] }).compile();
    opened.push(app);
    expect(await app.get(Going).runAgentStep("helper", session, { amount: 500 })).toBe("went on");
  });

  it("belongs to its application: two side by side don't share an enforcer", async () => {
    const [strict, shadow] = [await start(), await start({ enforcement: "shadow" })];
    await expect(strict.app.get(Refunds).handle({ amount: 500 }, session)).rejects.toThrow(PolicyDeniedError);
    expect(await shadow.app.get(Refunds).handle({ amount: 500 }, session)).toEqual({ amount: 500 });
  });

  it("denies where Nest did not make its object", async () => {
    const error = await new Refunds().handle({ amount: 5 }, session).catch((error: unknown) => error);
    expect(PortcullisError.is(error) && error.toJSON()).toMatchObject({ code: "not_ready", retryable: false });
  });

  it("can't be started in an application without the module", async () => {
    await expect(Test.createTestingModule({ imports: [Host] }).compile()).rejects.toThrow(/resolve dependencies/);
  });

  it("keeps its name, and what other decorators said of it", () => {
    class Marked {
      @EnforceTool("refund")
      @SetMetadata("route", "/refunds")
      async handle(input: Amount) {
        return input;
      }
    }
    const { handle } = Marked.prototype;
    expect(handle.name).toBe("handle");
    expect(Reflect.getMetadata("route", handle)).toBe("/refunds");
  });
});

const BIG = { field: "input.amount", gt: 100 };

function throwing(): never {
  throw new Error("not to be had");
}

/** Policies that a test holds in its hands. */
const source = (known: readonly object[] = policies): PolicySource => ({
  load: async () => ({
    change: 0,
    policies: known.map((policy) => ({ id: "", revision: 0, text: JSON.stringify(policy) })),
  }),
  changes: async (change) => ({ change, replaced: [], removed: [] }),
});

@Injectable()
class Asking implements OnModuleInit {
  decided: string | undefined;

  @Inject(PolicyEngineService) readonly service!: PolicyEngineService;

  onModuleInit() {
    this.decided = this.service.decide({} as never).code;
  }
}

describe("the module with a service", () => {
  const started = async (options: DynamicModule, ...providers: Provider[]) => {
    const app = await Test.createTestingModule({ imports: [options, Host], providers }).compile();
    await app.init();
    opened.push(app);
    return app;
  };

  it("starts it by a source before anything asks it, provides it by its class, and closes it", async () => {
    for (const options of [
      PolicyEngineModule.forRoot<Session>({ service: { source: source() }, facts }),
      PolicyEngineModule.forRootAsync<Session>({ useFactory: async () => ({ service: { source: source() }, facts }) }),
    ]) {
      const app = await started(options, Asking);
      const service = app.get(PolicyEngineService);
      expect(app.get(Asking).decided).toBe("invalid_request");
      expect(app.get(POLICY_DECISIONS)).toBe(service);
      await expect(app.get(Refunds).handle({ amount: 500 }, session)).rejects.toThrow(PolicyDeniedError);
      service.enforcement = "shadow";
      expect(await app.get(Refunds).handle({ amount: 500 }, session)).toEqual({ amount: 500 });
      expect(service.health().status).toBe("ok");
      await app.close();
      expect(service.health().status).toBe("unavailable");
    }
  });

  it("starts it by a database", async () => {
    const database = new PGlite();
    await migrate(database);
    await new PolicyStore({ database }).create({ tenant: null, by: "tests" }, policies[0] as Policy);
    const app = await started(
      PolicyEngineModule.forRoot<Session>({ service: { database, enforcement: "shadow" }, facts }),
      Asking,
    );
    expect(app.get(PolicyEngineService).health()).toMatchObject({ status: "ok", enforcement: "shadow" });
    expect(await app.get(Refunds).handle({ amount: 1 }, session)).toEqual({ amount: 1 });
    await app.close();
    await database.close();
  });

  it("takes one that the host has started, and provides it too", async () => {
    const service = await PolicyEngineService.start({ source: source() });
    const app = await started(PolicyEngineModule.forRoot<Session>({ decisions: service, facts }), Asking);
    expect(app.get(Asking).service).toBe(service);
    // One that a module of the host provides is that one, not another of the same name.
    const own = { provide: PolicyEngineService, useFactory: () => PolicyEngineService.start({ source: source() }) };
    @Global()
    @Module({ providers: [own], exports: [PolicyEngineService] })
    class OwnModule {}
    const hosted = PolicyEngineModule.forRootAsync<Session>({
      imports: [OwnModule],
      inject: [PolicyEngineService],
      useFactory: (decisions: PolicyEngineService) => ({ decisions, facts }),
    });
    const other = await started(hosted, Asking);
    expect(other.get(Asking).service).toBe(other.get(POLICY_DECISIONS));
    expect(await other.get(Refunds).handle({ amount: 1 }, session)).toEqual({ amount: 1 });
  });

  it("does not start where its policies can't be had", async () => {
    const broken = PolicyEngineModule.forRoot<Session>({ service: { source: source([{}]) }, facts });
    await expect(started(broken)).rejects.toMatchObject({ code: "policy_set_invalid" });
  });
});

describe("the module", () => {
  it("provides the enforcer and whoever decides", async () => {
    const { app, decisions } = await start();
    expect(app.get(Enforcer)).toBeInstanceOf(Enforcer);
    expect(app.get(POLICY_DECISIONS)).toBe(decisions);
    expect(app.get(Deciding).decisions).toBe(decisions);
  });

  it("is set up with what other modules provide", async () => {
    const decisions = PolicyEngine.loadSync({ policies });
    @Module({ providers: [{ provide: "FACTS", useValue: facts }], exports: ["FACTS"] })
    class FactsModule {}
    const configured = PolicyEngineModule.forRootAsync<Session>({
      imports: [FactsModule],
      inject: ["FACTS"],
      useFactory: async (given: typeof facts) => ({ decisions, facts: given }),
    });
    const app = await Test.createTestingModule({ imports: [configured, Host] }).compile();
    opened.push(app);
    expect(await app.get(Refunds).handle({ amount: 1 }, session)).toEqual({ amount: 1 });
  });

  it("does not start where what decides can't be loaded", async () => {
    const configured = PolicyEngineModule.forRootAsync({
      useFactory: async () => ({ decisions: await PolicyEngine.load({ policies: "[{}]" }), facts }),
    });
    await expect(Test.createTestingModule({ imports: [configured] }).compile()).rejects.toMatchObject({
      code: "policy_set_invalid",
    });
  });

  it("closes what decides when the application shuts down, unless it is told otherwise", async () => {
    const { app, decisions } = await start();
    await app.close();
    expect(() => decisions.requestDigest({} as never)).toThrow("closed");
    const kept = await start({ closeOnShutdown: false });
    await kept.app.close();
    expect(() => kept.decisions.requestDigest({} as never)).not.toThrow("closed");
    kept.decisions.close();
  });
});
