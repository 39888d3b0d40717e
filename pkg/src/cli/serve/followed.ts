// The catalogue of policies from files, as the service has it: what callers are told changes with the file too.
import type { Validate } from "../../engine/validate.js";
import type { PolicySource } from "../../service/source.js";
import type { Catalogue } from "../../types/generated/Catalogue.js";

type Known = string | Catalogue | null | undefined;

export interface Followed {
  readonly source: PolicySource;
  /** The latest by which the policies load. */
  readonly catalogue: () => Known;
}

/** Listens to what a source loads. */
export function followed(source: PolicySource, validate: Validate): Followed {
  let known: Known;
  const load = async () => {
    const snapshot = await source.load();
    const { diagnostics } = validate(
      snapshot.policies.map(({ text }) => text),
      snapshot.catalogue ?? null,
    );
    // One with mistakes the service does not take over either.
    if (diagnostics.every(({ severity }) => severity !== "error")) known = snapshot.catalogue;
    return snapshot;
  };
  const following: PolicySource = {
    load,
    changes: (since) => source.changes(since),
    ...(source.watch && { watch: source.watch.bind(source) }),
    ...(source.place && { place: source.place.bind(source) }),
  };
  return { source: following, catalogue: () => known };
}
