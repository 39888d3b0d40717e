// A program that uses the package's types. It is checked, never run.
import {
  ApprovalRequiredError,
  type Catalogue,
  type Decision,
  type Diagnostic,
  type Explanation,
  type Grant,
  type Policy,
  PolicyDeniedError,
  PolicyEngine,
  PolicySetError,
  PortcullisError,
  type Request,
  ready,
  toFacts,
  validate,
} from "portcullis";
import * as base64 from "portcullis/base64";
import * as brought from "portcullis/module";
import { pglite } from "portcullis/pglite";
import binary from "portcullis/portcullis.wasm";
import { type PostgresOptions, postgres } from "portcullis/postgres";
import {
  type Actor,
  CallDeniedError,
  type Database,
  databaseSource,
  Enforcer,
  type Facts,
  type FactsProvider,
  fileSource,
  type Health,
  MemoryLimiter,
  migrate,
  type Permit,
  PolicyEngineService,
  PolicyStore,
  type Queryable,
  RevisionConflictError,
  type Saved,
} from "portcullis/service";
import { allowAll, type FixedNow, withNow } from "portcullis/testing";

const policy: Policy = {
  id: "refunds",
  name: "refunds",
  scope: "tool",
  effect: "require_approval",
  rule_expr: {
    target: ["refund"],
    when: { all: [{ field: "input.cents", gt: 1 }, { not: { field: "user.roles", includes: "lead" } }] },
    approval: { approvers: { roles: ["lead"] } },
  },
};
const catalogue: Catalogue | null = null;
// @ts-expect-error There is no such effect.
export const wrong: Policy = { ...policy, effect: "perhaps" };

/** Every entry point has the same API. */
export function engines(): readonly PolicyEngine[] {
  brought.init(binary);
  // @ts-expect-error It takes a compiled binary, not its path.
  brought.init("portcullis.wasm");
  const same: readonly Pick<typeof base64, "PolicyEngine" | "ready" | "validate">[] = [base64, brought];
  return same.map((entry) => entry.PolicyEngine.loadSync({ policies: [policy] }));
}

/** Limits need no mode beside them. */
export const capped: Policy = {
  id: "capped",
  name: "capped",
  scope: "global",
  effect: "modify",
  rule_expr: { then: { limits: [{ meter: "llm_calls", per: ["run"], max: 10 }] } },
};

export async function decide(request: Request, log: (...facts: unknown[]) => void): Promise<Decision> {
  await ready();
  const found: readonly Diagnostic[] = validate([policy, JSON.stringify(policy)], catalogue).diagnostics;
  if (found.some(({ severity }) => severity === "error")) throw new PolicySetError(found);
  using engine = await PolicyEngine.load({ policies: [policy] });
  const grant: Grant = {
    policy_id: policy.id,
    policy_digest: engine.decide(request).approvals[0]?.policy_digest ?? "",
    request_digest: engine.requestDigest(request),
    mode: "auto",
  };
  const explanation: Explanation = engine.explain(request);
  const text: string = engine.explain(request, { reader: "approver" });
  // @ts-expect-error There is no such reader.
  engine.explain(request, { reader: "nobody" });
  const fixed: FixedNow = withNow(allowAll(), 0);
  try {
    return engine.enforce(request, { grants: [grant] });
  } catch (error) {
    if (PolicyDeniedError.is(error)) return error.decision;
    if (ApprovalRequiredError.is(error)) log(error.approvals.length, explanation.decision.code, text);
    if (PortcullisError.is(error)) log(error.code, error.remedy, error.retryable, error.toJSON());
    return fixed.decide({ ...request, input: toFacts(request.input) });
  }
}

export async function serve(client: Queryable, request: Request, options: PostgresOptions): Promise<Decision> {
  const database: Database = await postgres("postgres://host/database", options);
  await migrate(await pglite("folder"), { roles: true });
  const store = new PolicyStore({ database, role: "portcullis_app" });
  const actor: Actor = { tenant: "acme", by: "ann" };
  const { policy: stored }: Saved = await store.within(client).create(actor, policy);
  try {
    await store.replace(actor, stored.id, { ...stored, name: "other" }, stored);
  } catch (error) {
    if (RevisionConflictError.is(error)) await store.restore(actor, stored.id, 1, { revision: error.current });
  }
  // @ts-expect-error A write needs the revision that it is based on.
  await store.delete(actor, stored.id);
  // @ts-expect-error A service is started, not constructed.
  new PolicyEngineService({ source: fileSource({ files: ["policies"] }) });
  const service = await PolicyEngineService.start({ source: databaseSource({ database }), pollMs: 1_000 });
  const { status }: Health = service.health();
  return status === "unavailable" ? service.decide(request) : service.decide(request, { grants: [] });
}

interface Session {
  readonly user: string;
}

/** An enforcer is typed by its host's context, and each call by its input and result. */
export async function enforced(decisions: PolicyEngine): Promise<string> {
  const facts: FactsProvider<Session> = {
    facts: ({ id, context }): Facts => ({
      ...{ tenant: { id: "acme" }, app: null, workflow: null, agent: null, run: null },
      user: { id: context.user },
      tool: { id, supports_draft: true },
    }),
  };
  const enforcer = new Enforcer<Session>({ decisions, facts, limiter: new MemoryLimiter() });
  const call = { input: { to: ["bob"] }, context: { user: "ann" } };
  const sent = enforcer.toolCall("send", call, ({ input, mode }: Permit<typeof call.input>) => {
    // @ts-expect-error What was decided can't be changed.
    input.to.push("eve");
    return `${mode} ${input.to[0]}`;
  });
  // @ts-expect-error The host's context is its own.
  const foreign = enforcer.toolCall("send", { input: {}, context: {} }, () => 1);
  await foreign.catch((error: unknown) => CallDeniedError.is(error) && error.limit?.retry_after_ms);
  return enforcer.agentStep("helper", call, ({ step }) => (step.signal.aborted ? "ended" : sent));
}
