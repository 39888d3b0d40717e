// The management API, as the page calls it.
import { noServer, ofFiles, problemOf, ServerError, unreachable } from "./errors.js";
import type { Caller, Difference, LoggedDecision, Page, Revision, Saved, StoredPolicy, Validation } from "./wire.js";

/** Milliseconds for which an answer is awaited. */
const PATIENCE = 30_000;
/** As many as a page of a list may have. */
export const MOST_LISTED = 200;

export interface Credentials {
  /** With a slash at its end. */
  readonly address: string;
  readonly token: string;
  /** The tenant for whom a caller of the platform acts; empty where it acts for the platform, or is a tenant's. */
  readonly tenant: string;
}

interface Ask {
  readonly method?: "POST" | "PUT" | "DELETE";
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  /** JSON text, sent as it is. */
  readonly body?: string;
  readonly revision?: number;
  readonly signal?: AbortSignal;
}

type Json = Readonly<Record<string, unknown>>;

export class Server {
  readonly credentials: Credentials;

  constructor(credentials: Credentials) {
    this.credentials = credentials;
  }

  caller(): Promise<Caller> {
    return this.#ask<Caller & Json>("caller");
  }

  /** `ok`, `degraded`, or `unavailable` where everything is denied for want of policies. */
  async readiness(): Promise<string> {
    try {
      return String((await this.#ask("readiness"))["status"]);
    } catch (error) {
      if (error instanceof ServerError && error.code === "policies_unavailable") return "unavailable";
      throw error;
    }
  }

  async catalogue(): Promise<unknown> {
    try {
      return await this.#ask("catalogue");
    } catch (error) {
      if (error instanceof ServerError && error.code === "catalogue_not_found") return undefined;
      throw error;
    }
  }

  /** All that the caller may read. */
  async policies(): Promise<StoredPolicy[]> {
    const all: StoredPolicy[] = [];
    let cursor: string | undefined;
    try {
      do {
        const page = await this.#ask("policies", { query: { ...this.#tenant, limit: MOST_LISTED, cursor } });
        all.push(...(page["policies"] as StoredPolicy[]));
        cursor = (page["next"] as string | null) ?? undefined;
      } while (cursor !== undefined);
    } catch (error) {
      throw error instanceof ServerError && error.code === "route_not_found" ? ofFiles() : error;
    }
    return all;
  }

  /** None where it was deleted. */
  async policy(id: string): Promise<StoredPolicy | null> {
    try {
      return await this.#ask<StoredPolicy & Json>(at(id), { query: this.#tenant });
    } catch (error) {
      if (error instanceof ServerError && error.code === "policy_not_found") return null;
      throw error;
    }
  }

  validate(body: string): Promise<Validation> {
    return this.#ask<Validation & Json>("validations", { method: "POST", query: this.#tenant, body });
  }

  create(body: string): Promise<Saved> {
    return this.#ask<Saved & Json>("policies", { method: "POST", query: this.#tenant, body });
  }

  replace(id: string, revision: number, body: string): Promise<Saved> {
    return this.#ask<Saved & Json>(at(id), { method: "PUT", query: this.#tenant, revision, body });
  }

  /** @returns The revision that says that it is gone. */
  async delete(id: string, revision: number): Promise<number> {
    const gone = await this.#ask(at(id), { method: "DELETE", query: this.#tenant, revision });
    return Number(gone["revision"]);
  }

  async revisions(id: string, before?: number): Promise<Page<Revision>> {
    const page = await this.#ask(`${at(id)}/revisions`, { query: { ...this.#tenant, before } });
    return { items: page["revisions"] as Revision[], next: page["next"] as number | null };
  }

  async comparison(id: string, from: number, to: number): Promise<readonly Difference[]> {
    const found = await this.#ask(`${at(id)}/comparison`, { query: { ...this.#tenant, from, to } });
    return found["differences"] as Difference[];
  }

  /** Makes a policy what it was at a revision. */
  restore(id: string, target: number, revision: number): Promise<Saved> {
    const path = `${at(id)}/revisions/${target}/restore`;
    return this.#ask<Saved & Json>(path, { method: "POST", query: this.#tenant, revision });
  }

  async decisions(query: Ask["query"], signal: AbortSignal): Promise<Page<LoggedDecision>> {
    const page = await this.#ask("decisions", { query: { ...this.#tenant, ...query }, signal });
    return { items: page["decisions"] as LoggedDecision[], next: page["next"] as string | null };
  }

  get #tenant(): { tenant: string | undefined } {
    return { tenant: this.credentials.tenant || undefined };
  }

  async #ask<T extends Json>(path: string, { method, query = {}, body, revision, signal }: Ask = {}): Promise<T> {
    const { address, token } = this.credentials;
    const url = new URL(`v1/${path}`, address);
    for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, `${value}`);
    const patience = AbortSignal.timeout(PATIENCE);
    let response: Response;
    let answer: unknown;
    try {
      response = await fetch(url, {
        method: method ?? "GET",
        headers: {
          authorization: `Bearer ${token}`,
          ...(body !== undefined && { "content-type": "application/json" }),
          ...(revision !== undefined && { "if-match": `"${revision}"` }),
        },
        ...(body !== undefined && { body }),
        cache: "no-store",
        credentials: "omit",
        redirect: "error",
        signal: signal === undefined ? patience : AbortSignal.any([signal, patience]),
      });
      answer = parsed(await response.text());
    } catch (error) {
      if (signal?.aborted) throw error;
      throw unreachable(address);
    }
    if (!response.ok) throw problemOf(response.status, answer) ?? noServer(address, response.status);
    if (typeof answer !== "object" || answer === null) throw noServer(address, response.status);
    return answer as T;
  }
}

function at(id: string): string {
  return `policies/${encodeURIComponent(id)}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
