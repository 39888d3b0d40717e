// Who calls: by a JSON Web Token, by an API key, or by a token of this process. There is no other way in.
import { createHash, timingSafeEqual } from "node:crypto";
import type { Call } from "../call.js";
import type { Principal } from "../principal.js";
import { Problem } from "../problem.js";

/** Says who holds a token; nothing where it is none of its own, or no longer good. */
export type Authenticate = (token: string) => Promise<Principal | undefined> | Principal | undefined;

/** Characters of a token: larger ones are refused unread. */
const LONGEST_TOKEN = 8_192;
const SCHEME = "Bearer ".length;
const TOKEN = /^[\w.~+/-]+=*$/;

export function digestOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** Compares digests, in a time that does not tell where they differ. */
export function sameDigest(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}

/** One token, kept as its digest. */
export function singleToken(token: string, principal: Principal): Authenticate {
  const digest = digestOf(token);
  return (given) => (sameDigest(digestOf(given), digest) ? principal : undefined);
}

/** Who calls.
 * @throws Problem 401.
 */
export async function callerOf(call: Call, ways: readonly Authenticate[]): Promise<Principal> {
  const header = call.header("authorization");
  if (header === undefined) throw unauthorized("the call has no credentials", false);
  const token = /^Bearer /i.test(header) ? header.slice(SCHEME).trim() : "";
  if (token.length <= LONGEST_TOKEN && TOKEN.test(token)) {
    for (const way of ways) {
      const found = way(token);
      const principal = found instanceof Promise ? await found : found;
      if (principal !== undefined) return principal;
    }
  }
  // Why a token is refused helps only those who try.
  throw unauthorized("the credentials are not accepted", true);
}

function unauthorized(detail: string, given: boolean): Problem {
  return new Problem(
    { code: "unauthorized", detail, remedy: "Send `Authorization: Bearer …` with a valid token or API key." },
    { "www-authenticate": given ? 'Bearer error="invalid_token"' : "Bearer" },
  );
}
