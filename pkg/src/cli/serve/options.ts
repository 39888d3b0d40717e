// The options of `portcullis serve`, and what they ask for.
import { baseOf } from "../../http/address.js";
import type { Args, OptionSpec } from "../args.js";
import { SET_OPTIONS } from "../load.js";
import { UsageError } from "../usage.js";
import { LOG_MODES } from "./log.js";

export const SERVE_OPTIONS = {
  database: { type: "string", value: "URL", about: "`postgres://…` or `pglite:FOLDER`; else DATABASE_URL" },
  data: { type: "string", value: "FOLDER", about: "keep policies in this folder, by PGlite" },
  files: {
    type: "string",
    value: "FILE",
    about: "policies from files, followed as they are saved; may be repeated",
    multiple: true,
  },
  catalogue: SET_OPTIONS.catalogue,
  seed: {
    type: "string",
    value: "FILE",
    about: "store these policies, if their owners have none; may be repeated",
    multiple: true,
  },
  migrate: { type: "boolean", about: "bring the schema up to date first; PGlite's always is" },
  log: {
    type: "string",
    value: "WHAT",
    about: "what is logged of decisions in the database, `decisions` unless said",
    choices: LOG_MODES,
  },
  schema: { type: "string", value: "NAME", about: "where the tables are; default `portcullis`" },
  host: { type: "string", value: "ADDRESS", about: "where to listen; default 127.0.0.1" },
  port: { type: "string", value: "NUMBER", about: "default 8787; 0 for any that is free" },
  "allow-host": {
    type: "string",
    value: "NAME",
    about: "a host name that it answers to; may be repeated",
    multiple: true,
  },
  "allow-origin": { type: "string", value: "ORIGIN", about: "pages that may call it; may be repeated", multiple: true },
  page: { type: "string", value: "FOLDER", about: "serve a built page beside the API, such as the playground" },
  address: { type: "string", value: "URL", about: "where it is reached from outside, for AuthZEN's configuration" },
  "api-keys": { type: "boolean", about: "accept API keys (see `portcullis keys`)" },
  "jwt-issuer": { type: "string", value: "ISSUER", about: "accept JSON Web Tokens of this issuer" },
  "jwt-audience": { type: "string", value: "AUDIENCE", about: "that are meant for this audience" },
  "jwt-jwks": { type: "string", value: "URL", about: "where the issuer publishes its keys" },
  "jwt-key": { type: "string", value: "FILE", about: "or a file with its public key, in PEM" },
  "jwt-algorithm": {
    type: "string",
    value: "NAME",
    about: "the algorithm of its keys; may be repeated",
    multiple: true,
  },
} as const satisfies Record<string, OptionSpec>;

/** Where the policies are. */
export type Where =
  | { readonly kind: "files"; readonly files: readonly string[] }
  | { readonly kind: "database"; readonly address: string | undefined };

/** @throws UsageError where more than one place is named. */
export function whereOf(args: Args, env: NodeJS.ProcessEnv): Where {
  const named = ["database", "data", "files"].filter((name) => args.flag(name));
  if (named.length > 1)
    throw new UsageError(`\`--${named[0]}\` and \`--${named[1]}\` exclude one another`, "give one of them");
  if (args.flag("files")) {
    const stored = ["seed", "migrate", "log", "schema", "api-keys"].find((name) => args.flag(name));
    if (stored !== undefined) throw new UsageError(`\`--${stored}\` needs a database`, "leave out `--files`, or it");
    return { kind: "files", files: args.values("files") };
  }
  const folder = args.value("data");
  return {
    kind: "database",
    address: folder === undefined ? (args.value("database") ?? env["DATABASE_URL"]) : `pglite:${folder}`,
  };
}

/** @throws UsageError. */
export function portOf(args: Args): number {
  const text = args.value("port") ?? "8787";
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new UsageError("`--port` is no port", "write a number from 0 to 65535");
}

/** @throws UsageError for what is no address of a server: before anything is opened. */
export function addressOf(args: Args): string | undefined {
  const address = args.value("address");
  if (address === undefined || baseOf(address) !== undefined) return address;
  throw new UsageError(
    `\`${address}\` is no address of a server`,
    "write such as `https://policies.example`, with the path at which it is mounted",
  );
}

/** @throws UsageError for what browsers never send as an origin. */
export function originsOf(args: Args): readonly string[] {
  const origins = args.values("allow-origin");
  const wrong = origins.find((origin) => !URL.canParse(origin) || new URL(origin).origin !== origin);
  if (wrong === undefined) return origins;
  throw new UsageError(`\`${wrong}\` is no origin`, "write such as `https://play.example`, without a path");
}
