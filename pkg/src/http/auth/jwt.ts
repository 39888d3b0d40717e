// JSON Web Tokens, by the keys of an issuer. Algorithms are pinned by what the keys are, never by what a token says.
import type { JWTPayload, JWTVerifyGetKey } from "jose";
import { PortcullisError } from "../../engine/errors.js";
import { caused, invalidArgument } from "../../store/errors.js";
import { type Principal, rolesAmong } from "../principal.js";
import type { Authenticate } from "./authenticator.js";
import { type Known, remembering } from "./remember.js";

export interface JwtOptions {
  readonly issuer: string;
  readonly audience: string;
  /** Where the issuer publishes its keys (JWKS): https, or http on this very machine. */
  readonly jwks?: string;
  /** Or one public key, in PEM (SPKI). */
  readonly key?: string;
  /** Asymmetric ones only; of one key the first that fits it. Default the usual ones. */
  readonly algorithms?: readonly string[];
  /** The claim that names the tenant; default `tenant`. `null` in it stands for the platform, and nothing else does. */
  readonly tenantClaim?: string;
  /** The claim that holds the roles, a list or words; default `roles`. */
  readonly rolesClaim?: string;
}

const ASYMMETRIC = /^(RS|PS|ES)(256|384|512)$|^(EdDSA|Ed25519)$/;
const USUAL = ["RS256", "PS256", "ES256", "ES384", "EdDSA"];
/** Seconds that clocks may differ. */
const SKEW = 5;
/** Milliseconds after which a token is checked again, since keys are withdrawn too. */
const LONGEST = 300_000;
const LONGEST_SUBJECT = 256;

/** @throws PortcullisError `invalid_argument`. */
export async function jwtAuthenticator(options: JwtOptions): Promise<Authenticate> {
  const { issuer, audience, tenantClaim = "tenant", rolesClaim = "roles" } = options;
  if (!issuer || !audience) throw invalidArgument("tokens need an issuer and an audience", "Name both.");
  // ES modules only, which CommonJS hosts load like this.
  const jose = await import("jose");
  const { keys, algorithms } = await keysOf(jose, options);
  return remembering(async (token): Promise<Known | undefined> => {
    if (token.split(".").length !== 3) return undefined;
    try {
      const { payload } = await jose.jwtVerify(token, keys, {
        issuer,
        audience,
        algorithms: [...algorithms],
        clockTolerance: SKEW,
        requiredClaims: ["exp", "sub"],
      });
      const principal = principalOf(payload, tenantClaim, rolesClaim);
      const until = Math.min(Date.now() + LONGEST, ((payload.exp as number) + SKEW) * 1_000);
      return principal && { principal, until };
    } catch (error) {
      if (options.jwks !== undefined && unreachable(error)) throw keysUnavailable(error);
      return undefined;
    }
  });
}

type Jose = typeof import("jose");

async function keysOf(
  jose: Jose,
  { jwks, key, algorithms }: JwtOptions,
): Promise<{ keys: JWTVerifyGetKey; algorithms: readonly string[] }> {
  for (const algorithm of algorithms ?? []) {
    if (ASYMMETRIC.test(algorithm)) continue;
    throw invalidArgument(`the algorithm \`${algorithm}\` is none of public keys`, `Say some of: ${USUAL.join(", ")}.`);
  }
  if ((jwks === undefined) === (key === undefined)) {
    throw invalidArgument("tokens need either the address of keys or one key", "Give `jwks` or `key`.");
  }
  if (jwks !== undefined) {
    return { keys: jose.createRemoteJWKSet(checkedAddress(jwks)), algorithms: algorithms ?? USUAL };
  }
  for (const algorithm of algorithms ?? USUAL) {
    const imported = await jose.importSPKI(key as string, algorithm).catch(() => undefined);
    if (imported === undefined) continue;
    return { keys: async () => imported, algorithms: [algorithm] };
  }
  throw invalidArgument("the key is no public key that fits an algorithm", "Give it in PEM, as `BEGIN PUBLIC KEY`.");
}

function checkedAddress(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const local = url?.protocol === "http:" && ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  if (url !== undefined && (url.protocol === "https:" || local)) return url;
  throw invalidArgument(
    "the address of the keys is no https URL",
    "Give one such as `https://issuer/.well-known/jwks.json`.",
  );
}

/** Fails closed: a token that does not say whose it is belongs to nobody. */
function principalOf(payload: JWTPayload, tenantClaim: string, rolesClaim: string): Principal | undefined {
  const { sub } = payload;
  const tenant = Object.hasOwn(payload, tenantClaim) ? payload[tenantClaim] : undefined;
  if (typeof sub !== "string" || sub === "" || sub.length > LONGEST_SUBJECT) return undefined;
  if (tenant !== null && (typeof tenant !== "string" || tenant === "")) return undefined;
  const said = Object.hasOwn(payload, rolesClaim) ? payload[rolesClaim] : [];
  const words = typeof said === "string" ? said.split(" ") : Array.isArray(said) ? said : [];
  return { subject: sub, tenant, roles: rolesAmong(words) };
}

/** Whether it was not the token that was at fault. */
function unreachable(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  // What jose throws of a token has codes of their own; the general one is of keys that could not be fetched.
  return typeof code !== "string" || ["ERR_JWKS_TIMEOUT", "ERR_JWKS_INVALID", "ERR_JOSE_GENERIC"].includes(code);
}

function keysUnavailable(cause: unknown): PortcullisError {
  return caused(
    new PortcullisError({
      code: "keys_unavailable",
      message: "the keys that tokens are checked by can't be read",
      remedy: "Try again; if that goes on, look at the issuer of the tokens.",
      retryable: true,
    }),
    cause,
  );
}
