// Where `portcullis serve` has its policies: a service, and with a database the stores beside it.
import { FileSource } from "../../service/files.js";
import { PolicyEngineService } from "../../service/service.js";
import type { Database } from "../../store/connection.js";
import type { Actor } from "../../store/draft.js";
import { ApiKeyStore } from "../../store/keys.js";
import { migrate } from "../../store/migrate.js";
import { openDatabase } from "../../store/open.js";
import { DatabaseSource } from "../../store/source.js";
import { PolicyStore } from "../../store/store.js";
import type { Policy } from "../../types/generated/Policy.js";
import type { Engine } from "../command.js";
import { findingText, hasErrors } from "../findings.js";
import { readSet } from "../source/set.js";
import type { Sink } from "../terminal.js";
import type { Where } from "./options.js";

export interface Policies {
  readonly service: PolicyEngineService;
  readonly store: PolicyStore | undefined;
  readonly keys: ApiKeyStore | undefined;
  readonly catalogue: string | undefined;
  /** Policies that were put into an empty store. */
  readonly seeded: number;
  close(): Promise<void>;
}

export interface PoliciesOptions {
  readonly where: Where;
  readonly catalogueFile: string | undefined;
  readonly schema: string | undefined;
  readonly migrates: boolean;
  readonly seed: readonly string[];
}

/** Opens them; nothing where files don't load, which has been said. */
export async function opened(engine: Engine, options: PoliciesOptions, err: Sink): Promise<Policies | undefined> {
  const { where, catalogueFile, schema } = options;
  const seed = await readSet(options.seed, catalogueFile);
  for (const finding of seed.findings) await err.write(findingText(finding, err.style));
  if (hasErrors(seed.findings)) return undefined;
  const { catalogue } = seed;
  if (where.kind === "files") {
    const source = new FileSource({ files: where.files, catalogue: catalogueFile });
    const service = await new PolicyEngineService(engine, { source }).begin();
    return { service, store: undefined, keys: undefined, catalogue, seeded: 0, close: () => service.close() };
  }
  const embedded = where.address === undefined || where.address === "" || where.address.startsWith("pglite:");
  const database = await openDatabase(where.address);
  try {
    if (embedded || options.migrates) await migrate(database, { ...(schema !== undefined && { schema }) });
    const stored = { database, schema };
    const store = new PolicyStore(engine.validate, { ...stored, catalogue });
    const seeded = await seededInto(database, store, seed.policies);
    const service = await new PolicyEngineService(engine, { source: new DatabaseSource(stored), catalogue }).begin(
      "deny",
    );
    const close = async () => {
      await service.close();
      await database.close?.();
    };
    return { service, store, keys: new ApiKeyStore(stored), catalogue, seeded, close };
  } catch (error) {
    await database.close?.();
    throw error;
  }
}

/** Puts policies into a store whose owners have none; all or none of them. Those of tenants are given new ids. */
async function seededInto(database: Database, store: PolicyStore, texts: readonly string[]): Promise<number> {
  const policies = texts.flatMap((text) => JSON.parse(text) as Policy | Policy[]);
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
