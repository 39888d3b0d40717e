// Pages of other origins: none may read answers, unless it was named. There are no cookies in any case.
import type { Answer, Call } from "./call.js";

const ALLOWED = {
  "access-control-allow-methods": "GET, POST, PUT, DELETE",
  "access-control-allow-headers": "authorization, content-type, if-match, x-request-id",
  "access-control-max-age": "600",
};
const EXPOSED = { "access-control-expose-headers": "etag, location, retry-after, www-authenticate, x-request-id" };

export class Cors {
  readonly #origins: ReadonlySet<string>;

  constructor(origins: readonly string[]) {
    this.#origins = new Set(origins);
  }

  /** The answer to a browser that asks beforehand, if it is one. */
  preflight(call: Call): Answer | undefined {
    const asks = call.method === "OPTIONS" && call.header("access-control-request-method") !== undefined;
    return asks && this.#allowed(call) !== undefined ? { status: 204, headers: ALLOWED, body: "" } : undefined;
  }

  /** The answer, with word of who may read it. */
  allow(call: Call, answer: Answer): Answer {
    if (this.#origins.size === 0) return answer;
    const origin = this.#allowed(call);
    const allowed = origin === undefined ? {} : { "access-control-allow-origin": origin, ...EXPOSED };
    return { ...answer, headers: { ...answer.headers, vary: "origin", ...allowed } };
  }

  #allowed(call: Call): string | undefined {
    const origin = call.header("origin");
    return origin !== undefined && this.#origins.has(origin) ? origin : undefined;
  }
}
