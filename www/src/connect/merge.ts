// What the editor holds and what the server has by now, brought together: by what was read, and never over what was typed.
import type { PolicyValue } from "../state/form.js";
import { contentOf, same } from "./policies.js";
import type { StoredPolicy } from "./wire.js";

/** A policy as it was read. */
export interface Base {
  readonly policy: StoredPolicy;
  /** The revision that says that it was deleted, where it is to be brought back with the next save. */
  readonly deleted?: number;
}

export type Bases = ReadonlyMap<string, Base>;

/** Policies that were changed here and there: what they are there, and nothing where they were deleted. */
export type Conflicts = ReadonlyMap<string, StoredPolicy | null>;

/** A change that the editor's text needs. */
export type Step =
  | { readonly id: string; readonly set: StoredPolicy }
  | { readonly id: string; readonly remove: true }
  | { readonly add: StoredPolicy };

export interface Merged {
  readonly bases: Bases;
  readonly conflicts: Conflicts;
  readonly steps: readonly Step[];
}

export function merged(mine: ReadonlyMap<string, PolicyValue>, bases: Bases, theirs: readonly StoredPolicy[]): Merged {
  const next = new Map(bases);
  const conflicts = new Map<string, StoredPolicy | null>();
  const steps: Step[] = [];
  const there = new Map(theirs.map((policy) => [policy.id, policy]));
  for (const policy of theirs) {
    const { id } = policy;
    const [base, own] = [bases.get(id)?.policy, mine.get(id)];
    const take = () => next.set(id, { policy });
    if (base === undefined) {
      // A tenant's is given its id by the server; the platform's has the one that it was sent with.
      const mayBeOurs = own === undefined && policy.tenant_id !== null;
      const twin = mayBeOurs ? twinOf(policy, mine, bases, there) : undefined;
      if (own !== undefined && !same(own, policy)) conflicts.set(id, policy);
      else {
        take();
        if (twin !== undefined) steps.push({ id: twin, set: policy });
        else if (own === undefined) steps.push({ add: policy });
      }
    } else if (own !== undefined && same(own, policy)) take();
    // Where only the number has moved on, what was typed is still based on what is there.
    else if (base.revision === policy.revision || same(base, policy)) take();
    else if (own !== undefined && same(own, base)) {
      take();
      steps.push({ id, set: policy });
    } else conflicts.set(id, policy);
  }
  for (const [id, { policy, deleted }] of bases) {
    if (there.has(id) || deleted !== undefined) continue;
    const own = mine.get(id);
    if (own !== undefined && !same(own, policy)) conflicts.set(id, null);
    else {
      next.delete(id);
      if (own !== undefined) steps.push({ id, remove: true });
    }
  }
  return { bases: next, conflicts, steps };
}

/** A new policy of the editor that says what one of the server's says: it was saved, and its answer lost. */
function twinOf(
  policy: StoredPolicy,
  mine: ReadonlyMap<string, PolicyValue>,
  bases: Bases,
  there: ReadonlyMap<string, StoredPolicy>,
): string | undefined {
  for (const [id, own] of mine) {
    if (bases.has(id) || there.has(id)) continue;
    if (same({ ...contentOf(own), id: policy.id }, policy)) return id;
  }
  return undefined;
}
