// Each policy of the editor and of the server: how the two stand to one another, and what keeps it from being saved.
import { computed } from "@preact/signals";
import type { Path } from "../source/tree.js";
import type { PolicyValue } from "../state/form.js";
import type { Base } from "./merge.js";
import { contentOf, isAsStored } from "./policies.js";
import { bases, conflicts, owner, session } from "./session.js";
import { mine } from "./text.js";
import type { StoredPolicy } from "./wire.js";

export type State = "unchanged" | "changed" | "new" | "removed";

/** What keeps a change from being saved. */
export interface Obstacle {
  readonly words: string;
  /** The owner that would have to be named. */
  readonly owner?: string | null;
}

export interface Row {
  readonly id: string;
  readonly name: string;
  readonly state: State;
  /** Whether the caller may not write it. */
  readonly readOnly: boolean;
  readonly own?: { readonly path: Path; readonly value: PolicyValue; readonly index: number } | undefined;
  readonly base?: Base | undefined;
  /** Changed on the server as well: what it is there, and nothing where it was deleted. */
  readonly conflict?: { readonly theirs: StoredPolicy | null } | undefined;
  readonly obstacle?: Obstacle | undefined;
}

export const rows = computed<readonly Row[] | { readonly problem: string }>(() => {
  const policies = mine.value;
  if ("problem" in policies) return policies;
  const seen = new Set<string>();
  const own = policies.map(({ path, value }, index) => {
    const id = typeof value["id"] === "string" ? value["id"] : "";
    const again = seen.has(id);
    seen.add(id);
    const row = rowOf(id, { path, value, index });
    return again ? { ...row, state: "new" as const, obstacle: { words: "Another policy has the same id." } } : row;
  });
  const gone = [...bases.value].filter(([id]) => !seen.has(id)).map(([id]) => rowOf(id, undefined));
  return [...own, ...gone];
});

export const changes = computed<readonly Row[]>(() => {
  const all = rows.value;
  return "problem" in all ? [] : all.filter(({ state, conflict }) => state !== "unchanged" || conflict !== undefined);
});

/** Whether nothing of the server's is in the editor: then something else was opened, and nothing of that is meant. */
export const astray = computed(() => {
  const all = rows.value;
  return (
    bases.value.size > 0 && !("problem" in all) && all.every(({ state }) => state === "new" || state === "removed")
  );
});

function rowOf(id: string, own: Row["own"]): Row {
  const base = bases.value.get(id);
  const theirs = conflicts.value.get(id);
  const readOnly = !session.value?.caller.writes || (base !== undefined && base.policy.updated_by === null);
  const name = String(own?.value["name"] ?? base?.policy.name ?? "");
  const row = { id, name, state: stateOf(own?.value, base), readOnly, own, base };
  const conflict = theirs === undefined ? undefined : { theirs };
  return { ...row, conflict, obstacle: obstacleOf({ ...row, conflict }) };
}

function stateOf(own: PolicyValue | undefined, base: Base | undefined): State {
  if (own === undefined) return "removed";
  if (base === undefined) return "new";
  return base.deleted === undefined && isAsStored(own, base.policy) ? "unchanged" : "changed";
}

function obstacleOf({ id, state, readOnly, own, conflict }: Row): Obstacle | undefined {
  if (conflict !== undefined) return { words: "It was changed on the server too. Choose first." };
  if (state === "unchanged") return undefined;
  if (readOnly) {
    const words = session.value?.caller.writes
      ? "It belongs to the platform, so it is not saved."
      : "This token may read and not write, so it is not saved.";
    return { words };
  }
  if (id === "") return { words: "It has no id. Write one, of text." };
  if (own === undefined) return undefined;
  const said = contentOf(own.value)["tenant_id"];
  if (said === owner.value) return undefined;
  const whose = said === null ? "the platform’s" : `${String(said)}’s`;
  return {
    words: `Here it is ${whose}, and is decided so. Saved, it would be ${ownerWords(owner.value)}.`,
    owner: owner.value,
  };
}

export function ownerWords(tenant: string | null): string {
  return tenant === null ? "the platform’s" : `${tenant}’s`;
}
