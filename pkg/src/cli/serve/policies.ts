// Where `portcullis serve` has its policies: a service, and with a database the stores beside it.
import type { HandlerOptions } from "../../http/handler.js";
import { decisionSink } from "../../log/adapters.js";
import type { DecisionLog } from "../../log/log.js";
import type { DecisionReader } from "../../log/reader.js";
import { FileSource } from "../../service/files.js";
import { PolicyEngineService } from "../../service/service.js";
import { DatabaseDecisions } from "../../store/decisions.js";
import { ApiKeyStore } from "../../store/keys.js";
import { migrate } from "../../store/migrate.js";
import { openDatabase } from "../../store/open.js";
import { DatabaseSource } from "../../store/source.js";
import { PolicyStore } from "../../store/store.js";
import type { Engine } from "../command.js";
import type { Sink } from "../terminal.js";
import { followed } from "./followed.js";
import { begunLog, endedLog, type LogMode } from "./log.js";
import type { Where } from "./options.js";
import { readSeed, seededInto } from "./seed.js";

export interface Policies {
  readonly service: PolicyEngineService;
  readonly store: PolicyStore | undefined;
  readonly keys: ApiKeyStore | undefined;
  readonly log: DecisionLog | undefined;
  readonly decisions: DecisionReader | undefined;
  readonly catalogue: HandlerOptions["catalogue"];
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
  readonly log: LogMode;
}

/** Those that migrations make. The user of PGlite is bound by nothing unless it takes one. */
const ROLES = { app: "portcullis_app", loader: "portcullis_loader", log: "portcullis_log" };

/** Opens them; nothing where files don't load, which has been said. */
export async function opened(engine: Engine, options: PoliciesOptions, err: Sink): Promise<Policies | undefined> {
  const { where, catalogueFile, schema } = options;
  const seed = await readSeed(options.seed, catalogueFile, engine.validate, err);
  if (seed === undefined) return undefined;
  if (where.kind === "files") {
    const files = new FileSource({ files: where.files, catalogue: catalogueFile });
    const { source, catalogue } = followed(files, engine.validate);
    const service = await new PolicyEngineService(engine, { source }).begin();
    const none = { store: undefined, keys: undefined, log: undefined, decisions: undefined, seeded: 0 };
    return { service, ...none, catalogue, close: () => service.close() };
  }
  const { catalogue } = seed;
  const embedded = where.address === undefined || where.address === "" || where.address.startsWith("pglite:");
  const database = await openDatabase(where.address);
  try {
    if (embedded || options.migrates)
      await migrate(database, { ...(schema !== undefined && { schema }), roles: embedded });
    const as = (role: keyof typeof ROLES) => ({ database, schema, role: embedded ? ROLES[role] : undefined });
    const store = new PolicyStore(engine.validate, { ...as("app"), catalogue });
    const seeded = await seededInto(database, store, seed.policies);
    const log = await begunLog(options.log, as("log"));
    const service = await new PolicyEngineService(engine, {
      source: new DatabaseSource(as("loader")),
      catalogue,
      onDecision: log && decisionSink(log),
    }).begin("deny");
    const [keys, decisions] = [new ApiKeyStore(as("app")), new DatabaseDecisions(as("app"))];
    const close = async () => {
      await service.close();
      await endedLog(log, err);
      await database.close?.();
    };
    return { service, store, keys, log, decisions, catalogue, seeded, close };
  } catch (error) {
    await database.close?.();
    throw error;
  }
}
