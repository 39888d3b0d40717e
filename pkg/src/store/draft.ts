// What callers want to store, made whole and checked by the core before a database hears of it.
import { randomUUID } from "node:crypto";
import { PolicySetError, PortcullisError } from "../engine/errors.js";
import type { Validate } from "../engine/validate.js";
import type { Catalogue } from "../types/generated/Catalogue.js";
import type { Diagnostic } from "../types/generated/Diagnostic.js";
import type { Policy } from "../types/generated/Policy.js";
import { caused, invalidArgument, NUL } from "./errors.js";
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

/** What there is to say of a policy before it is stored. */
export interface Examined {
  /** Made whole; nothing where it can't be read. */
  readonly policy: PolicyContent | undefined;
  /** By JSON Pointers into the policy; with errors among them, it is not stored. */
  readonly diagnostics: readonly Diagnostic[];
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
   * @throws PolicySetError with every finding; PortcullisError `not_owner`, `invalid_argument`.
   */
  check(actor: Actor, given: PolicyInput | string, id: string): Draft {
    const { policy, diagnostics } = this.examine(actor, given, id);
    const strange = diagnostics.find(({ code }) => code === NOT_OWNER);
    if (strange !== undefined) {
      const { message, help } = strange;
      const remedy = `${help.charAt(0).toUpperCase()}${help.slice(1)}.`;
      throw new PortcullisError({ code: NOT_OWNER, message, remedy, retryable: false });
    }
    if (policy === undefined || diagnostics.some(({ severity }) => severity === "error")) {
      throw new PolicySetError(diagnostics);
    }
    return { policy, warnings: diagnostics };
  }

  /**
   * All that `check` would refuse a policy for, and what is unwise in it.
   *
   * @throws PortcullisError `invalid_argument` for what is no policy at all.
   */
  examine(actor: Actor, given: PolicyInput | string, id?: string): Examined {
    const text = textOf(given);
    const said = parsed(text);
    if (said === undefined || (isObject(said) && typeof given === "string")) {
      // What only the text shows. Anything else is found when the policy is whole.
      const found = this.#findings(text).filter(({ code }) => code === "duplicate_key" || code === "invalid_json");
      if (found.length > 0) return { policy: undefined, diagnostics: found };
    }
    if (!isObject(said)) {
      throw invalidArgument("what was given is no policy", "Give one policy, as an object or as JSON text.");
    }
    const policy = whole(actor, said, id);
    // What it said goes before what is stored of it, so that a key of no meaning is found and not lost.
    const found = this.#findings(JSON.stringify({ ...said, ...policy }));
    return { policy, diagnostics: [...found, ...described(policy), ...owned(actor, policy)] };
  }

  #findings(text: string): readonly Diagnostic[] {
    return this.#validate([text], this.#catalogue ?? null).diagnostics.map(ofPolicy);
  }
}

function isObject(said: unknown): said is Partial<Policy> {
  return typeof said === "object" && said !== null && !Array.isArray(said);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The core says what is wrong with it.
    return undefined;
  }
}

/** With all that it leaves unsaid. */
function whole(actor: Actor, said: Partial<Policy>, id: string | undefined): PolicyContent {
  const { id: own = id ?? randomUUID(), tenant_id: owner = actor.tenant } = said;
  if (id !== undefined && own !== id) {
    throw invalidArgument(`the policy says that its id is \`${String(own)}\``, "Leave its id as it is, or out.");
  }
  const texts = [own, owner, said.name, said.description];
  if (texts.some((text) => typeof text === "string" && text.includes("\0"))) throw invalidArgument(...NUL);
  return {
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
  return [error("text_too_long", id, "/description", message, "shorten it")];
}

const NOT_OWNER = "not_owner";

function owned(actor: Actor, { id, tenant_id }: PolicyContent): Diagnostic[] {
  if (tenant_id === actor.tenant) return [];
  const message = "the policy names another owner than the one that it is written for";
  return [
    error(NOT_OWNER, id, "/tenant_id", message, "leave out `tenant_id`, or ask whoever may write for that owner"),
  ];
}

function error(code: string, id: unknown, pointer: string, message: string, help: string): Diagnostic {
  // What is no id is found by the core.
  const policy_id = typeof id === "string" && id !== "" ? id : null;
  return { code, severity: "error", policy_id, pointer, message, help };
}

/** Pointers into the policy, where they are into a list of that one. */
function ofPolicy(diagnostic: Diagnostic): Diagnostic {
  return { ...diagnostic, pointer: diagnostic.pointer.replace(/^\/0(?=\/|$)/, "") };
}
