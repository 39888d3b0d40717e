// Methods of providers that are enforced, and the module that makes them so.
import { Inject, Injectable, Module, Scope, SetMetadata } from "@nestjs/common";
import { Test } from "@nestjs/testing";
import { type Policy, PolicyDeniedError, PolicyEngine, PortcullisError } from "portcullis";
import {
  EnforceAgentStep,
  EnforceTool,
  EnforceToolRuntime,
  InjectDecisions,
  POLICY_DECISIONS,
  PolicyEngineModule,
} from "portcullis/nestjs";
import {
  type DecisionPoint,
  Enforcer,
  type Facts,
  type FactsQuery,
  type Limiter,
  type Permit,
  type StepPermit,
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
