// What a consumer does with the package, and what comes of it.
import { allowed, denied, load, paused } from "./deciding.js";

export async function tour({ PolicyEngine, PolicyDeniedError, ApprovalRequiredError, PortcullisError }, testing) {
  const thrownBy = (call) => {
    try {
      call();
      return null;
    } catch (error) {
      return error;
    }
  };
  const engine = await load(PolicyEngine);
  const explained = engine.explain(denied);
  const denial = thrownBy(() => engine.enforce(denied));
  const pause = thrownBy(() => engine.enforce(paused));
  const seen = {
    decided: [allowed, denied, paused].map((request) => engine.decide(request).code),
    explained: [explained.decision.code, engine.explain(denied, { reader: "agent" })],
    enforced: engine.enforce(allowed).effect,
    denial: [denial.name, denial.code, denial instanceof PolicyDeniedError, ApprovalRequiredError.is(denial)],
    pause: [pause.name, pause.code, pause instanceof ApprovalRequiredError, pause.approvals[0].policy_id],
    isError: [denial, pause].every((error) => error instanceof Error && PortcullisError.is(error)),
    testing: [testing.allowAll().decide(denied).effect, testing.denyAll().decide(allowed).effect],
  };
  try {
    seen.withNow = testing.withNow(testing.allowAll(), 0).decide({ ...allowed, now: "soon" }).effect;
  } catch (error) {
    seen.withNow = String(error);
  }
  const { dispose } = Symbol;
  seen.disposes = typeof dispose === "symbol" ? typeof engine[dispose] === "function" : null;
  if (seen.disposes) engine[dispose]();
  else engine.close();
  seen.afterwards = engine.decide(allowed).code;
  return seen;
}
