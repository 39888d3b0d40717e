// How callers of `portcullis serve` say who they are: as configured, or on loopback by a token made for this run.
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { type Authenticate, singleToken } from "../../http/auth/authenticator.js";
import { jwtAuthenticator } from "../../http/auth/jwt.js";
import { keyAuthenticator } from "../../http/auth/keys.js";
import type { ApiKeyStore } from "../../store/keys.js";
import type { Args } from "../args.js";
import { UsageError } from "../usage.js";

export interface Authentication {
  readonly ways: readonly Authenticate[];
  /** To be shown once; nothing where authentication was configured. */
  readonly token: string | undefined;
}

/** @throws UsageError, PortcullisError `invalid_argument`. */
export async function authenticationOf(
  args: Args,
  keys: ApiKeyStore | undefined,
  loopback: boolean,
): Promise<Authentication> {
  const ways: Authenticate[] = [];
  if (args.flag("api-keys") && keys !== undefined) ways.push(keyAuthenticator(keys));
  const jwt = ["jwt-issuer", "jwt-audience", "jwt-jwks", "jwt-key", "jwt-algorithm"].find((name) => args.flag(name));
  if (jwt !== undefined) ways.push(await jwtOf(args));
  if (ways.length > 0) return { ways, token: undefined };
  if (!loopback) {
    throw new UsageError(
      "nobody could say who calls, and others than this machine could call",
      "add `--api-keys` or `--jwt-issuer …`, or listen on 127.0.0.1",
    );
  }
  const token = randomBytes(32).toString("base64url");
  const local = { subject: "local", tenant: null, roles: new Set(["admin"] as const) };
  return { ways: [singleToken(token, local)], token };
}

function jwtOf(args: Args): Promise<Authenticate> {
  const [issuer, audience, jwks, file] = ["jwt-issuer", "jwt-audience", "jwt-jwks", "jwt-key"].map((n) =>
    args.value(n),
  );
  if (issuer === undefined || audience === undefined || (jwks === undefined) === (file === undefined)) {
    throw new UsageError(
      "JSON Web Tokens need an issuer, an audience, and keys",
      "give `--jwt-issuer`, `--jwt-audience`, and one of `--jwt-jwks` and `--jwt-key`",
    );
  }
  const algorithms = args.values("jwt-algorithm");
  return jwtAuthenticator({
    issuer,
    audience,
    ...(jwks !== undefined && { jwks }),
    ...(file !== undefined && { key: read(file) }),
    ...(algorithms.length > 0 && { algorithms }),
  });
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError(`the key can't be read: ${(error as Error).message}`, "name a file that is there");
  }
}
