// The policies that `portcullis serve` begins with, where a store has none.
import type { Validate } from "../../engine/validate.js";
import type { Database } from "../../store/connection.js";
import type { Actor } from "../../store/draft.js";
import type { PolicyStore } from "../../store/store.js";
import type { Diagnostic } from "../../types/generated/Diagnostic.js";
import type { Policy } from "../../types/generated/Policy.js";
import { findingText, hasErrors, tally } from "../findings.js";
import { readSet } from "../source/set.js";
import type { Sink } from "../terminal.js";

export interface Seed {
  readonly policies: readonly string[];
  readonly catalogue: string | undefined;
}

/** Reads files as one set; nothing where something is wrong with it, all of which has been said. */
export async function readSeed(
  files: readonly string[],
  catalogueFile: string | undefined,
  validate: Validate,
  err: Sink,
): Promise<Seed | undefined> {
  const { policies, catalogue, findings, place } = await readSet(files, catalogueFile);
  const { diagnostics } = validate(policies, catalogue ?? null);
  const errors = [...findings, ...place(diagnostics.filter((finding) => !isUnnamed(finding)))].filter(
    ({ severity }) => severity === "error",
  );
  if (!hasErrors(errors)) return { policies, catalogue };
  for (const finding of errors) await err.write(findingText(finding, err.style));
  await err.write(`it does not start, and stores nothing: ${tally(errors)}\n`);
  return undefined;
}

/** The store gives ids to those that have none. */
function isUnnamed({ code, message }: Diagnostic): boolean {
  return code === "missing_key" && message.includes("`id`");
}

/** Puts policies into a store whose owners have none; all or none of them. Those of tenants are given new ids. */
export async function seededInto(database: Database, store: PolicyStore, texts: readonly string[]): Promise<number> {
  const policies = texts.flatMap((text) => JSON.parse(text) as Policy | Policy[]);
  // Without any, nothing is asked of a database that may be away.
  if (policies.length === 0) return 0;
  await database.transaction(async (connection) => {
    const within = store.within({ transaction: (work) => work(connection) });
    const actors = new Map(policies.map(({ tenant_id: tenant = null }) => [tenant, { tenant, by: "seed" }]));
    for (const actor of actors.values()) {
      const { policies: there } = await within.list(actor, { owner: "own", limit: 1 });
      if (there.length > 0) policies.length = 0;
    }
    for (const { id, ...policy } of policies) {
      const actor = actors.get(policy.tenant_id ?? null) as Actor;
      await within.create(actor, actor.tenant === null ? { ...policy, id } : policy);
    }
  });
  return policies.length;
}
