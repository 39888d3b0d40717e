// Carries an attack out: every call must end as it should, and honest requests must fare as before.
import type { Decision, Grant, Known, Request } from "portcullis";
import type { Attack, Expected } from "./attack.js";
import { digestOf, request, type Victim } from "./victim.js";

export interface Struck {
  readonly name: string;
  /** What went wrong; nothing, if all is well. */
  readonly problems: string[];
  /** Milliseconds of the longest call, and which one it was. */
  readonly ms: number;
  readonly longest: string;
}

/** How a decision differs from what is expected. */
function difference(expected: Expected, decision: Decision): string | undefined {
  const { code, reasons } = decision;
  const told = `${code} ${JSON.stringify(reasons.map(({ policy_id, error }) => [policy_id, error?.code, error?.field])).slice(0, 300)}`;
  const fits = () => {
    if ("allowed" in expected) return code === "allowed" && decision.effect === "allow";
    if ("approval" in expected)
      return code === "approval_required" && decision.approvals[0]?.policy_id === expected.approval;
    if (decision.effect !== "deny") return false;
    if ("invalid" in expected) return code === "invalid_request" && reasons[0]?.error?.field === expected.invalid;
    const reason = reasons.find(({ policy_id }) => policy_id === expected.policy);
    return code === "denied_by_policy" && reason !== undefined && (reason.error?.code ?? null) === expected.error;
  };
  return fits() ? undefined : `${told}, and not ${JSON.stringify(expected)}`;
}

const TYPED = /^(PortcullisError|PolicyDeniedError|ApprovalRequiredError|DigestError|PolicySetError)$/;

/** Carries out one attack by all calls that take a request. */
export function strike({ engine, honestly }: Victim, attack: Attack): Struck {
  const { name, make, expected, fickle = false, large = false, decisionsOnly = false } = attack;
  const problems: string[] = [];
  const before = honestly();
  const took: [number, string][] = [];
  const call = <T>(what: string, of: (asked: Request) => T, judge: (result: T) => string | undefined): void => {
    const asked = make() as Request;
    const start = performance.now();
    let problem: string | undefined;
    try {
      const result = of(asked);
      took.push([performance.now() - start, what]);
      problem = judge(result);
    } catch (error) {
      took.push([performance.now() - start, what]);
      const { name: thrown, code } = error as { name?: string; code?: string };
      const typed = what === "residual" && thrown === "PortcullisError" && code === "invalid_argument";
      problem = what.startsWith("enforce") ? judgeThrown(thrown, code) : typed ? undefined : `throws ${String(error)}`;
    }
    if (problem !== undefined) problems.push(`${name}: ${what}: ${problem} ${String(engine.lastFailure ?? "")}`);
    if (honestly() !== before) problems.push(`${name}: after ${what}, honest requests fare otherwise`);
  };
  const judgeThrown = (thrown: string | undefined, code: string | undefined) => {
    const wanted = "allowed" in expected ? "" : "approval" in expected ? "ApprovalRequiredError" : "PolicyDeniedError";
    if (fickle && TYPED.test(thrown ?? "")) return undefined;
    return thrown === wanted ? undefined : `throws ${thrown} ${code}`;
  };
  const asExpected = (decision: Decision) => difference(expected, decision);
  const harmless = (decision: Decision) =>
    decision.effect !== "allow" || "allowed" in expected || fickle ? undefined : "allows";

  call("decide", (asked) => engine.decide(asked), asExpected);
  call("enforce", (asked) => engine.enforce(asked), asExpected);
  call(
    "decideMany",
    (asked) => engine.decideMany([request() as never, asked, request() as never]),
    ([first, hostile, last]) =>
      first?.code !== "allowed" || last?.code !== "allowed" ? "harms others" : asExpected(hostile as Decision),
  );
  const ended = (): Struck => {
    const [ms, longest] = took.reduce((most, one) => (one[0] > most[0] ? one : most));
    return { name, problems, ms, longest };
  };
  if (decisionsOnly) return ended();
  call(
    "preview",
    (asked) => engine.preview(asked, { unknown: ["purpose"] }),
    ({ effects }) => (effects.includes("allow") && !("allowed" in expected || fickle) ? "may allow" : undefined),
  );
  call(
    "previewMany",
    (asked) => engine.previewMany(asked, { unknown: ["input.other"], vary: { app: [null, { id: "a" }] } }),
    (cells) => (cells.length === 2 && cells.every(({ effects }) => effects.length > 0) ? undefined : "lacks cells"),
  );
  // What is known is read whole, without caps: it is the host's own.
  if (!large) {
    call(
      "residual",
      (asked) => engine.residual(asked as unknown as Known),
      (residual) => (residual.policies.length >= 0 ? undefined : "lacks policies"),
    );
  }
  // What has a digest is decided on a snapshot, which JavaScript's own values may not survive as they were.
  call("decide with grants", (asked) => engine.decide(asked, { grants: [] }), fickle ? harmless : asExpected);
  for (const reader of large ? [undefined] : (["agent", "approver", "author", undefined] as const)) {
    call(
      `explain to ${reader ?? "programs"}`,
      (asked) => engine.explain(asked, reader && { reader }),
      (told) => {
        if (typeof told === "string") return told === "" ? "says nothing" : undefined;
        return (fickle ? harmless : asExpected)(told.decision);
      },
    );
  }
  call(
    "requestDigest",
    (asked) => digestOf(engine, asked),
    (digest) => (/^(sha256:[0-9a-f]{64}|none for .*)$/s.test(digest) ? undefined : `answers ${digest}`),
  );
  call(
    "grants",
    (asked) => engine.decide(request({ tool: { id: "refund" } }) as never, { grants: asked as unknown as Grant[] }),
    (decision) => difference({ approval: "gate" }, decision),
  );
  call(
    "one of the grants",
    (asked) => engine.decide(request({ tool: { id: "refund" } }) as never, { grants: [asked as unknown as Grant] }),
    (decision) => difference({ approval: "gate" }, decision),
  );
  return ended();
}

/** The five that took longest, as a table. */
export function slowest(host: string, struck: readonly Struck[]): string {
  const five = [...struck].sort((a, b) => b.ms - a.ms).slice(0, 5);
  const rows = five.map(({ ms, longest, name }) => `${ms.toFixed(1).padStart(9)}  ${longest.padEnd(20)}  ${name}`);
  return [`the slowest attacks in ${host}:`, "       ms  call                  attack", ...rows].join("\n");
}
