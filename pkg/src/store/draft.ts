// What callers want to store, made whole and checked by the core before a database hears of it.
import { PolicySetError, PortcullisError } from "../engine/errors.js";
import type { Validate } from "../engine/validate.js";
import type { Catalogue } from "../types/generated/Catalogue.js";
import type { Diagnostic } from "../types/generated/Diagnostic.js";
import type { Policy } from "../types/generated/Policy.js";
import { caused, invalidArgument } from "./errors.js";
import type { PolicyContent } from "./rows.js";

/** Who calls, and for whom. What a caller says of itself is the host's to have checked. */
export interface Actor {
  /** The tenant whose policies are meant; `null` is the platform, and only that. */
  readonly tenant: string | null;
  /** Who it is, for the revisions. */
  readonly by: string;
}

/** A policy as callers write it; where its id is known or is made here, that may be left out. */
export type PolicyInput = Omit<Policy, "id"> & { readonly id?: string };

/** A policy that may be stored, and what is legal and unwise in it. */
export interface Draft {
  readonly policy: PolicyContent;
  readonly warnings: readonly Diagnostic[];
}

/** Characters of a name for who calls, and of a tenant's id. */
const LONGEST_NAME = 256;
/** Bytes of a description, as of a rule: each instance holds all of them. */
const LONGEST_DESCRIPTION = 65_536;

/** @throws PortcullisError `invalid_argument`. */
export function checkedActor({ tenant, by }: Actor): Actor {
  if (tenant !== null && !isName(tenant)) {
    throw invalidArgument(
      `the actor's \`tenant\` is neither null nor a text of 1 to ${LONGEST_NAME} characters`,
      "Give the tenant's id, or null for the platform.",
    );
  }
  if (!isName(by)) {
    throw invalidArgument(`the actor's \`by\` is no text of 1 to ${LONGEST_NAME} characters`, "Say who it is.");
  }
  return { tenant, by };
}

function isName(value: unknown): boolean {
  return typeof value === "string" && value !== "" && value.length <= LONGEST_NAME;
}

/** Checks policies before they are stored. */
export class Drafts {
  readonly #validate: Validate;
  readonly #catalogue: string | Catalogue | null | undefined;

  constructor(validate: Validate, catalogue: string | Catalogue | null | undefined) {
    this.#validate = validate;
    this.#catalogue = catalogue;
  }

  /**
   * @param given The policy, as an object or as JSON text; in text, keys that are there twice are found.
   * @param id The id that it gets whatever it says, if that is known.
   * @throws PolicySetError with every finding, by JSON Pointers into the policy; PortcullisError `not_owner`.
   */
  check(actor: Actor, given: PolicyInput | string, id: string | undefined): Draft {
    const said = this.#parsed(given);
    const { id: own = id, tenant_id: owner = actor.tenant } = said;
    if (id !== undefined && own !== id) {
      throw invalidArgument(`the policy says that its id is \`${String(own)}\``, "Leave its id as it is, or out.");
    }
    if (owner !== actor.tenant) {
      throw new PortcullisError({
        code: "not_owner",
        message: "the policy names another owner than the one that it is written for",
        remedy: "Leave out `tenant_id`, or ask whoever may write for that owner.",
        retryable: false,
      });
    }
    const policy = {
      id: own,
      name: said.name,
      description: said.description ?? null,
      scope: said.scope,
      effect: said.effect,
      rule_expr: said.rule_expr,
      tenant_id: owner,
      enabled: said.enabled ?? true,
      enforcement: said.enforcement ?? "enforce",
      visibility: said.visibility ?? (owner === null ? "private" : "public"),
    } as PolicyContent;
    // What it said goes before what is stored of it, so that a key of no meaning is found and not lost.
    const warnings = this.#findings(JSON.stringify({ ...said, ...policy }), described(policy));
    return { policy, warnings };
  }

  #parsed(given: PolicyInput | string): Partial<Policy> {
    const text = textOf(given);
    let said: unknown;
    try {
      said = JSON.parse(text);
    } catch {
      // The core says what is wrong with it.
      this.#findings(text);
    }
    if (typeof said !== "object" || said === null || Array.isArray(said)) {
      throw invalidArgument("what was given is no policy", "Give one policy, as an object or as JSON text.");
    }
    if (typeof given === "string") this.#duplicates(text);
    return said;
  }

  /** What only the text shows. Anything else is found when the policy is whole. */
  #duplicates(text: string): void {
    const found = this.#validate([text]).diagnostics.filter(
      ({ code }) => code === "duplicate_key" || code === "invalid_json",
    );
    if (found.length > 0) throw refused(found);
  }

  /** @throws PolicySetError if there are errors among them. */
  #findings(text: string, own: readonly Diagnostic[] = []): readonly Diagnostic[] {
    const diagnostics = [...this.#validate([text], this.#catalogue ?? null).diagnostics, ...own];
    if (diagnostics.some(({ severity }) => severity === "error")) throw refused(diagnostics);
    return diagnostics.map(ofPolicy);
  }
}

function textOf(given: unknown): string {
  try {
    if (typeof given === "string") return given;
    return JSON.stringify(given) ?? "";
  } catch (cause) {
    // Cycles, bigints, what getters throw.
    throw caused(invalidArgument("what was given has no form in JSON", "Give plain data, or JSON text."), cause);
  }
}

/** What the core leaves to whoever stores it. */
function described({ description, id }: PolicyContent): Diagnostic[] {
  const bytes = typeof description === "string" ? Buffer.byteLength(description) : 0;
  if (bytes <= LONGEST_DESCRIPTION) return [];
  const message = `the description has ${bytes} bytes, and ${LONGEST_DESCRIPTION} are allowed`;
  const place = { policy_id: id, pointer: "/0/description" };
  return [{ code: "text_too_long", severity: "error", ...place, message, help: "shorten it" }];
}

function refused(diagnostics: readonly Diagnostic[]): PolicySetError {
  return new PolicySetError(diagnostics.map(ofPolicy));
}

/** Pointers into the policy, where they are into a list of that one. */
function ofPolicy(diagnostic: Diagnostic): Diagnostic {
  return { ...diagnostic, pointer: diagnostic.pointer.replace(/^\/0(?=\/|$)/, "") };
}
