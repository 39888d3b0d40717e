// Claims on approvals: taken where people must approve a call, and ended or released exactly once.
import type { ApprovalClaim, ApprovalQuery, Approvals } from "./ports.js";
import { isPending, type Reporter } from "./reports.js";
import { inTime, within } from "./timeout.js";

/** Where a claim is made. */
export interface ClaimContext {
  readonly reporter: Reporter;
  readonly timeoutMs: number;
}

/** An approval that is claimed for a call. */
export class Claimed {
  readonly #claim: ApprovalClaim;
  readonly #query: ApprovalQuery;
  readonly #context: ClaimContext;
  #state: "claimed" | "started" | "over" = "claimed";

  constructor(claim: ApprovalClaim, query: ApprovalQuery, context: ClaimContext) {
    this.#claim = claim;
    this.#query = query;
    this.#context = context;
  }

  get grants(): ApprovalClaim["grants"] {
    return this.#claim.grants;
  }

  /** Throws what the host throws, and where it takes too long; whether it is spent is not known then, and nothing follows. */
  async start(): Promise<void> {
    this.#state = "over";
    const pending = this.#claim.start();
    if (isPending(pending)) await within(pending, this.#context.timeoutMs);
    this.#state = "started";
  }

  /** After the work. */
  async end(outcome: "returned" | "threw"): Promise<void> {
    if (this.#state === "started") await this.#last(() => this.#claim.end(outcome));
  }

  /** Where the work was not begun. What was started already is spent all the same. */
  async release(): Promise<void> {
    if (this.#state === "started") await this.end("threw");
    else if (this.#state === "claimed") await this.#last(() => this.#claim.release());
  }

  /** What fails here is told and stops nothing: the host's own lease runs out. */
  async #last(end: () => void | Promise<void>): Promise<void> {
    this.#state = "over";
    try {
      const pending = end();
      if (isPending(pending)) await within(pending, this.#context.timeoutMs);
    } catch (error) {
      this.#context.reporter.trouble({ code: "claim_failed", call: this.#query.call, error });
    }
  }
}

/** Claims an approval, if there is one. Throws what the host throws, and where it takes too long. */
export async function claimed(
  approvals: Approvals,
  query: ApprovalQuery,
  context: ClaimContext,
): Promise<Claimed | undefined> {
  const { reporter, timeoutMs } = context;
  const of = (claim: ApprovalClaim | undefined | null) => claim && new Claimed(claim, query, context);
  /** One that comes after its time was up is given back. */
  const late = (claim: ApprovalClaim | undefined, error: unknown) => {
    const given = of(claim);
    if (given) reporter.trouble({ code: "late_claim", call: query.call, error });
    return given?.release();
  };
  const asked = approvals.claim(query);
  return of(isPending(asked) ? await inTime(asked, timeoutMs, late) : asked) ?? undefined;
}
