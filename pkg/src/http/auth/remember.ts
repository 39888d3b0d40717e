// What was found out about tokens, by their digests and for a while: checking signatures and asking a database take long.
import type { Principal } from "../principal.js";
import { type Authenticate, digestOf } from "./authenticator.js";

/** Someone, and until when that holds, in milliseconds since 1970. */
export interface Known {
  readonly principal: Principal;
  readonly until: number;
}

/** More are forgotten, the oldest first. */
const MOST = 10_000;

/** Asks once for each token, for as long as the answer holds. Refusals are not kept. */
export function remembering(find: (token: string, digest: string) => Promise<Known | undefined>): Authenticate {
  const known = new Map<string, Known>();
  return (token) => {
    const digest = digestOf(token);
    const before = known.get(digest);
    if (before !== undefined && Date.now() < before.until) return before.principal;
    known.delete(digest);
    return find(token, digest).then((found) => {
      if (found === undefined) return undefined;
      if (known.size >= MOST) known.delete(known.keys().next().value as string);
      known.set(digest, found);
      return found.principal;
    });
  };
}
