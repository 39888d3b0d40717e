// What an enforcer needs of its host, and nothing more.
import type { DecideOptions, ExplanationReader } from "../../engine/engine.js";
import type { Limiter } from "../../limits/port.js";
import type { ApprovalRequirement } from "../../types/generated/ApprovalRequirement.js";
import type { Decision } from "../../types/generated/Decision.js";
import type { Grant } from "../../types/generated/Grant.js";
import type { Mode } from "../../types/generated/Mode.js";
import type { Entity, Request, Run } from "../../types/inputs.js";
import type { CallInfo } from "./call.js";
import type { Observer } from "./reports.js";

/** Whoever decides: a `PolicyEngine`, or a service around one. */
export interface DecisionPoint {
  decide(request: Request, options?: DecideOptions): Decision;
  explain(request: Request, options: { readonly reader: ExplanationReader }): string;
  requestDigest(request: Request): string;
  /**
   * Another one whenever policies may have changed. Where there is none, what was decided before somebody was waited for
   * is decided once more.
   */
  readonly version?: unknown;
  /** How its decisions are enforced, where the enforcer is not told. */
  readonly enforcement?: "enforce" | "shadow";
}

/** What a platform knows of a tool. */
export interface ToolFacts extends Entity {
  readonly risk_level?: string;
  readonly side_effects?: readonly string[];
  /** Whether it can be called so that nothing takes effect. Where this is not `true`, it is refused in draft mode. */
  readonly supports_draft?: boolean;
}

/** What is known of a call, beside its input. Each entity is stated; `null` says that there is none. */
export interface Facts {
  readonly tenant: Entity;
  readonly app: Entity | null;
  readonly user: Entity | null;
  readonly workflow: Entity | null;
  readonly agent: Entity | null;
  readonly tool: ToolFacts | null;
  readonly run: Run | null;
  /** Whatever else policies read, such as `usage`. `action`, `now` and `input` are the enforcer's. */
  readonly [fact: string]: unknown;
}

/** What facts are asked for. The input is not among it: facts never come from a caller's arguments. */
export interface FactsQuery<Context = unknown> {
  readonly action: string;
  /** Of the tool, the agent, the workflow or the model. */
  readonly id: string;
  /** What the host passed with the call: whose session it is, which run. */
  readonly context: Context;
}

/** Looks facts up on the server. What it throws, rejects or gets wrong, and what takes too long, denies the call. */
export interface FactsProvider<Context = unknown> {
  facts(query: FactsQuery<Context>): Facts | Promise<Facts>;
}

/** What people are to have approved: this very call. */
export interface ApprovalQuery {
  readonly call: CallInfo;
  readonly request: Request;
  /** What a grant binds, beside the digests of the policies in `approvals`. */
  readonly requestDigest: string;
  /** What a grant binds as well. */
  readonly mode: Mode;
  /** Who is to approve it, by policy. */
  readonly approvals: readonly ApprovalRequirement[];
}

/** An approval that is claimed for one call: started and ended, or released. Each is said at most once. */
export interface ApprovalClaim {
  /** What people have granted; the core holds it against the request and the policies. */
  readonly grants: readonly Grant[];
  /**
   * Right before the work is begun: from here on the approval is spent. Resolves once that is kept, so that what is
   * lost after it is not run again; what it throws stops the call.
   */
  start(): void | Promise<void>;
  /** After the work. */
  end(outcome: "returned" | "threw"): void | Promise<void>;
  /** The work was not begun: the approval is there for the next who asks. */
  release(): void | Promise<void>;
}

/** What people have approved, as the host has kept it. It has nothing of it from a call: that would be a caller's word. */
export interface Approvals {
  /** Claims an approval of a call, so that no other call has it meanwhile; nothing where there is none. */
  claim(query: ApprovalQuery): ApprovalClaim | undefined | Promise<ApprovalClaim | undefined>;
}

/** What becomes of a step in which a call was stopped: it fails with the first denial, or goes on without the call. */
export type OnDenial = "end" | "continue";

/** How an enforcer is set up. */
export interface EnforcerOptions<Context = unknown> {
  readonly decisions: DecisionPoint;
  readonly facts: FactsProvider<Context>;
  /** Counts limits. Without one, a decision with limits denies. */
  readonly limiter?: Limiter | undefined;
  /** Asked where people must approve a call. Without it, each such call pauses. In shadow it is not asked. */
  readonly approvals?: Approvals | undefined;
  /** `shadow` decides and reports everything and stops nothing. As `decisions` say, or `enforce`, unless said here. */
  readonly enforcement?: "enforce" | "shadow" | undefined;
  /** `end` unless said otherwise. */
  readonly onDenial?: OnDenial | undefined;
  readonly observer?: Observer | undefined;
  /** How long facts may take, in milliseconds; 2,000 unless said otherwise. */
  readonly factsTimeoutMs?: number | undefined;
  /** How long the limiter may take, in milliseconds; 2,000 unless said otherwise. */
  readonly limiterTimeoutMs?: number | undefined;
  /** How long `approvals` may take, in milliseconds; 2,000 unless said otherwise. */
  readonly approvalsTimeoutMs?: number | undefined;
  /** Milliseconds since 1970. */
  readonly clock?: (() => number) | undefined;
}
