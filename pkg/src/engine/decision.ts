// Decisions: what the core decided, as plain objects. Parts that no request changes are made once and frozen.
import type { ApprovalRequirement } from "../types/generated/ApprovalRequirement.js";
import type { Decision } from "../types/generated/Decision.js";
import type { Limit } from "../types/generated/Limit.js";
import type { Reason } from "../types/generated/Reason.js";
import type { Shadow } from "../types/generated/Shadow.js";
import type { ColdCore } from "./instance.js";
import type { Memory } from "./memory.js";

/** In the order of their numbers, as all of these lists. */
export const DECISION_EFFECTS = ["allow", "deny", "require_approval"] as const;
export const DECISION_CODES = [
  "allowed",
  "denied_by_policy",
  "no_matching_allow",
  "approval_required",
  "limit_exceeded",
  "invalid_request",
  "policies_unavailable",
  "engine_failure",
] as const;
/** Of an outcome: that the mode is `auto`; that there are lists beside the reasons. */
const AUTO = 1 << 5;
const LISTS = 1 << 6;
/** That the lists have moved. */
export const MOVED = 1 << 7;

/** Marks a reason that comes with an error. */
const WITH_ERROR = 0x8000_0000;

/** All lists without elements are this one. */
export const NONE: never[] = Object.freeze([]) as unknown as never[];

/** A limit but for what depends on the request, and the nodes that that is at. */
type LimitTemplate = Limit & { readonly key_nodes: readonly number[]; readonly amount_node: number | null };

/** Makes decisions of the words that a core writes. */
export class DecisionReader {
  readonly #core: ColdCore;
  readonly #memory: Memory;
  /** By policy, without holes: an array with few elements far apart is a hash table. */
  readonly #reasons: (Reason | undefined)[] = [];
  readonly #approvals = new Map<number, ApprovalRequirement>();
  readonly #shadows = new Map<number, Shadow>();
  readonly #limits = new Map<string, LimitTemplate>();
  readonly #picked: number[] = [];

  constructor(core: ColdCore, memory: Memory) {
    this.#core = core;
    this.#memory = memory;
  }

  /** The decision that an outcome says, with its lists from a word of the memory on; `values` are the request's, by node. */
  read(outcome: number, words: Uint32Array, at: number, values: readonly unknown[], policySet: string): Decision {
    const effect = DECISION_EFFECTS[outcome & 3] ?? "deny";
    const code = DECISION_CODES[(outcome >>> 2) & 7] ?? "engine_failure";
    const mode = (outcome & AUTO) === 0 ? "draft" : "auto";
    const count = outcome >>> 8;
    if ((outcome & LISTS) !== 0) return this.#readLists(effect, code, mode, words, at, count, values, policySet);
    const reasons = count === 0 ? NONE : this.#reasonList(words, at, count);
    return { effect, code, mode, reasons, limits: NONE, approvals: NONE, shadow: NONE, policy_set: policySet };
  }

