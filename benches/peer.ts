// What a peer is to the benchmark, and how policies that a peer evaluates one by one come to an effect.
import type { Request } from "portcullis";
import type { Bounds } from "./workload.js";

export interface Answer {
  readonly effect: "allow" | "deny" | "require_approval";
  /** Ids of the policies that apply, in any order; none where the peer does not tell all of them. */
  readonly reasons?: readonly string[];
}

export type Ask = (request: Request) => Answer | Promise<Answer>;

/** One way to use a peer. */
export interface Way {
  /** For the table: how it is used. */
  readonly how: string;
  /** Whether it looks policies up, or goes through all of them. */
  readonly indexed: boolean;
  /** Loads the policies of these tools. */
  readonly load: (tools: readonly Bounds[]) => Ask | Promise<Ask>;
}

export interface Peer {
  /** Its name in the registry. */
  readonly package: string;
  readonly ways: readonly Way[];
}

export type Kind = "allow" | "most" | "region" | "review" | "cost";

/** A policy in a peer's own form. */
export interface Ruled<T> {
  readonly id: string;
  readonly kind: Kind;
  readonly rule: T;
}

/** The decision rule, for peers that only say of each policy whether it applies. */
export function concluded<T>(policies: readonly Ruled<T>[], applies: (rule: T) => boolean): Answer {
  let denied = false;
  let asked = false;
  let allowed = false;
  const reasons: string[] = [];
  for (const { id, kind, rule } of policies) {
    if (!applies(rule)) continue;
    reasons.push(id);
    if (kind === "allow") allowed = true;
    else if (kind === "review") asked = true;
    else if (kind !== "cost") denied = true;
  }
  return { effect: denied || !allowed ? "deny" : asked ? "require_approval" : "allow", reasons };
}

/** One list of all policies, and a list for each tool. */
export function listed<T>(
  tools: readonly Bounds[],
  rulesOf: (bounds: Bounds) => Readonly<Record<Kind, T>>,
): { readonly all: readonly Ruled<T>[]; readonly byTool: ReadonlyMap<string, readonly Ruled<T>[]> } {
  const byTool = new Map<string, readonly Ruled<T>[]>();
  for (const bounds of tools) {
    const rules = Object.entries(rulesOf(bounds)) as [Kind, T][];
    byTool.set(
      bounds.tool,
      rules.map(([kind, rule]) => ({ id: `${bounds.tool}-${kind}`, kind, rule })),
    );
  }
  return { all: [...byTool.values()].flat(), byTool };
}

export function toolOf(request: Request): string {
  return (request.tool as { id: string }).id;
}