  #readLists(
    effect: Decision["effect"],
    code: Decision["code"],
    mode: Decision["mode"],
    words: Uint32Array,
    at: number,
    reasonCount: number,
    values: readonly unknown[],
    policySet: string,
  ): Decision {
    const countsAt = at + reasonCount;
    const limitCount = words[countsAt] as number;
    const approvalCount = words[countsAt + 1] as number;
    const shadowCount = words[countsAt + 2] as number;
    const approvalsAt = limitCount * 2;
    const shadowAt = approvalsAt + approvalCount;
    // Everything is taken out before the core is asked for more, since its memory may then move.
    const lists = words.slice(countsAt + 3, countsAt + 3 + shadowAt + shadowCount);
    const reasons = reasonCount === 0 ? NONE : this.#reasonList(words, at, reasonCount);
    const limits: Limit[] = limitCount === 0 ? NONE : [];
    for (let i = 0; i < limitCount; i++) {
      limits.push(this.#limit(lists[i * 2] as number, lists[i * 2 + 1] as number, values));
    }
    const approvals: ApprovalRequirement[] = approvalCount === 0 ? NONE : [];
    for (let i = 0; i < approvalCount; i++) approvals.push(this.#approval(lists[approvalsAt + i] as number));
    const shadow: Shadow[] = shadowCount === 0 ? NONE : [];
    for (let i = 0; i < shadowCount; i++) shadow.push(this.#shadow(lists[shadowAt + i] as number));
    return { effect, code, mode, reasons, limits, approvals, shadow, policy_set: policySet };
  }

  #reasonList(words: Uint32Array, at: number, count: number): Reason[] {
    const reasons = this.#reasons;
    // With its size from the start: an array that grows makes room for sixteen more.
    const list = new Array<Reason>(count);
    for (let i = 0; i < count; i++) {
      const word = words[at + i] as number;
      const known = word < reasons.length ? reasons[word] : undefined;
      if (known === undefined) return this.#newReasons(words, at, count);
      list[i] = known;
    }
    return list;
  }

  #newReasons(words: Uint32Array, at: number, count: number): Reason[] {
    const picked = this.#picked;
    for (let i = 0; i < count; i++) picked[i] = words[at + i] as number;
    return picked.slice(0, count).map((word, i) => this.#reason(word, i));
  }

  #reason(word: number, index: number): Reason {
    if (word >= WITH_ERROR) return JSON.parse(this.#core.fault(index));
    const reasons = this.#reasons;
    const known = word < reasons.length ? reasons[word] : undefined;
    if (known !== undefined) return known;
    const reason: Reason = frozen(this.#core.reason(word));
    while (reasons.length <= word) reasons.push(undefined);
    reasons[word] = reason;
    return reason;
  }

  #limit(policy: number, index: number, values: readonly unknown[]): Limit {
    const place = `${policy}/${index}`;
    let template = this.#limits.get(place);
    if (template === undefined) {
      template = frozen(this.#core.limit(policy, index)) as LimitTemplate;
      this.#limits.set(place, template);
    }
    const { policy_id, meter, kind, per, key_nodes, window, max, burst, amount_node, on_exceed } = template;
    const key = key_nodes.map((node) => values[node] as string);
    const amount = amount_node === null ? null : this.#memory.number(amount_node) + 0;
    return { policy_id, index, meter, kind, per, key, window, max, burst, amount, on_exceed };
  }

  #approval(policy: number): ApprovalRequirement {
    let approval = this.#approvals.get(policy);
    if (approval === undefined) {
      approval = frozen(this.#core.approval(policy)) as ApprovalRequirement;
      this.#approvals.set(policy, approval);
    }
    return approval;
  }

  #shadow(policy: number): Shadow {
    let shadow = this.#shadows.get(policy);
    if (shadow === undefined) {
      shadow = frozen(this.#core.shadow(policy)) as Shadow;
      this.#shadows.set(policy, shadow);
    }
    return shadow;
  }
}

/** Parses JSON and freezes all of it. */
function frozen<T>(json: string): T {
  const freeze = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null) return value;
    for (const part of Object.values(value)) freeze(part);
    return Object.freeze(value);
  };
  return freeze(JSON.parse(json)) as T;
}

const FAILED = {
  message: "The policy engine failed and is being rebuilt.",
  remedy: "Try again in a few seconds.",
};

/** The denial where the engine itself can't decide; frozen. */
export function deniedByFailure(policySet: string, { message, remedy } = FAILED): Decision {
  const reason: Reason = { policy_id: null, policy_name: null, effect: "deny", message, remedy, error: null };
  return Object.freeze<Decision>({
    effect: "deny",
    code: "engine_failure",
    mode: "draft",
    reasons: Object.freeze([Object.freeze(reason)]) as Reason[],
    limits: NONE,
    approvals: NONE,
    shadow: NONE,
    policy_set: policySet,
  });
}
